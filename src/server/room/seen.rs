//! Feature console: what a keeper asks of the room: who is where, and a line to everybody. Part of the delivery thread's
//! state, as the room is.

use std::sync::Arc;

use super::Room;
use super::seated::Seated;
use crate::server::present::{Place, Present};
use crate::server::robust::connection::ClientId;

impl Room {
    /// Everybody who is connected, in no order.
    pub(super) fn everyone(&self) -> Vec<Present> {
        let here = self.places.iter().filter(|(_, seated)| !seated.closing);
        here.map(|(id, seated)| Present {
            nickname: seated.nickname.clone(),
            connection: Arc::clone(&seated.connection),
            place: self.place(*id, seated),
        })
        .collect()
    }

    fn place(&self, id: ClientId, seated: &Seated) -> Place {
        match self.talks.get(&id) {
            _ if seated.nickname.is_none() => Place::Nickname,
            _ if seated.listens => Place::Group,
            Some(partner) => Place::Private(partner.nickname.clone()),
            None => Place::Question,
        }
    }

    /// To everybody, wherever they are.
    pub(super) fn announce(&mut self, line: &str) {
        let everyone: Vec<ClientId> = self.places.keys().copied().collect();
        everyone.into_iter().for_each(|id| self.tell_one(id, line));
    }
}
