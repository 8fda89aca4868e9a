//! Comfort: what is typed and what is shown, on a terminal or in a pipe. All that is shown is `Shown`: nothing that a
//! server sends can drive the terminal. Touches stdin and stdout.
//!
//! Two arms: plain reading and writing, with std alone; and the line editor (feature `editor`), which `open`
//! chooses where both sides are a terminal that can do it.

use std::fmt;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::echo::Echo;
use self::plain::{Plain, PlainRows};
use self::window::Window;
use super::clock::Moment;
use super::lang::Lang;
use super::look::Look;
use super::seam::{Lines, Rows};
use super::talk::{Server, Talk};
use super::transcript::Transcript;
use crate::client::heard::Heard;
use crate::client::process::Process;
use crate::limits::MESSAGE_BYTES;
use crate::shown::{Colour, Shown};
use crate::wire::{Framing, MessageReader};

mod echo;
mod plain;
mod window;

/// Between two rings of the bell.
const BELL: Duration = Duration::from_secs(1);
/// The keyboard and the screen of the user: with the line editor where there is one and the terminal can do it. `look`
/// is for a terminal; a pipe gets plain lines.
pub fn open(look: Look) -> (Input, Printer) {
    #[cfg(feature = "editor")]
    if io::stdin().is_terminal() && io::stdout().is_terminal() && !is_dumb() {
        let talk = Arc::new(Talk::new(look.lang));
        if let Some((lines, rows)) = super::editor::open(&talk, &look) {
            return (
                Input { lines: Box::new(lines), is_terminal: true },
                Printer { rows: Box::new(rows), talk, has_prompt: true, ..Printer::stdout(look) },
            );
        }
    }
    let echo = io::stdin().is_terminal().then(Echo::default);
    echo.iter().for_each(Echo::restore_on_signals);
    let input = Input::plain(io::stdin(), echo.is_some(), echo.as_ref());
    (input, Printer { echo, ..Printer::stdout(look) })
}

/// Whether the standard output is to have colours where nothing else is said: it is a terminal that can, and `NO_COLOR`
/// is not set.
pub fn has_colour() -> bool {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_dumb() && !no_colour
}

/// A terminal that understands no escape codes at all.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}

/// Where lines come from: a keyboard, or a script.
pub struct Input {
    pub(in crate::client) lines: Box<dyn Lines>,
    is_terminal: bool,
}

impl Input {
    /// The standard input.
    pub fn stdin() -> Self {
        Input::plain(io::stdin(), io::stdin().is_terminal(), None)
    }

    /// Anything that can be read: a script.
    pub fn script(source: impl Read + Send + 'static) -> Self {
        Input::plain(source, false, None)
    }

    fn plain(source: impl Read + Send + 'static, is_terminal: bool, echo: Option<&Echo>) -> Self {
        let reader = MessageReader::new(Framing::Lines, MESSAGE_BYTES).without_mark();
        Input { lines: Box::new(Plain { source, reader, hidden: echo.map(Echo::state) }), is_terminal }
    }

    /// Whether somebody types.
    pub fn is_terminal(&self) -> bool {
        self.is_terminal
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("is_terminal", &self.is_terminal).finish_non_exhaustive()
    }
}

/// Where lines are shown.
pub struct Printer {
    rows: Box<dyn Rows>,
    talk: Arc<Talk>,
    /// How lines look; `None`: as they are.
    look: Option<Look>,
    transcript: Option<Transcript>,
    /// Hides a password, where there is no editor that does.
    echo: Option<Echo>,
    /// When the last line was shown.
    last: Option<Moment>,
    /// When the bell rang.
    rung: Option<Instant>,
    has_prompt: bool,
    /// Plain lines in colour, since that was asked for.
    colour: bool,
}

impl Printer {
    /// The standard output: plain lines, or a terminal with this look.
    pub fn stdout(look: Look) -> Self {
        let is_terminal = io::stdout().is_terminal() && !is_dumb();
        let rows = Box::new(PlainRows { out: io::stdout(), window: is_terminal.then(Window::default) });
        let colour = look.colour;
        let talk = Arc::new(Talk::new(look.lang));
        Printer { rows, talk, colour, look: is_terminal.then_some(look), ..Printer::plain(io::sink()) }
    }

    /// Plain lines into anything that can be written.
    pub fn plain(out: impl Write + Send + 'static) -> Self {
        let rows = Box::new(PlainRows { out, window: None });
        Printer {
            rows,
            talk: Arc::default(),
            look: None,
            transcript: None,
            echo: None,
            last: None,
            rung: None,
            has_prompt: false,
            colour: false,
        }
    }

    /// Keeps a transcript in this file as well.
    ///
    /// # Errors
    /// The file cannot be written; the message names it.
    pub fn keep_transcript(&mut self, path: &Path) -> io::Result<()> {
        let context = |why: io::Error| {
            io::Error::new(why.kind(), format!("cannot keep a transcript in {}: {why}", path.display()))
        };
        self.transcript = Some(Transcript::open(path, Moment::now()).map_err(context)?);
        Ok(())
    }

    /// Shows one line of the server's, as what it means.
    pub(in crate::client) fn show(&mut self, heard: &Heard<'_>, line: &str) -> io::Result<()> {
        let us = self.talk.nickname();
        self.transcribe(line)?;
        let Some(look) = &self.look else { return self.plain_row(line) };
        let (now, columns) = (Moment::now(), self.rows.columns());
        if self.last.replace(now).is_some_and(|last| !last.is_same_day(now)) {
            self.rows.row(&look.own_words(&now.date(), now, columns))?;
        }
        let ours = self.talk.is_with(Server::Ours);
        let row = match heard {
            Heard::Successfully if !ours => {
                let words = "You are {nickname}. Here anyone may imitate any line. QUIT or Ctrl-D leaves";
                Some(look.own_words(&look.lang.fill(words, &[&us.as_deref().unwrap_or("?")]), now, columns))
            }
            _ => look.row(heard, line, us.as_deref(), now, columns),
        };
        if let Some(row) = row {
            let row = self.ring_once(row);
            self.rows.row(&row)?;
        }
        match *heard {
            Heard::ToAll { from, text } if ours && us.as_deref() == Some(from) => self.rows.said(&Shown::of(text)),
            _ => {}
        }
        Ok(())
    }

    /// A hundred private messages at once ring once.
    fn ring_once(&mut self, row: Shown) -> Shown {
        if !row.rings() {
            return row;
        }
        if self.rung.is_some_and(|rung| rung.elapsed() < BELL) {
            return row.silent();
        }
        self.rung = Some(Instant::now());
        row
    }

    /// A transcript that cannot be kept any more is no reason not to chat; but it is said.
    fn transcribe(&mut self, line: &str) -> io::Result<()> {
        let now = Moment::now();
        let Some(Err(error)) = self.transcript.as_mut().map(|transcript| transcript.add(&Shown::of(line), now)) else {
            return Ok(());
        };
        self.transcript = None;
        self.says("No transcript from here on: {why}", &[&self.lang().told(&error.to_string())])
    }

    /// Shows a sentence of the client's own, with these for what stands in `{…}`.
    pub(in crate::client) fn says(&mut self, english: &'static str, values: &[&dyn fmt::Display]) -> io::Result<()> {
        let words = self.lang().fill(english, values);
        match &self.look {
            Some(look) => {
                let columns = self.rows.columns();
                self.rows.row(&look.own_words(&words, Moment::now(), columns))
            }
            None => self.plain_row(&words),
        }
    }

    /// A password is asked for: it is not to be seen.
    pub(in crate::client) fn hide_typing(&mut self) -> io::Result<()> {
        match self.echo.as_ref().map_or(Ok(()), Echo::hide) {
            Ok(()) => Ok(()),
            Err(error) => self.says("The password will be seen: {why}", &[&error]),
        }
    }

    fn plain_row(&mut self, line: &str) -> io::Result<()> {
        let shown = Shown::of(line);
        self.rows.row(&if self.colour { shown.in_colour(colour_of(line)) } else { shown })
    }

    /// What was shown reaches the reader.
    pub(in crate::client) fn flush(&mut self) -> io::Result<()> {
        self.rows.flush()
    }

    /// One picture of the waiting animation.
    pub(in crate::client) fn animate(&mut self, process: &Process) -> io::Result<()> {
        self.rows.animate(&Shown::of(&process.to_string()))
    }

    /// What is known of the conversation; `recv` tells it, the editor's prompt asks it.
    pub(in crate::client) fn talk(&self) -> &Arc<Talk> {
        &self.talk
    }

    /// Whether animations have a place here.
    pub(in crate::client) fn is_terminal(&self) -> bool {
        self.look.is_some()
    }

    /// The language of the client's own words.
    pub(in crate::client) fn lang(&self) -> Lang {
        self.talk.lang()
    }

    /// The prompt is drawn again.
    pub(in crate::client) fn refresh(&mut self) -> io::Result<()> {
        self.rows.flush()?;
        self.rows.refresh()
    }

    /// Whether a prompt says what is asked for: then the server's question need not.
    pub(in crate::client) fn has_prompt(&self) -> bool {
        self.has_prompt
    }
}

/// Plain lines in colour: cyan, and magenta for private ones.
fn colour_of(line: &str) -> Colour {
    if line.starts_with("(private") { Colour::Magenta } else { Colour::Cyan }
}

impl fmt::Debug for Printer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Printer").field("look", &self.look).finish_non_exhaustive()
    }
}
