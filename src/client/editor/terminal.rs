//! The terminal's own settings: as they were when we came, and silent while we are here. Touches stdin and stdout.

use std::io::{self, Write};
use std::sync::Arc;

use nix::sys::signal::{Signal, raise};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use parking_lot::Mutex;

/// What rustyline leaves behind where it cannot end: bracketed paste, a hidden cursor, a colour.
const RESET: &str = "\x1b[?2004l\x1b[?2026l\x1b[?25h\x1b[0m";

/// Bracketed paste, as rustyline switches it on.
const PASTE: &str = "\x1b[?2004h";

/// Columns of a terminal that does not say how many it has.
const COLUMNS: u16 = 80;

/// The window's columns, as they are now.
pub(in crate::client) fn columns() -> u16 {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.map(|size| size.ws_col).ok().filter(|&columns| columns > 0).unwrap_or(COLUMNS)
}

/// The settings that the terminal had.
#[derive(Clone)]
pub(super) struct Terminal {
    saved: Arc<Mutex<Termios>>,
}

impl Terminal {
    /// Remembers the settings, and makes the terminal silent: what is typed between two prompts is not shown and not acted
    /// on, but waits for the next. rustyline goes back to this after each line. Ctrl-C still ends a client that hangs.
    pub(super) fn silence() -> io::Result<Self> {
        let saved = tcgetattr(io::stdin())?;
        let mut silent = saved.clone();
        silent.local_flags -= LocalFlags::ECHO | LocalFlags::ICANON;
        tcsetattr(io::stdin(), SetArg::TCSANOW, &silent)?;
        Ok(Terminal { saved: Arc::new(Mutex::new(saved)) })
    }

    /// A signal ends the client: the terminal is to be as it was then too. Without the feature `signals` it is left to the
    /// shell.
    pub(super) fn restore_on_signals(&self) {
        #[cfg(feature = "signals")]
        {
            let terminal = self.clone();
            let last_words = move || {
                io::stdout().write_all(b"\n").unwrap_or_default();
                terminal.restore();
            };
            if let Err(error) = crate::signals::end_on_signals(last_words) {
                log::debug!("a signal will leave the terminal as it is: {error}");
            }
        }
    }

    /// As it was. A terminal that has gone cannot be restored and need not be.
    pub(super) fn restore(&self) {
        let mut out = io::stdout();
        out.write_all(RESET.as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
        self.restore_settings();
    }

    /// The same without a word: others may be writing.
    pub(super) fn restore_settings(&self) {
        let saved = self.saved.lock();
        tcsetattr(io::stdin(), SetArg::TCSANOW, &saved).unwrap_or_default();
    }
}

/// Ctrl-Z, until `fg`; then `after` is written. rustyline's own goes on for a moment before the process stops, and makes
/// the terminal raw too early: it signals the process, and any thread may take that. `raise` stops this very thread.
pub(super) fn suspend(terminal: &Terminal, after: &str) -> nix::Result<()> {
    let raw = tcgetattr(io::stdin())?;
    let mut out = io::stdout();
    out.write_all(b"\n").unwrap_or_default();
    terminal.restore();
    raise(Signal::SIGTSTP)?;
    tcsetattr(io::stdin(), SetArg::TCSANOW, &raw)?;
    out.write_all([PASTE, after].concat().as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
    // The window may have another size by now.
    raise(Signal::SIGWINCH)
}
