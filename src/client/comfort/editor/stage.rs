//! Feature editor: the rows that wait to be shown, and who may write to the terminal: while `readline` runs it alone,
//! else whoever holds this lock. Touches stdout.
//!
//! # Locks
//! One lock over the state. Whoever finds `readline` not running writes to the terminal under it, so that rows and a
//! beginning `readline` cannot mix.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::reflow::is_one_row;
use super::terminal::columns;
use crate::client::comfort::seam::WIPE;
use crate::shown::Shown;

/// How long a window that got another width may take until all is drawn again.
const REDRAWN: Duration = Duration::from_millis(100);
/// Bytes that may wait for `readline`; beyond it the printer waits, then `recv`, then the server.
const WAITING_BYTES: usize = 256 * 1024;

/// Rows on their way to the terminal.
#[derive(Default)]
pub(super) struct Stage {
    state: Mutex<Scene>,
    changed: Condvar,
}

#[derive(Default)]
struct Scene {
    readline: Readline,
    /// Rows that go out with the next drawing of the prompt.
    waiting: Shown,
    /// Rows wait, or the prompt is to be another: a ring is on its way.
    news: bool,
    /// A picture of the animation stands in the row.
    picture: bool,
    /// No further `readline` may begin.
    ending: bool,
    /// What stands in the rows of prompt and draft.
    stands: String,
    /// The columns that rustyline counts with, as far as we know.
    believed: u16,
    /// Since when the window has had another width.
    unsettled: Option<Instant>,
}

impl Scene {
    fn learns(&mut self, columns: u16) {
        (self.believed, self.unsettled) = (columns, None);
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
        Ok(!std::mem::replace(&mut state.news, true))
    }

    /// Whether `readline` has anything to draw again for.
    pub(super) fn has_news(&self) -> bool {
        self.state.lock().news
    }

    /// Whether rustyline knows how wide the window is. Where it has still to learn of another width, it counts with rows
    /// that the terminal has laid out anew: what it draws now could wipe what stands above. It draws as soon as it learns.
    pub(super) fn is_settled(&self) -> bool {
        let mut state = self.state.lock();
        let (whole, widths) = (&state.stands, [state.believed, columns()]);
        if widths[0] == widths[1] || whole.is_empty() || is_one_row(whole, widths) {
            return true;
        }
        let is_overdue = state.unsettled.get_or_insert_with(Instant::now).elapsed() > REDRAWN;
        if is_overdue {
            // We were wrong about what it counts with.
            state.learns(widths[1]);
        }
        is_overdue
    }

    /// The columns that rustyline counts with.
    pub(super) fn believed(&self) -> u16 {
        self.state.lock().believed
    }

    /// rustyline counts with so many columns from now on.
    pub(super) fn learns(&self, columns: u16) {
        self.state.lock().learns(columns);
    }

    /// What stands there once this drawing is done.
    pub(super) fn stands(&self, whole: &str) {
        whole.clone_into(&mut self.state.lock().stands);
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

    /// The prompt is being drawn, by `readline`'s thread. The rows that have to stand before it.
    pub(super) fn drawing(&self) -> Shown {
        let mut state = self.state.lock();
        state.readline = Readline::Open;
        (state.picture, state.news) = (false, false);
        self.changed.notify_all();
        std::mem::take(&mut state.waiting)
    }

    /// No more rows come, and no `readline` begins any more. True: one runs, and is to end.
    pub(super) fn end(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        state.ending = true;
        while state.readline == Readline::Begins && !self.changed.wait_until(&mut state, deadline).timed_out() {}
        state.readline == Readline::Open
    }

    /// Waits until `readline` has returned.
    pub(super) fn wait_for_end(&self, patience: Duration) {
        let deadline = Instant::now() + patience;
        let mut state = self.state.lock();
        while state.readline == Readline::Open && !self.changed.wait_until(&mut state, deadline).timed_out() {}
    }

    /// What still waits is written plainly; below the draft, where `readline` did not return.
    pub(super) fn last_rows(&self) -> io::Result<()> {
        let mut state = self.state.lock();
        state.ending = true;
        let below = if matches!(state.readline, Readline::Open | Readline::Begins) { "\n" } else { "" };
        let waiting = std::mem::take(&mut state.waiting);
        write(&mut state, below, &waiting)
    }
}

/// Rows, after codes of our own that make room for them.
fn write(state: &mut Scene, room: &str, rows: &Shown) -> io::Result<()> {
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
