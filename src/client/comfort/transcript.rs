//! Comfort: the transcript (`--log FILE`): what the server said, line by line, with date and time. Touches its file.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::clock::Moment;
use crate::own_file;
use crate::shown::Shown;

/// A file that is only ever appended to, and that nobody else may read: private messages are in it.
pub(in crate::client) struct Transcript {
    file: File,
}

impl Transcript {
    /// Opens the file, and writes a first line at once: whoever keeps a transcript learns now that it can be kept. A
    /// terminal, `/dev/null` or a pipe with a reader will do too; none of them is waited for.
    pub(in crate::client) fn open(path: &Path, now: Moment) -> io::Result<Self> {
        let mut transcript = Transcript { file: own_file::append_or_stream(path)? };
        transcript.add(&Shown::of("--- chat begins"), now)?;
        Ok(transcript)
    }

    /// One line, in one write: two clients may share the file.
    pub(in crate::client) fn add(&mut self, line: &Shown, now: Moment) -> io::Result<()> {
        let line = format!("{} {} {}\n", now.date(), now.time(), line);
        self.file.write_all(line.as_bytes()).map_err(|error| match error.kind() {
            ErrorKind::WouldBlock => io::Error::other("the pipe is full, and its reader does not read"),
            _ => error,
        })
    }
}
