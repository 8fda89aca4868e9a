//! Lesson: one client, as the room knows it: where it is, and what it is to be written next. Part of the delivery
//! thread's state, as the room is.

use std::sync::Arc;

use super::record::Record;
use crate::server::robust::connection::Connection;
use crate::text::Nickname;

/// One connected client.
pub(super) struct Seated {
    pub(super) connection: Arc<Connection>,
    pub(super) nickname: Option<Nickname>,
    /// In the group: the original's `list_listen`.
    pub(super) listens: bool,
    /// Up to where in `heard_by_all` this client has heard.
    pub(super) heard: usize,
    /// What only this client is written in this batch.
    pub(super) own: Vec<u8>,
    /// The goodbye is the last in `own`.
    pub(super) closing: bool,
    /// What it was written, where its session may go on with another connection.
    pub(super) record: Option<Box<Record>>,
}

impl Seated {
    /// Who has just connected: nameless, and in no group.
    pub(super) fn new(connection: Arc<Connection>) -> Self {
        Seated { connection, nickname: None, listens: false, heard: 0, own: Vec::new(), closing: false, record: None }
    }

    /// Takes over what the group has heard and this listener has not.
    pub(super) fn catch_up(&mut self, heard_by_all: &[u8]) {
        if self.listens {
            self.own.extend_from_slice(heard_by_all.get(self.heard..).unwrap_or_default());
            self.heard = heard_by_all.len();
        }
    }

    /// Hands out what this batch has for this client, in one piece.
    pub(super) fn flush(&mut self, heard_by_all: &[u8], write: &mut impl FnMut(&Arc<Connection>, &[u8], bool)) {
        if self.own.is_empty() && self.record.is_none() {
            // The usual case in a busy room: no copy.
            let unheard = heard_by_all.get(self.heard..).unwrap_or_default();
            if self.listens && !unheard.is_empty() {
                write(&self.connection, unheard, false);
            }
        } else {
            self.catch_up(heard_by_all);
            let mut own = std::mem::take(&mut self.own);
            if let Some(record) = &mut self.record {
                record.keep(&own);
                if let Some(returned) = record.returned.take() {
                    let is_there = self.connection.goes_on(returned.sockets);
                    own = if is_there { record.missed(returned) } else { Vec::new() };
                    if own.is_empty() && self.closing {
                        write(&self.connection, &own, true);
                    }
                }
            }
            if !own.is_empty() {
                write(&self.connection, &own, self.closing);
            }
        }
        self.heard = 0;
    }
}
