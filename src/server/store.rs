//! Lesson: the one hook of the delivery thread for what outlasts the server. Touches nothing; without a database there is
//! no `Store`.
//!
//! # Threads
//! The `Store` belongs to the delivery thread: it hears what happens in the order in which everyone sees it, and commits
//! a whole batch before anyone is written to. What somebody was shown is kept.

use std::fmt;
use std::time::Instant;

use super::parcel::{Message, Request};
use super::present::Act;
use super::robust::connection::ClientId;
use crate::text::Nickname;

/// Keeps what happens. A failure is its own to deal with: the chat goes on.
pub trait Store: Send + Sync + fmt::Debug {
    /// Something happened.
    fn hears(&mut self, event: Event);

    /// What the keeper did.
    fn acted(&mut self, _act: &Act) {}

    /// A request of `_by`; what comes of it is told by `commit`.
    fn ask(&mut self, _by: Asker, _request: Request) {}

    /// The last messages of the group, for who joins it.
    fn recent(&self) -> Vec<String> {
        Vec::new()
    }

    /// Makes all of this batch last, before anyone is written to; everyone may wait for that up to `DATABASE_HANGS`. What
    /// is to be said about it goes out with the batch.
    fn commit(&mut self) -> Vec<News>;

    /// When `commit` has work though nobody says anything.
    fn due(&self) -> Option<Instant> {
        None
    }
}

/// What happens in the room.
#[derive(Debug)]
pub enum Event {
    /// A session began.
    Joined(Nickname),
    /// A session ended.
    Left(Nickname),
    /// A message, to the group or to one who is here.
    Said {
        /// From whom.
        from: Nickname,
        /// To whom; `None` is the group.
        to: Option<Nickname>,
        /// What.
        message: Message,
    },
}

/// Who asks.
#[derive(Debug)]
pub struct Asker {
    /// The session.
    pub id: ClientId,
    /// Its nickname.
    pub nickname: Nickname,
    /// What it is told reaches it: it has not been cut.
    pub is_reached: bool,
    /// Something that it was sent still waits for its socket.
    pub is_late: bool,
}

/// What the store has to say.
#[derive(Debug)]
pub struct News {
    /// To whom; `None` is everyone.
    pub to: Option<ClientId>,
    /// One line, or several.
    pub line: String,
}
