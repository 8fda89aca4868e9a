//! Robust: sessions that go on with another connection, as the room knows them: what is recorded for them, and who is
//! told when they do not come back. Part of the delivery thread's state, as the room is.

use super::Room;
use super::record::{Record, Returned};
use crate::protocol;
use crate::server::robust::connection::ClientId;
use crate::text::Nickname;

impl Room {
    /// From here on, what this client is written is recorded.
    pub(super) fn records(&mut self, id: ClientId) {
        if let Some(seated) = self.places.get_mut(&id) {
            seated.record.get_or_insert_default();
        }
    }

    /// Its connection is lost.
    pub(super) fn goes_away(&mut self, id: ClientId) {
        if let Some(record) = self.record(id) {
            record.unread = Some(Vec::new());
        }
    }

    /// It has another connection: there it is told, before all that is new, what it has missed.
    pub(super) fn returns(&mut self, id: ClientId, returned: Returned) {
        if let Some(record) = self.record(id) {
            (record.returned, record.unread) = (Some(returned), None);
            self.touched.push(id);
        }
    }

    /// This client is written something by one user alone. Where its connection is lost, that may never be read.
    pub(super) fn is_written_by(&mut self, id: ClientId, from: ClientId) {
        if let Some(unread) = self.record(id).and_then(|record| record.unread.as_mut()) {
            unread.push(from);
        }
    }

    /// It has not come back: whoever wrote to it alone meanwhile has a receipt, and is told that it was in vain.
    pub(super) fn tell_unread(&mut self, id: ClientId, nickname: &Nickname) {
        let mut unread = self.record(id).and_then(|record| record.unread.take()).unwrap_or_default();
        while let Some(from) = unread.last().copied() {
            let before = unread.len();
            unread.retain(|other| *other != from);
            let lines = before - unread.len();
            let told =
                format!("{nickname} lost the connection and is not back; private lines that did not arrive: {lines}");
            self.tell_one(from, &protocol::not_delivered(&told));
        }
    }

    fn record(&mut self, id: ClientId) -> Option<&mut Record> {
        self.places.get_mut(&id)?.record.as_deref_mut()
    }
}
