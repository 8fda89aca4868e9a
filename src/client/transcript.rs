//! The transcript (`--log FILE`): what the server said, line by line, with date and time. Touches its file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::clock::Moment;
use crate::shown::Shown;

/// A file that is only ever appended to.
pub(super) struct Transcript {
    file: File,
}

impl Transcript {
    /// Opens the file, and writes a first line at once: whoever keeps a transcript learns now that it can be kept.
    pub(super) fn open(path: &Path, now: Moment) -> io::Result<Self> {
        let mut transcript = Transcript { file: OpenOptions::new().append(true).create(true).open(path)? };
        transcript.add(&Shown::of("--- chat begins"), now)?;
        Ok(transcript)
    }

    /// One line, in one write: two clients may share the file.
    pub(super) fn add(&mut self, line: &Shown, now: Moment) -> io::Result<()> {
        self.file.write_all(format!("{} {} {}\n", now.date(), now.time(), line).as_bytes())
    }
}
