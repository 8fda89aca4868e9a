//! Plain input and output, terminal or pipe. All that is shown goes through `visible`: nothing that a server sends can
//! drive the terminal. Touches stdin and stdout.

use std::fmt;
use std::io::{self, IsTerminal, Read, Write};

use super::process::Process;
use crate::limits::MESSAGE_BYTES;
use crate::text::{Refusal, visible};
use crate::wire::{Framing, Incoming, MessageReader};

/// Wipes the row that the cursor is on.
const WIPE: &str = "\r\x1b[K";

/// Where lines come from: a keyboard, or a script.
pub struct Input {
    source: Box<dyn Read + Send>,
    reader: MessageReader,
    is_terminal: bool,
}

impl Input {
    /// The standard input.
    pub fn stdin() -> Self {
        Input { is_terminal: io::stdin().is_terminal(), ..Input::script(io::stdin()) }
    }

    /// Anything that can be read: a script.
    pub fn script(source: impl Read + Send + 'static) -> Self {
        let reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES);
        Input { source: Box::new(source), reader, is_terminal: false }
    }

    /// Whether somebody types.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// The next line, without its end; `None` at the end of the input. A last line may lack its newline. Blocks.
    ///
    /// # Errors
    /// Those of the source.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
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

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}

/// Where lines are shown.
pub struct Printer {
    out: Box<dyn Write + Send>,
    is_terminal: bool,
    colour: bool,
}

impl Printer {
    /// The standard output; in colour where it is a terminal and `NO_COLOR` is not set.
    pub fn stdout() -> Self {
        let is_terminal = io::stdout().is_terminal();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Printer { out: Box::new(io::stdout()), is_terminal, colour: is_terminal && !no_colour }
    }

    /// Plain lines into anything that can be written; each line is one write.
    pub fn plain(out: impl Write + Send + 'static) -> Self {
        Printer { out: Box::new(io::LineWriter::new(out)), is_terminal: false, colour: false }
    }

    /// Shows one line. On a terminal it gets a row of its own: a draft that stands there is wiped, stays in the
    /// terminal's own line buffer, and Ctrl-R shows it again.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        let line = visible(line);
        let wipe = if self.is_terminal { WIPE } else { "" };
        match self.colour_of(&line) {
            Some(colour) => writeln!(self.out, "{wipe}\x1b[{colour}m{line}\x1b[0m"),
            None => writeln!(self.out, "{wipe}{line}"),
        }
    }

    /// What was shown reaches the reader.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    /// One picture of the waiting animation, on the row where the next line will stand.
    pub(super) fn animate(&mut self, process: &Process) -> io::Result<()> {
        write!(self.out, "{WIPE}{process}")?;
        self.out.flush()
    }

    /// Whether animations and colours have a place here.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// What others write stands apart from what one types: cyan for the group, magenta for private lines.
    fn colour_of(&self, line: &str) -> Option<u8> {
        let colour = if line.starts_with("(private") { 35 } else { 36 };
        self.colour.then_some(colour)
    }
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printer").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}
