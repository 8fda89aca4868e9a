//! Comfort: plain reading and writing, with std alone. Touches what it is given: stdin and stdout, a script, a buffer.

use std::io::{self, Read, Write};
use std::sync::Arc;

use super::echo::Hidden;
use super::window::Window;
use crate::client::comfort::seam::{COLUMNS, Lines, Rows, WIPE};
use crate::shown::Shown;
use crate::text::Refusal;
use crate::wire::{Incoming, MessageReader};

/// Plain reading.
pub(super) struct Plain<R> {
    pub(super) source: R,
    pub(super) reader: MessageReader,
    /// What hides a password, on a terminal.
    pub(super) hidden: Option<Arc<Hidden>>,
}

impl<R: Read + Send> Lines for Plain<R> {
    /// A last line may lack its newline.
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
        let line = self.read_line();
        if let Some(hidden) = &self.hidden {
            hidden.show();
        }
        line
    }
}

impl<R: Read> Plain<R> {
    fn read_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
        loop {
            match self.reader.take() {
                Some(Incoming::Line(line)) => return Ok(Some(Ok(line))),
                Some(Incoming::Refused(refusal)) => return Ok(Some(Err(refusal))),
                Some(Incoming::Overflow) => self.reader.skip_line(),
                Some(Incoming::End) if self.reader.finish() => {}
                Some(Incoming::End) => return Ok(None),
                None => self.reader.fill(&mut self.source)?,
            }
        }
    }
}

/// Plain writing. On a terminal a line gets a row of its own: a draft that stands there is wiped, stays in the terminal's
/// own line buffer, and Ctrl-R shows it again.
pub(super) struct PlainRows<W> {
    pub(super) out: W,
    /// `None`: no terminal.
    pub(super) window: Option<Window>,
}

impl<W: Write + Send> Rows for PlainRows<W> {
    fn row(&mut self, row: &Shown) -> io::Result<()> {
        let wipe = if self.window.is_some() { WIPE } else { "" };
        writeln!(self.out, "{wipe}{row}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn columns(&mut self) -> usize {
        self.window.as_mut().map_or(COLUMNS, Window::columns)
    }

    fn animate(&mut self, picture: &Shown) -> io::Result<()> {
        write!(self.out, "{WIPE}{picture}")?;
        self.out.flush()
    }
}
