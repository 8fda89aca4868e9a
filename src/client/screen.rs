//! What is typed and what is shown, on a terminal or in a pipe. All that is shown goes through `visible`: nothing that
//! a server sends can drive the terminal. Touches stdin and stdout.
//!
//! Two arms: plain reading and writing, here, with std alone; and the line editor (feature `editor`), which `open`
//! chooses where both sides are a terminal that can do it.

use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;

use super::process::Process;
use super::talk::Talk;
use crate::limits::MESSAGE_BYTES;
use crate::text::{Refusal, visible};
use crate::wire::{Framing, Incoming, MessageReader};

/// Wipes the row that the cursor is on.
pub(super) const WIPE: &str = "\r\x1b[K";

/// The keyboard and the screen of the user: with the line editor where there is one and the terminal can do it.
pub fn open() -> (Input, Printer) {
    let is_terminal = io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb();
    #[cfg(feature = "editor")]
    if is_terminal {
        let talk = Arc::new(Talk::default());
        if let Some((lines, rows)) = super::editor::open(&talk) {
            let input = Input { lines: Box::new(lines), is_terminal };
            return (input, Printer { rows: Box::new(rows), talk, has_prompt: true, ..Printer::stdout() });
        }
    }
    let _ = is_terminal;
    (Input::stdin(), Printer::stdout())
}

/// A terminal that understands no escape codes at all.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Where lines come from.
pub(super) trait Lines: Send {
    /// The next line, without its end; `None` at the end of the input. Blocks.
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>>;
}

/// Where rows are shown.
pub(super) trait Rows: Send {
    /// One row, clean and coloured already, without its end. It may wait for the `flush`.
    fn row(&mut self, row: &str) -> io::Result<()>;
    /// What was shown reaches the reader.
    fn flush(&mut self) -> io::Result<()>;
    /// One picture of the waiting animation, on the row where the next line will stand.
    fn animate(&mut self, process: &Process) -> io::Result<()>;
}

/// Where lines come from: a keyboard, or a script.
pub struct Input {
    lines: Box<dyn Lines>,
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
        Input { lines: Box::new(Plain { source, reader }), is_terminal: false }
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
        self.lines.next_line()
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}

/// Plain reading.
struct Plain<R> {
    source: R,
    reader: MessageReader,
}

impl<R: Read + Send> Lines for Plain<R> {
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
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

/// Where lines are shown.
pub struct Printer {
    rows: Box<dyn Rows>,
    talk: Arc<Talk>,
    is_terminal: bool,
    has_prompt: bool,
    colour: bool,
}

impl Printer {
    /// The standard output; in colour where it is a terminal and `NO_COLOR` is not set.
    pub fn stdout() -> Self {
        let is_terminal = io::stdout().is_terminal() && !is_dumb();
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let rows = Box::new(PlainRows { out: io::stdout(), is_terminal });
        Printer { rows, is_terminal, colour: is_terminal && !no_colour, ..Printer::plain(io::sink()) }
    }

    /// Plain lines into anything that can be written.
    pub fn plain(out: impl Write + Send + 'static) -> Self {
        let rows = Box::new(PlainRows { out, is_terminal: false });
        Printer { rows, talk: Arc::default(), is_terminal: false, has_prompt: false, colour: false }
    }

    /// Shows one line.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        let line = visible(line);
        match self.colour_of(&line) {
            Some(colour) => self.rows.row(&format!("\x1b[{colour}m{line}\x1b[0m")),
            None => self.rows.row(&line),
        }
    }

    /// What was shown reaches the reader.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }

    /// One picture of the waiting animation.
    pub(super) fn animate(&mut self, process: &Process) -> io::Result<()> {
        self.rows.animate(process)
    }

    /// What is known of the conversation; `recv` tells it, the editor's prompt asks it.
    pub(super) fn talk(&self) -> &Arc<Talk> {
        &self.talk
    }

    /// Whether animations and colours have a place here.
    pub(super) fn is_terminal(&self) -> bool {
        self.is_terminal
    }

    /// Whether a prompt says what is asked for: then the server's question need not.
    pub(super) fn has_prompt(&self) -> bool {
        self.has_prompt
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

/// Plain writing. On a terminal a line gets a row of its own: a draft that stands there is wiped, stays in the terminal's
/// own line buffer, and Ctrl-R shows it again.
struct PlainRows<W> {
    out: W,
    is_terminal: bool,
}

impl<W: Write + Send> Rows for PlainRows<W> {
    fn row(&mut self, row: &str) -> io::Result<()> {
        let wipe = if self.is_terminal { WIPE } else { "" };
        writeln!(self.out, "{wipe}{row}")
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }

    fn animate(&mut self, process: &Process) -> io::Result<()> {
        write!(self.out, "{WIPE}{process}")?;
        self.out.flush()
    }
}
