//! Lesson: a nickname that is taken. Touches the registry and the queue; among several servers, their order.

use std::sync::Arc;

use super::delivery::Delivery;
use super::order::Order;
use super::parcel::{Line, Parcel};
use super::registry::Registry;
use super::robust::connection::Connection;
use super::robust::leave::Leave;
use crate::text::Nickname;

/// What came of asking for a nickname.
pub(crate) enum Claim {
    /// It is the client's.
    Yours(Seat),
    /// It is another's, and this one is free.
    Taken(Nickname),
    /// Several servers cannot reach each other: nobody can say whose it is.
    NotNow,
}

/// A nickname that is taken. Dropped, however the session ends, it runs `delete`.
pub(crate) struct Seat {
    pub(super) nickname: Nickname,
    /// The number of joining.
    pub(super) joined: u64,
    /// Why the session ends. Until that is known, only a panic ends it.
    pub(super) leave: Leave,
    pub(super) connection: Arc<Connection>,
    pub(super) registry: Arc<Registry>,
    pub(super) delivery: Delivery,
    pub(super) order: Option<Arc<dyn Order>>,
}

impl Seat {
    /// Forgets a client: first the room is told, then the name is free. The other way round, the next session with this
    /// name could be announced before this one's end. The send may wait for the queue: no lock is held.
    /// Where the server stops, nobody is told, and the name stays taken: this thread may know of the stop before the
    /// queue does, and whoever took the name in between would join a second time.
    fn delete(&self) {
        let (id, joined, notice) = (self.connection.id, self.joined, self.notice().map(Line::from));
        let left = Parcel::Left { id, joined, notice };
        if self.leave == Leave::ServerStops || self.delivery.post(left).is_err() {
            return log::debug!("{} leaves a chat that has ended", self.nickname);
        }
        self.registry.delete(&self.nickname);
    }

    /// What the leave notice adds: the words with which it was sent away, or why it was cut.
    fn notice(&self) -> Option<&str> {
        self.connection.words().or(self.leave.notice())
    }

    /// Among several servers the name is given up in the order of all, which may take longer than this connection lasts.
    /// Where this server stops, its names are given up together.
    fn give_back(&self, order: &dyn Order) {
        if self.leave != Leave::ServerStops {
            order.give_back(self.connection.id, self.notice());
            // An error means that the delivery thread has gone.
            self.delivery.post(Parcel::Elsewhere(self.connection.id)).unwrap_or_default();
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        match &self.order {
            None => self.delete(),
            Some(order) => self.give_back(&**order),
        }
    }
}
