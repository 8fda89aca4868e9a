//! The line editor (feature `editor`, by rustyline): what comes in is shown above the line that is being typed. Touches
//! stdin and stdout.
//!
//! # Threads
//! `sent` sits in `readline`, and all that appears while it does is written by rustyline, there. `printer` takes rows
//! from a bounded queue that `recv` fills, and joins what waits into one print. The socket's thread never prints.
//!
//! rustyline's `ExternalPrinter` takes a text and does not say when it has shown it: at the end of a `readline` a text
//! may be left over, to be shown by the next one or never. So it gets no text from us. It is only the bell that wakes
//! `readline`; the rows wait on our own `Stage`, and go out with the prompt when that is drawn.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor, ExternalPrinter};

use self::helper::Helper;
use self::history::History;
use self::stage::{RING, Stage};
use self::terminal::Terminal;
use super::process::Process;
use super::screen::{Lines, Rows};
use super::talk::Talk;
use crate::limits::{MESSAGE_BYTES, SINGLE_STACK};
use crate::text::Refusal;

mod helper;
mod history;
mod keys;
mod paste;
mod stage;
mod terminal;

/// Prints that may wait in the queue; each holds what one `read` of the socket brought.
const QUEUE_PRINTS: usize = 256;
/// Bytes joined into one print: more would keep a key waiting.
const PRINT_BYTES: usize = 16 * 1024;
/// How long the next prompt waits for an answer that changes it.
const ANSWER: Duration = Duration::from_secs(1);
/// How long the last rows may take to reach the screen when the client ends.
const LAST_ROWS: Duration = Duration::from_secs(1);
/// Lines of a paste that are sent without asking.
const PASTE_LINES: usize = 5;
/// Lines kept for the arrow keys.
const HISTORY_LINES: usize = 500;

/// The two ends of the editor; `None` where the terminal cannot be edited on. Then the plain client is there.
pub(super) fn open(talk: &Arc<Talk>, colour: bool) -> Option<(EditorLines, EditorRows)> {
    start(talk, colour).inspect_err(|error| log::debug!("no line editor: {error}")).ok()
}

fn start(talk: &Arc<Talk>, colour: bool) -> Result<(EditorLines, EditorRows), ReadlineError> {
    let config = Config::builder()
        .bell_style(BellStyle::None)
        .color_mode(ColorMode::Forced)
        .completion_type(CompletionType::List);
    let history = MemHistory::with_config(&Config::builder().max_history_size(HISTORY_LINES)?.build());
    let mut editor = Editor::with_history(config.build(), history)?;
    let stage = Arc::new(Stage::default());
    editor.set_helper(Some(Helper::new(&stage, talk, colour)));
    let bell = editor.create_external_printer()?;
    let (history, lines) = History::open();
    for line in lines {
        editor.add_history_entry(line)?;
    }

    let terminal = Terminal::silence()?;
    terminal.restore_on_signals();
    keys::bind(&mut editor, talk, &terminal);
    let (queue, prints) = bounded(QUEUE_PRINTS);
    let (tell_done, done) = bounded(1);
    let its_stage = Arc::clone(&stage);
    let builder = thread::Builder::new().name("printer".into()).stack_size(SINGLE_STACK);
    let print = move || {
        if let Err(error) = print_all(&prints, &its_stage, bell) {
            log::debug!("nobody sees the rows any more: {error}");
        }
        drop(tell_done);
    };
    builder.spawn(print).inspect_err(|_| terminal.restore_settings())?;
    let (queue, waiting, its_stage) = (Some(queue), String::new(), Arc::clone(&stage));
    let rows = EditorRows { queue, waiting, done, stage: its_stage, terminal: terminal.clone(), history };
    let (talk, pasted) = (Arc::clone(talk), VecDeque::new());
    let lines = EditorLines { editor, stage, talk, terminal, pasted, draft: None };
    Ok((lines, rows))
}

/// What waits to be shown.
enum Print {
    /// Whole rows, each with its newline.
    Rows(String),
    /// A picture of the waiting animation.
    Picture(String),
}

/// The printer thread, until `recv` lets go of the queue.
fn print_all(prints: &Receiver<Print>, stage: &Stage, mut bell: impl ExternalPrinter) -> io::Result<()> {
    let mut next = prints.recv().ok();
    while let Some(print) = next.take() {
        let mut rows = match print {
            Print::Picture(picture) => {
                stage.show_picture(&picture)?;
                next = prints.recv().ok();
                continue;
            }
            Print::Rows(rows) => rows,
        };
        while rows.len() < PRINT_BYTES && next.is_none() {
            match prints.try_recv() {
                Ok(Print::Rows(more)) => rows.push_str(&more),
                Ok(picture) => next = Some(picture),
                Err(_) => break,
            }
        }
        if stage.show(&rows)? {
            bell.print(RING.into()).map_err(io::Error::other)?;
        }
        next = next.or_else(|| prints.recv().ok());
    }
    if stage.end(LAST_ROWS) {
        bell.print(RING.into()).map_err(io::Error::other)?;
    }
    stage.wait_for_end(LAST_ROWS);
    Ok(())
}

/// What `sent` reads.
pub(super) struct EditorLines {
    editor: Editor<Helper, MemHistory>,
    stage: Arc<Stage>,
    talk: Arc<Talk>,
    terminal: Terminal,
    /// The lines of a paste that have not gone out yet.
    pasted: VecDeque<String>,
    /// What was typed when the terminal sent bytes that are no text.
    draft: Option<String>,
}

impl Lines for EditorLines {
    fn next_line(&mut self) -> io::Result<Option<Result<Vec<u8>, Refusal>>> {
        loop {
            if let Some(line) = self.pasted.pop_front() {
                let fits = line.len() <= MESSAGE_BYTES;
                return Ok(Some(if fits { Ok(line.into_bytes()) } else { Err(Refusal::TooLong) }));
            }
            let is_answered = self.talk.wait_until_answered(ANSWER);
            if self.talk.is_arrival() {
                return Ok(Some(Ok(b"LIST".to_vec())));
            }
            let prompt = if is_answered { self.talk.prompt() } else { self.talk.wide_prompt() };
            let Some(typed) = self.read(&prompt, true)? else {
                // Nobody reads keys any more: Ctrl-C is for the system again, should the goodbye not come.
                self.terminal.restore_settings();
                return Ok(None);
            };
            self.take(&prompt, &typed)?;
        }
    }
}

impl EditorLines {
    /// One `readline`, with a prompt that follows the talk or stays as it is. `None`: the user leaves, or the client ends.
    fn read(&mut self, prompt: &str, follows: bool) -> io::Result<Option<String>> {
        loop {
            if !self.stage.begin() {
                return Ok(None);
            }
            if let Some(helper) = self.editor.helper() {
                helper.begin(follows);
            }
            let draft = self.draft.take().unwrap_or_default();
            match self.editor.readline_with_initial(prompt, (&draft, "")) {
                Ok(typed) => return Ok(Some(typed)),
                Err(ReadlineError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
                    self.draft = self.editor.helper().map(Helper::draft);
                    self.stage.close("")?;
                }
                // Ctrl-C, Ctrl-D, or a terminal that has gone: the end of the input.
                Err(error) => {
                    log::debug!("the input ends: {error}");
                    self.stage.close("")?;
                    return Ok(None);
                }
            }
        }
    }

    /// What was typed becomes lines to send. A row whose receipt will show it again is wiped.
    fn take(&mut self, prompt: &str, typed: &str) -> io::Result<()> {
        if self.talk.is_secret() {
            // As it is, even empty: that gives it up. Nothing of it stays, here or in the history.
            let wipe = self.wipe(prompt, typed);
            self.stage.close(&wipe)?;
            self.pasted.push_back(typed.to_owned());
            return Ok(());
        }
        let lines: Vec<&str> = match typed.contains('\n') {
            true => typed.split('\n').filter(|line| !line.trim().is_empty()).collect(),
            false => vec![typed],
        };
        let is_wiped = lines.iter().all(|line| self.talk.has_receipt(line) || self.talk.is_nothing(line));
        let wipe = if is_wiped { self.wipe(prompt, typed) } else { String::new() };
        self.stage.close(&wipe)?;
        if !typed.trim().is_empty() {
            self.editor.add_history_entry(typed).map_err(io::Error::other)?;
        }
        if lines.len() > PASTE_LINES && !self.asks(&self.talk.lang().paste(lines.len()))? {
            return Ok(());
        }
        let (is_paste, place) = (lines.len() > 1, self.talk.place());
        let lines = lines.into_iter().filter(|line| !self.talk.is_nothing(line));
        self.pasted
            .extend(lines.map(|line| if is_paste { paste::as_text(line, &place) } else { meaning(line).to_owned() }));
        Ok(())
    }

    /// A question of ours: yes, or anything else.
    fn asks(&mut self, question: &str) -> io::Result<bool> {
        let answer = self.read(question, false)?;
        self.stage.close("")?;
        Ok(answer.is_some_and(|answer| matches!(answer.trim(), "y" | "Y" | "д" | "Д")))
    }

    /// The escape codes that wipe what was typed, once the cursor is on the row below.
    fn wipe(&mut self, prompt: &str, typed: &str) -> String {
        let columns = self.editor.dimensions().map_or(80, |(columns, _)| columns);
        format!("\x1b[{}A\r\x1b[J", helper::height(&[prompt, typed].concat(), columns))
    }
}

/// `?` is HELP.
fn meaning(line: &str) -> &str {
    if line.trim() == "?" { "HELP" } else { line }
}

/// What `recv` shows.
pub(super) struct EditorRows {
    /// Gone at the end: that ends the printer.
    queue: Option<Sender<Print>>,
    /// Rows up to the next `flush`.
    waiting: String,
    /// Disconnected when the printer has ended.
    done: Receiver<()>,
    stage: Arc<Stage>,
    terminal: Terminal,
    history: History,
}

impl EditorRows {
    /// Blocks while the queue is full.
    fn print(&self, print: Print) -> io::Result<()> {
        let closed = || io::Error::new(io::ErrorKind::BrokenPipe, "the printer has ended");
        self.queue.as_ref().ok_or_else(closed)?.send(print).map_err(|_| closed())
    }
}

impl Rows for EditorRows {
    fn row(&mut self, row: &str) -> io::Result<()> {
        self.waiting.push_str(row);
        self.waiting.push('\n');
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.waiting);
        self.print(Print::Rows(rows))
    }

    fn animate(&mut self, process: &Process) -> io::Result<()> {
        self.print(Print::Picture(process.to_string()))
    }

    fn refresh(&mut self) -> io::Result<()> {
        self.print(Print::Rows(String::new()))
    }

    fn said(&mut self, text: &str) {
        self.history.add(text);
    }
}

impl Drop for EditorRows {
    /// The end, however it came, a panic included: the last rows, then the terminal as it was. Waits at most as long as
    /// the printer may take three times; it takes that long only where a search in the history stands open.
    fn drop(&mut self) {
        // A printer that has ended before us has nowhere to print: what is left cannot be shown.
        self.flush().unwrap_or_default();
        self.queue = None;
        // Nobody ever sends: an error is what is waited for.
        self.done.recv_timeout(LAST_ROWS * 3).unwrap_or_default();
        self.stage.last_rows().unwrap_or_default();
        self.terminal.restore();
        io::stdout().flush().unwrap_or_default();
    }
}
