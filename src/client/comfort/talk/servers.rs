//! Comfort: whom we talk with. Pure.

use super::{Known, Talk};
use crate::client::heard::Heard;

/// Whom we talk with: it decides what a line may tell us.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::client) enum Server {
    /// Ours: its lines are told from what users write.
    #[default]
    Ours,
    /// The original's, in chunks: the path cuts a long message anywhere, and its tail may look like any line. So nothing
    /// is believed but the answer to the nickname: before that nobody can write to us.
    Original,
    /// It speaks another protocol: nothing is.
    Other,
}

impl Talk {
    /// Whom we talk with.
    pub(in crate::client) fn is_with(&self, server: Server) -> bool {
        self.state.lock().server == server
    }

    /// It has turned out whom we talk with. True: lines went to it already, and the first may be our nickname.
    pub(in crate::client) fn talks_with(&self, server: Server) -> bool {
        let mut state = self.state.lock();
        (state.server, state.awaited) = (server, false);
        self.answered.notify_all();
        !state.choice.offered.is_empty()
    }
}

impl Known {
    /// Whether we follow where the conversation stands.
    pub(super) fn is_followed(&self) -> bool {
        match self.server {
            Server::Ours => true,
            Server::Original => self.nickname.is_none(),
            Server::Other => false,
        }
    }

    /// Whether a line may change what we know.
    pub(super) fn believes(&self, heard: &Heard<'_>) -> bool {
        let is_login = matches!(heard, Heard::Successfully | Heard::AlreadyUsed);
        self.is_followed() && (self.server == Server::Ours || is_login)
    }
}
