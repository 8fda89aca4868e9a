//! Feature editor: what one said in the group, kept for the arrow keys from one run to the next. Private texts are
//! never in it: only what came back as a message to all is written. Touches one file in the platform's state folder.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::HISTORY_LINES;
use crate::own_file;
use crate::shown::Shown;

/// The file; without one nothing is kept.
pub(super) struct History {
    file: Option<File>,
    last: Shown,
}

impl History {
    /// Opens the file, and gives the lines in it, oldest first. A folder that cannot be had is no reason not to chat.
    pub(super) fn open() -> (Self, Vec<Shown>) {
        let opened = path().map(|path| open(&path));
        let (file, lines) = match opened {
            Some(Ok((file, lines))) => (Some(file), lines),
            Some(Err(error)) => {
                log::debug!("no history is kept: {error}");
                (None, Vec::new())
            }
            None => (None, Vec::new()),
        };
        (History { file, last: lines.last().cloned().unwrap_or_default() }, lines)
    }

    /// One more line, at once: two clients may share the file.
    pub(super) fn add(&mut self, line: &Shown) {
        if *line == self.last {
            return;
        }
        line.clone_into(&mut self.last);
        let Some(file) = &mut self.file else { return };
        if let Err(error) = file.write_all(format!("{}\n", self.last).as_bytes()) {
            log::debug!("no history is kept: {error}");
            self.file = None;
        }
    }
}

/// `$XDG_STATE_HOME/chatroom/history`, else below `~/.local/state`.
fn path() -> Option<PathBuf> {
    path_in(env::var_os)
}

/// A folder that is not absolute is ignored, as the XDG specification says: it would be another one wherever one stands.
fn path_in(variable: impl Fn(&'static str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = set("XDG_STATE_HOME").or_else(|| Some(set("HOME")?.join(".local/state")))?;
    Some(state.join("chatroom").join("history"))
}

fn open(path: &Path) -> io::Result<(File, Vec<Shown>)> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Nobody else's business. Anything else than a file is refused: a pipe could keep us waiting for ever.
    let mut file = own_file::append(path)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    let kept = all.get(all.len().saturating_sub(HISTORY_LINES)..).unwrap_or_default();
    if all.len() > 2 * HISTORY_LINES {
        file.set_len(0)?;
        file.write_all((kept.join("\n") + "\n").as_bytes())?;
    } else if bytes.last().is_some_and(|&last| last != b'\n') {
        // Cut short, or written by hand: the next line begins a row of its own.
        file.write_all(b"\n")?;
    }
    Ok((file, kept.iter().map(|line| Shown::of(line)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("history");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo runs");
        assert!(made.success() && open(&path).is_err() && open(folder.path()).is_err());
    }

    #[test]
    fn a_last_line_without_its_end_is_a_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("history");
        fs::write(&path, "one\ntwo").expect("a file");
        let (file, lines) = open(&path).expect("the file");
        assert_eq!(lines, ["one", "two"].map(Shown::of));
        History { file: Some(file), last: Shown::default() }.add(&Shown::of("three"));
        assert_eq!(fs::read_to_string(&path).expect("the file"), "one\ntwo\nthree\n");
        assert_eq!(open(&path).expect("the file").1.len(), 3);
        assert_eq!(fs::read_to_string(&path).expect("the file").lines().count(), 3);
    }

    #[test]
    fn a_folder_that_is_not_absolute_is_ignored() {
        let path = |state: &'static str, home: &'static str| {
            path_in(move |name| Some(OsString::from(if name == "HOME" { home } else { state })))
        };
        assert_eq!(path("/state", "/home/anna"), Some("/state/chatroom/history".into()));
        for state in ["", "state", "./state", "../state", "~/state"] {
            assert_eq!(path(state, "/home/anna"), Some("/home/anna/.local/state/chatroom/history".into()), "{state}");
        }
        assert_eq!(path("state", "home"), None);
    }

    #[test]
    fn the_file_does_not_grow_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chatroom/history");
        let (mut file, lines) = open(&path).expect("a new file");
        assert!(lines.is_empty());
        for i in 0..=2 * HISTORY_LINES {
            writeln!(file, "line {i}").expect("the file is written");
        }
        let last = Shown::of(&format!("line {}", 2 * HISTORY_LINES));
        let (mut file, lines) = open(&path).expect("the file");
        assert_eq!((lines.len(), lines.last()), (HISTORY_LINES, Some(&last)));
        writeln!(file, "one more").expect("the file is written");
        let kept = fs::read_to_string(&path).expect("the file");
        assert_eq!((kept.lines().count(), kept.lines().last()), (HISTORY_LINES + 1, Some("one more")));
    }
}
