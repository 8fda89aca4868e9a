//! Feature editor: the line editor (feature `editor`, by rustyline): what comes in is shown above the line that is
//! being typed. Touches stdin and stdout.
//!
//! # Threads
//! `keyboard` and `keys` bring it one key after the other (see `keyboard.rs`).
//! `sent` sits in `readline`, and all that appears while it does is written by rustyline, there. `printer` takes rows
//! from a bounded queue that `recv` fills, and joins what waits into one print. The socket's thread never prints.
//!
//! rustyline's `ExternalPrinter` gets no text from us. It does not say when it has shown one, and wipes the prompt's rows
//! before we can see to it that they are the prompt's, where the window got another width. So the rows wait on our own
//! `Stage`, and go out with the prompt when that is drawn; a key of our own (`Keyboard::redraw`) has it drawn again.

use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use rustyline::config::BellStyle;
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{ColorMode, CompletionType, Config, Editor};

use self::helper::Helper;
use self::history::History;
use self::keyboard::Keyboard;
use self::lines::EditorLines;
use self::rows::WIDTHS;
use self::stage::Stage;
use self::terminal::Terminal;
pub(in crate::client) use self::terminal::columns;
use super::look::Look;
use super::seam::Rows;
use super::talk::Talk;
use crate::limits::SINGLE_STACK;
use crate::shown::Shown;

mod completion;
mod folded;
mod helper;
mod history;
mod keyboard;
mod keys;
mod lines;
mod paste;
mod reflow;
mod rows;
mod stage;
mod terminal;

/// Prints that may wait in the queue; each holds what one `read` of the socket brought.
const QUEUE_PRINTS: usize = 256;
/// Bytes joined into one print: more would keep a key waiting.
const PRINT_BYTES: usize = 16 * 1024;
/// How long the last rows may take to reach the screen when the client ends.
const LAST_ROWS: Duration = Duration::from_secs(1);
/// Lines kept for the arrow keys.
const HISTORY_LINES: usize = 500;

/// The two ends of the editor; `None` where the terminal cannot be edited on. Then the plain client is there.
pub(in crate::client) fn open(talk: &Arc<Talk>, look: &Look) -> Option<(EditorLines, EditorRows)> {
    start(talk, look).inspect_err(|error| log::debug!("no line editor: {error}")).ok()
}

fn start(talk: &Arc<Talk>, look: &Look) -> Result<(EditorLines, EditorRows), ReadlineError> {
    let config = Config::builder()
        .bell_style(BellStyle::None)
        .color_mode(ColorMode::Forced)
        .completion_type(CompletionType::List)
        .grapheme_cluster_mode(WIDTHS)
        .tab_stop(1);
    let history = MemHistory::with_config(&Config::builder().max_history_size(HISTORY_LINES)?.build());
    let mut editor = Editor::with_history(config.build(), history)?;
    let stage = Arc::new(Stage::default());
    // Nothing is printed by it. But where there is one, rustyline waits for keys and for a new size of the window at once.
    let waits = Box::new(editor.create_external_printer()?);
    let (history, lines) = History::open();
    let terminal = Terminal::silence()?;
    terminal.restore_on_signals();
    let keyboard = Keyboard::open(&terminal, &stage).inspect_err(|_| terminal.restore_settings())?;
    let its_keyboard = Arc::clone(&keyboard);
    terminal.silence_on_continue(move || its_keyboard.again.ring());
    editor.set_helper(Some(Helper::new(&stage, talk, &keyboard, look.colour)));
    keys::bind(&mut editor, talk, &terminal, &keyboard, &stage);
    let mut typed = EditorLines::new(editor, waits, &stage, talk, &terminal, &keyboard, look);
    lines.iter().try_for_each(|line| typed.remember(line.as_str()))?;
    let (queue, prints) = bounded(QUEUE_PRINTS);
    let (tell_done, done) = bounded(1);
    let its_stage = Arc::clone(&stage);
    let builder = thread::Builder::new().name("printer".into()).stack_size(SINGLE_STACK);
    let print = move || {
        if let Err(error) = print_all(&prints, &its_stage, &keyboard) {
            log::debug!("nobody sees the rows any more: {error}");
        }
        drop(tell_done);
    };
    builder.spawn(print).inspect_err(|_| terminal.restore_settings())?;
    Ok((typed, EditorRows { queue: Some(queue), waiting: Shown::default(), done, stage, terminal, history }))
}

/// What waits to be shown.
enum Print {
    /// Whole rows, each with its newline.
    Rows(Shown),
    /// A picture of the waiting animation.
    Picture(Shown),
}

/// The printer thread, until `recv` lets go of the queue.
fn print_all(prints: &Receiver<Print>, stage: &Stage, keyboard: &Keyboard) -> io::Result<()> {
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
        while rows.as_str().len() < PRINT_BYTES && next.is_none() {
            match prints.try_recv() {
                Ok(Print::Rows(more)) => rows.push(&more),
                Ok(picture) => next = Some(picture),
                Err(_) => break,
            }
        }
        if stage.show(&rows)? {
            keyboard.redraw.ring();
        }
        next = next.or_else(|| prints.recv().ok());
    }
    if stage.end(LAST_ROWS) {
        keyboard.again.ring();
    }
    stage.wait_for_end(LAST_ROWS);
    Ok(())
}

/// What `recv` shows.
pub(in crate::client) struct EditorRows {
    /// Gone at the end: that ends the printer.
    queue: Option<Sender<Print>>,
    /// Rows up to the next `flush`.
    waiting: Shown,
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
    fn row(&mut self, row: &Shown) -> io::Result<()> {
        self.waiting.push(row);
        self.waiting.end_row();
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.waiting);
        self.print(Print::Rows(rows))
    }

    fn animate(&mut self, picture: &Shown) -> io::Result<()> {
        self.print(Print::Picture(picture.clone()))
    }

    fn columns(&mut self) -> usize {
        columns().into()
    }

    fn refresh(&mut self) -> io::Result<()> {
        self.print(Print::Rows(Shown::default()))
    }

    fn said(&mut self, text: &Shown) {
        self.history.add(text);
    }
}

impl Drop for EditorRows {
    /// The end, however it came, a panic included: the last rows, then the terminal as it was. Waits at most as long as
    /// the printer may take three times.
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
