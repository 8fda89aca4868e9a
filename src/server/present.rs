//! Lesson: who is connected and where in the conversation, as whoever keeps order sees it; and what was done about it.
//! Touches nothing but the connection.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use super::robust::connection::{ClientId, Connection};
use crate::text::Nickname;

/// What a keeper did, for the log and for what outlasts the server.
#[derive(Debug, Clone)]
pub struct Act {
    /// As it was ordered.
    pub order: String,
    /// Whom it was about.
    pub nickname: Option<Nickname>,
    /// Where it was about.
    pub address: Option<IpAddr>,
}

/// Somebody who is connected.
#[derive(Debug, Clone)]
pub struct Present {
    /// `None`: not yet.
    pub nickname: Option<Nickname>,
    /// The connection: its number, its address, what waits for it.
    pub connection: Arc<Connection>,
    /// Where in the conversation.
    pub place: Place,
}

impl Present {
    /// Its number, as the log has it.
    pub fn id(&self) -> ClientId {
        self.connection.id
    }

    /// Where it comes from.
    pub fn address(&self) -> IpAddr {
        self.connection.address().ip().to_canonical()
    }

    /// When it came.
    pub fn since(&self) -> Instant {
        self.connection.since
    }

    /// Bytes that were sent to it, and that its socket has not taken.
    pub fn waiting(&self) -> usize {
        self.connection.waiting()
    }

    /// Has it leave within a second, whatever it writes and reads. It is told these words, and so is the group.
    pub fn send_away(&self, words: String) {
        self.connection.send_away(words);
    }
}

/// Where in the conversation somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Is asked for the nickname, or for its password.
    Nickname,
    /// Is asked whom to write to.
    Question,
    /// In the group.
    Group,
    /// In a private chat with this one.
    Private(Nickname),
}
