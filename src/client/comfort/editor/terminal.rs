//! Feature editor: the terminal's own settings: as they were when we came, and silent while we are here. Touches stdin
//! and stdout.

use std::io::{self, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use nix::sys::signal::{Signal, kill, raise};
use nix::sys::termios::{InputFlags, LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{Pid, getpgrp};
use parking_lot::Mutex;

/// What rustyline leaves behind where it cannot end: bracketed paste, a hidden cursor, a colour.
const RESET: &str = "\x1b[?2004l\x1b[?2026l\x1b[?25h\x1b[0m";

/// Bracketed paste, as rustyline switches it on.
const PASTE: &str = "\x1b[?2004h";

/// Columns of a terminal that does not say how many it has.
const COLUMNS: u16 = 80;
/// Its rows.
const ROWS: u16 = 24;

/// How long the system may take to stop us: much longer than it needs. Where nobody could let us go on (we are the only
/// program of the terminal) it does not stop us at all.
const STOPS: Duration = Duration::from_millis(200);

/// The window's columns, as they are now.
pub(in crate::client) fn columns() -> u16 {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.map(|size| size.ws_col).ok().filter(|&columns| columns > 0).unwrap_or(COLUMNS)
}

/// The window's rows, as they are now.
pub(super) fn rows() -> u16 {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    size.map(|size| size.ws_row).ok().filter(|&rows| rows > 0).unwrap_or(ROWS)
}

/// The terminal that the client was started at, and the settings that it had.
#[derive(Clone)]
pub(super) struct Terminal {
    saved: Arc<Mutex<Termios>>,
    input: Arc<OwnedFd>,
    is_restored: Arc<AtomicBool>,
    /// That the process goes on after a stop.
    goes_on: (Sender<()>, Receiver<()>),
}

impl Terminal {
    /// Remembers the terminal and its settings, and makes it silent: it shows nothing of what is typed and acts on none of
    /// it, from the first prompt to the end.
    pub(super) fn silence() -> io::Result<Self> {
        let input = io::stdin().as_fd().try_clone_to_owned()?;
        let saved = tcgetattr(&input)?;
        let (saved, input) = (Arc::new(Mutex::new(saved)), Arc::new(input));
        let terminal = Terminal { saved, input, is_restored: Arc::default(), goes_on: bounded(1) };
        terminal.silence_again()?;
        Ok(terminal)
    }

    /// Silent once more, after a stop.
    pub(super) fn silence_again(&self) -> io::Result<()> {
        let mut silent = self.saved.lock().clone();
        self.is_restored.store(false, Ordering::Relaxed);
        silent.input_flags -=
            InputFlags::BRKINT | InputFlags::ICRNL | InputFlags::INPCK | InputFlags::ISTRIP | InputFlags::IXON;
        silent.local_flags -= LocalFlags::ECHO | LocalFlags::ICANON | LocalFlags::IEXTEN | LocalFlags::ISIG;
        Ok(tcsetattr(&self.input, SetArg::TCSANOW, &silent)?)
    }

    /// A stop from outside, `kill -STOP`, tells nobody: the shell has set the terminal as it likes it, and `fg` would leave
    /// it so; at `Password?` what is typed would be seen. `then` is called once that is mended. Without the feature
    /// `signals` it is not.
    pub(super) fn silence_on_continue(&self, then: impl Fn() + Send + 'static) {
        #[cfg(feature = "signals")]
        {
            let terminal = self.clone();
            let mend = move || {
                // Full: it was said before.
                terminal.goes_on.0.try_send(()).unwrap_or_default();
                // In the background the terminal is somebody else's.
                let owner = rustix::termios::tcgetpgrp(terminal.input()).map(|group| group.as_raw_nonzero().get());
                if owner == Ok(getpgrp().as_raw()) && terminal.is_silenced() {
                    match terminal.silence_again() {
                        Ok(()) => then(),
                        Err(error) => log::debug!("the terminal stays as the shell left it: {error}"),
                    }
                }
            };
            if let Err(error) = crate::signals::on_continue(mend) {
                log::debug!("after a stop the terminal stays as the shell left it: {error}");
            }
        }
        #[cfg(not(feature = "signals"))]
        drop(then);
    }

    /// It has not been given back: we are not at our end.
    #[cfg(feature = "signals")]
    fn is_silenced(&self) -> bool {
        !self.is_restored.load(Ordering::Relaxed)
    }

    /// Where its keys come from.
    pub(super) fn input(&self) -> BorrowedFd<'_> {
        self.input.as_fd()
    }

    /// A signal ends the client: the terminal is to be as it was then too. Without the feature `signals` it is left to the
    /// shell.
    pub(super) fn restore_on_signals(&self) {
        #[cfg(feature = "signals")]
        {
            let terminal = self.clone();
            let last_words = move || {
                // First what never waits: the terminal may not read, and then not a byte of these goes out.
                terminal.restore_settings();
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
        self.is_restored.store(true, Ordering::Relaxed);
        let saved = self.saved.lock();
        tcsetattr(&self.input, SetArg::TCSANOW, &saved).unwrap_or_default();
    }
}

/// Ctrl-Z, until `fg`; then `after` is written. All that was started with us stops too: `chat | tee log` is one job. This
/// thread goes on for a moment before the process stops, so it waits until it is told that all goes on; a second signal, to
/// be sure, would stop whoever was let go on in between.
pub(super) fn suspend(terminal: &Terminal, after: &str) -> io::Result<()> {
    let mut out = io::stdout();
    out.write_all(b"\n").unwrap_or_default();
    terminal.restore();
    let goes_on = &terminal.goes_on.1;
    goes_on.try_iter().for_each(drop); // of an earlier stop
    kill(Pid::from_raw(0), Signal::SIGTSTP)?;
    // The time of the stop counts: without the feature `signals` it is what ends the wait.
    goes_on.recv_timeout(STOPS).unwrap_or_default();
    terminal.silence_again()?;
    out.write_all([PASTE, after].concat().as_bytes()).and_then(|()| out.flush()).unwrap_or_default();
    // The window may have another size by now.
    Ok(raise(Signal::SIGWINCH)?)
}
