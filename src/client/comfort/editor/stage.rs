//! Feature editor: the rows that wait to be shown, and who may write to the terminal: while `readline` runs it alone,
//! else whoever holds this lock. Touches stdout.
//!
//! # Locks
//! One lock over the state. Whoever finds `readline` not running writes to the terminal under it, so that rows and a
//! beginning `readline` cannot mix. Rings are sent without it: rustyline's queue may be full.

use std::io::{self, Write};
use std::thread;
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex, MutexGuard};

use super::reflow::is_one_row;
use super::terminal::columns;
use crate::client::comfort::screen::WIPE;
use crate::shown::Shown;

/// What wakes `readline`, through its external printer. It writes this where the prompt stood, then draws the prompt
/// again; the rows come with that. The text has to end with a newline, or gets one. So it saves the cursor's place, goes
/// up and down again; in the top row it cannot go up, and what is drawn next begins with `BACK`.
pub(super) const RING: &str = "\x1b7\x1b[A\n";
/// Back to the place that `RING` saved.
const BACK: &str = "\x1b8";
/// How long a window that got another width may take until all is drawn again.
const REDRAWN: Duration = Duration::from_millis(100);
/// Bytes that may wait for `readline`; beyond it the printer waits, then `recv`, then the server.
const WAITING_BYTES: usize = 256 * 1024;

/// Rows on their way to the terminal.
#[derive(Default)]
pub(super) struct Stage {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    readline: Readline,
    /// Rows that go out with the next drawing of the prompt.
    waiting: Shown,
    /// A ring is on its way.
    rung: bool,
    /// A picture of the animation stands in the row.
    picture: bool,
    /// No further `readline` may begin.
    ending: bool,
    /// What stands in the rows of prompt and draft, and the columns that rustyline counts with.
    stands: (u16, String),
}

impl State {
    /// The window has another width than rustyline believes, and it will draw all rows again.
    fn is_to_be_redrawn(&self) -> bool {
        let (believed, whole) = &self.stands;
        let now = columns();
        *believed != now && !whole.is_empty() && !is_one_row(whole, [*believed, now])
    }
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Readline {
    /// Not running: the terminal is free.
    #[default]
    Closed,
    /// About to draw its first prompt. Until then the terminal is free.
    Begins,
    /// It has the terminal.
    Open,
    /// It was stopped where it stood, for good.
    Stopped,
}

impl Stage {
    /// Shows whole rows. True: a ring is needed. Waits while too many rows wait already.
    pub(super) fn show(&self, rows: &Shown) -> io::Result<bool> {
        let mut state = self.state.lock();
        while state.readline == Readline::Open && state.waiting.as_str().len() > WAITING_BYTES {
            self.changed.wait(&mut state);
        }
        if state.readline != Readline::Open {
            write(&mut state, "", rows)?;
            return Ok(false);
        }
        state.waiting.push(rows);
        // A ring would have rustyline wipe rows that are not its own. The new drawing takes the rows with it.
        if state.is_to_be_redrawn()
            && !self.changed.wait_for(&mut state, REDRAWN).timed_out()
            && state.waiting.is_empty()
        {
            return Ok(false);
        }
        Ok(!std::mem::replace(&mut state.rung, true))
    }

    /// What stands there once this drawing is done.
    pub(super) fn stands(&self, columns: u16, whole: &str) {
        let mut state = self.state.lock();
        state.stands.0 = columns;
        whole.clone_into(&mut state.stands.1);
    }

    /// Shows a picture of the waiting animation, where no prompt is.
    pub(super) fn show_picture(&self, picture: &Shown) -> io::Result<()> {
        let mut state = self.state.lock();
        if state.readline == Readline::Open {
            return Ok(());
        }
        state.picture = true;
        write_now(&format!("{WIPE}{picture}"))
    }

    /// A `readline` is to begin. False: it must not.
    pub(super) fn begin(&self) -> bool {
        let mut state = self.state.lock();
        if !state.ending {
            state.readline = Readline::Begins;
        }
        !state.ending
    }

    /// Whether `readline` has the terminal, and takes keys.
    pub(super) fn is_open(&self) -> bool {
        self.state.lock().readline == Readline::Open
    }

    /// `readline` has returned, and the cursor is on the row below what was typed. So many rows above it are wiped, then
    /// what waited is written.
    pub(super) fn close(&self, wiped: u32) -> io::Result<()> {
        let mut state = self.state.lock();
        state.readline = Readline::Closed;
        self.changed.notify_all();
        let waiting = std::mem::take(&mut state.waiting);
        let wipe = if wiped > 0 { format!("\x1b[{wiped}A\r\x1b[J") } else { String::new() };
        write(&mut state, &wipe, &waiting)
    }

    /// The prompt is being drawn, by `readline`'s thread; `rung`: because of a ring. What has to stand before it.
    pub(super) fn drawing(&self, rung: bool) -> String {
        let mut state = self.state.lock();
        if state.readline != Readline::Open {
            state.readline = Readline::Open;
            // A ring that was on its way may have come to nothing.
            state.rung = false;
        }
        state.picture = false;
        state.rung &= !rung;
        let mut rows = if rung { BACK.to_owned() } else { String::new() };
        rows.push_str(std::mem::take(&mut state.waiting).as_str());
        self.changed.notify_all();
        if rung && state.ending {
            self.stop(state, &rows);
        }
        rows
    }

    /// The client ends while somebody types, and `readline` cannot be asked to return. It has just wiped prompt and
    /// draft: here it stays, and never writes again.
    fn stop(&self, mut state: MutexGuard<'_, State>, rows: &str) -> ! {
        // A terminal that has gone shows nothing.
        write_now(rows).unwrap_or_default();
        state.readline = Readline::Stopped;
        drop(state);
        self.changed.notify_all();
        loop {
            thread::park();
        }
    }

    /// No more rows come. True: `readline` runs, and a ring will stop it.
    pub(super) fn end(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        state.ending = true;
        while state.readline == Readline::Begins && !self.changed.wait_until(&mut state, deadline).timed_out() {}
        state.readline == Readline::Open && !state.rung
    }

    /// Waits until `readline` has been stopped, or has returned.
    pub(super) fn wait_for_end(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        while state.readline == Readline::Open && !self.changed.wait_until(&mut state, deadline).timed_out() {}
    }

    /// What still waits is written plainly; below the draft, where `readline` could not be stopped.
    pub(super) fn last_rows(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.ending = true;
        let below = if matches!(state.readline, Readline::Open | Readline::Begins) { "\n" } else { "" };
        let waiting = std::mem::take(&mut state.waiting);
        write(&mut state, below, &waiting)
    }
}

/// Rows, after codes of our own that make room for them.
fn write(state: &mut State, room: &str, rows: &Shown) -> io::Result<()> {
    if room.is_empty() && rows.is_empty() && !state.picture {
        return Ok(());
    }
    let wipe = if std::mem::take(&mut state.picture) { WIPE } else { "" };
    write_now(&[wipe, room, rows.as_str()].concat())
}

fn write_now(text: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(text.as_bytes())?;
    out.flush()
}
