//! The terminal's own settings: as they were when we came, and silent for a moment. Touches stdin and stdout.

use std::io::{self, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

/// What rustyline leaves behind where it cannot end: bracketed paste, a hidden cursor, a colour.
const RESET: &str = "\x1b[?2004l\x1b[?2026l\x1b[?25h\x1b[0m";

/// The settings that the terminal had.
#[derive(Clone)]
pub(super) struct Terminal {
    saved: Termios,
}

impl Terminal {
    pub(super) fn save() -> io::Result<Self> {
        Ok(Terminal { saved: tcgetattr(io::stdin())? })
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
        tcsetattr(io::stdin(), OptionalActions::Now, &self.saved).unwrap_or_default();
    }
}

/// While it lives the terminal shows no key and acts on none: what is typed between two prompts waits for the next.
pub(super) struct Quiet {
    saved: Option<Termios>,
}

impl Quiet {
    pub(super) fn start() -> Self {
        let saved = tcgetattr(io::stdin()).ok();
        if let Some(mut quiet) = saved.clone() {
            quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
            tcsetattr(io::stdin(), OptionalActions::Now, &quiet).unwrap_or_default();
        }
        Quiet { saved }
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        if let Some(saved) = &self.saved {
            tcsetattr(io::stdin(), OptionalActions::Now, saved).unwrap_or_default();
        }
    }
}
