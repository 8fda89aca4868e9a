//! Test: one client of the model: where its session stands, what its socket takes, and the account of what it must be
//! written.

use std::sync::Arc;

use crate::server::robust::connection::Connection;
use crate::text::Nickname;

/// Where a session stands: what its thread may say next follows from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stands {
    Away,
    Connected,
    Named,
    InGroup,
    Gone,
}

/// One client: its connection, the model of its socket, and the account of what it must be written.
pub(super) struct Modelled {
    pub(super) connection: Arc<Connection>,
    pub(super) stands: Stands,
    pub(super) name: Option<Nickname>,
    /// What the socket still takes before it is full.
    pub(super) space: usize,
    /// What the socket has taken, in all.
    pub(super) written: Vec<u8>,
    pub(super) shut: bool,
    pub(super) account: String,
    /// The account holds the goodbye: nothing may come after it.
    pub(super) closed: bool,
}

impl Modelled {
    pub(super) fn says(&mut self, line: &str) {
        if !self.closed && self.stands != Stands::Away {
            self.account += line;
            self.account.push('\n');
        }
    }

    /// The socket takes what it has space for.
    fn takes(&mut self, bytes: &[u8]) -> usize {
        let taken = bytes.len().min(self.space);
        self.written.extend(&bytes[..taken]);
        self.space -= taken;
        taken
    }

    /// As `Writer::write`: at once what the socket takes, the rest into the backlog.
    pub(super) fn delivered(&mut self, bytes: &[u8], closing: bool) {
        assert!(!self.shut, "nothing is written after the goodbye");
        let connection = Arc::clone(&self.connection);
        let mut backlog = connection.backlog.lock();
        if backlog.late || backlog.cut.is_some() {
            return backlog.append(bytes, closing);
        }
        let taken = self.takes(bytes);
        if taken == bytes.len() {
            self.shut |= closing;
        } else {
            backlog.becomes_late();
            backlog.append(&bytes[taken..], closing);
        }
    }

    /// As one turn of the late thread.
    pub(super) fn catches_up(&mut self) {
        let connection = Arc::clone(&self.connection);
        let mut backlog = connection.backlog.lock();
        if !backlog.late || backlog.cut.is_some() {
            return;
        }
        while let Some(mut piece) = backlog.pieces.pop_front() {
            let taken = self.takes(&piece);
            backlog.taken(taken);
            if taken < piece.len() {
                return backlog.pieces.push_front(piece.split_off(taken));
            }
        }
        self.shut |= backlog.closing;
        backlog.late = backlog.closing;
    }
}
