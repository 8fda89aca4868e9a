//! Lesson: what the receiving thread works at: the screen, the link to the server, the channel by which `sent` hears of the
//! login; and how far it has come with the server. Touches the screen.

use std::io;
use std::sync::Arc;

use crossbeam_channel::Sender;

use super::heard::Heard;
use super::link::Link;
use super::{Login, Printer};
use crate::protocol::YOUR_NICKNAME;

/// How far it has come with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing was asked yet.
    Begins,
    /// It speaks another protocol.
    Foreign,
    /// A nickname was asked for, so often.
    Asked(usize),
    /// The nickname is ours; `just_now`: the last line said so.
    In { just_now: bool },
}

/// Why no more is received.
pub(super) enum Over {
    Refused,
    Output(io::Error),
}

impl From<io::Error> for Over {
    /// Only the screen's errors come this way.
    fn from(error: io::Error) -> Self {
        Over::Output(error)
    }
}

pub(super) struct Desk {
    pub(super) printer: Printer,
    pub(super) link: Arc<Link>,
    pub(super) login: Sender<Login>,
    pub(super) is_script: bool,
    pub(super) phase: Phase,
}

impl Desk {
    /// The nickname is ours.
    pub(super) fn is_in(&self) -> bool {
        matches!(self.phase, Phase::In { .. })
    }

    /// A nickname is asked for. A script has one try.
    pub(super) fn ask(&mut self) -> Result<(), Over> {
        let asked = if let Phase::Asked(before) = self.phase { before + 1 } else { 1 };
        self.phase = Phase::Asked(asked);
        if self.is_script && asked > 1 {
            self.printer.flush()?;
            return Err(Over::Refused);
        }
        if !self.printer.has_prompt() {
            self.printer.show(&Heard::YourNickname, YOUR_NICKNAME)?;
        }
        self.printer.flush()?;
        self.tell(Login::Asked);
        Ok(())
    }

    /// Where `sent` has ended, or the login is over, nobody waits for the news.
    pub(super) fn tell(&self, login: Login) {
        self.login.try_send(login).unwrap_or_default();
    }

    /// Says a line to the server, while the user's own may wait. A socket that takes nothing has gone again: the next read
    /// says so.
    pub(super) fn answer(&self, line: &str) {
        if let Err(error) = self.link.answer(format!("{line}\n").into_bytes()) {
            log::debug!("lost again: {error}");
        }
    }
}
