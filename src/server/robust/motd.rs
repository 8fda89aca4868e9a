//! Robust: the teacher's blackboard: a file that is shown to everyone after the welcome. Touches that file, in the
//! thread of whoever comes.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::limits::MOTD_BYTES;
use crate::text::visible;

/// What is shown to every newcomer.
#[derive(Debug, Clone)]
pub enum Motd {
    /// One text, for good.
    Text(String),
    /// A file, read anew for every newcomer: what the teacher writes into it counts at once.
    File(PathBuf),
}

impl From<&str> for Motd {
    fn from(text: &str) -> Self {
        Motd::Text(text.into())
    }
}

impl Motd {
    /// What it says now, made visible where it holds control characters other than line ends; `None` where it is empty.
    ///
    /// # Errors
    /// The file cannot be read, is no ordinary file, no UTF-8, or longer than `MOTD_BYTES`.
    pub fn read(&self) -> io::Result<Option<String>> {
        let path = match self {
            Motd::Text(text) => return Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Motd::File(path) => path,
        };
        let context = |why: &str| io::Error::other(format!("cannot show --motd {}: {why}", path.display()));
        let text = read_all(path).map_err(|error| match error.kind() {
            ErrorKind::InvalidData => context("it is not UTF-8 text"),
            _ => context(&error.to_string()),
        })?;
        if text.len() as u64 > MOTD_BYTES {
            return Err(context(&format!(
                "it is longer than {MOTD_BYTES} bytes; everyone who joins is sent all of it"
            )));
        }
        let lines: Vec<_> = text.split_terminator('\n').map(|line| visible(line.trim_end())).collect();
        Ok(Some(lines.join("\n")).filter(|text| !text.is_empty()))
    }
}

fn read_all(path: &Path) -> io::Result<String> {
    // Looked at before it is opened: to open a pipe that nobody writes would wait for ever.
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("it is no ordinary file"));
    }
    let mut text = String::new();
    File::open(path)?.take(MOTD_BYTES + 1).read_to_string(&mut text)?;
    Ok(text)
}
