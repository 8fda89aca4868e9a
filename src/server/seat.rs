//! Lesson: a nickname that is taken. Touches the registry and the queue.

use std::sync::Arc;

use super::delivery::Delivery;
use super::parcel::Parcel;
use super::registry::Registry;
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use crate::text::Nickname;

/// A nickname that is taken. Dropped, however the session ends, it runs `delete`.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(super) id: ClientId,
    pub(super) nickname: Nickname,
    /// The number of joining.
    pub(super) joined: u64,
    /// Why the session ends. Until that is known, only a panic ends it.
    pub(super) leave: Leave,
    registry: Arc<Registry>,
    delivery: Delivery,
}

impl Seat {
    /// Takes a nickname. The original checks and takes in two steps; here it is one.
    ///
    /// # Errors
    /// It is taken. The error is the next name that is free.
    pub(super) fn take(
        registry: &Arc<Registry>,
        delivery: &Delivery,
        client: &Arc<Connection>,
        nickname: &Nickname,
    ) -> Result<Self, Nickname> {
        let joined = registry.register(client, nickname)?;
        let (id, nickname, leave) = (client.id, nickname.clone(), Leave::Fault);
        Ok(Seat { id, nickname, joined, leave, registry: Arc::clone(registry), delivery: delivery.clone() })
    }

    /// Forgets a client: first the room is told, then the name is free. The other way round, the next session with this
    /// name could be announced before this one's end. The send may wait for the queue: no lock is held.
    /// Where the server stops, nobody is told, and the name stays taken: this thread may know of the stop before the
    /// queue does, and whoever took the name in between would join a second time.
    fn delete(&self) {
        let left = Parcel::Left { id: self.id, joined: self.joined, notice: self.leave.notice() };
        if self.leave == Leave::ServerStops || self.delivery.post(left).is_err() {
            return log::debug!("{} leaves a chat that has ended", self.nickname);
        }
        self.registry.delete(&self.nickname);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.delete();
    }
}
