//! Feature glass: everyone who is connected, as the glass server shows them. Part of the delivery thread's state, as
//! the room is.

use super::Room;
use crate::glass::event::Seat;
use crate::server::robust::connection::ClientId;

impl Room {
    /// Everyone, in order of connecting. Takes each backlog's lock for a moment.
    pub(crate) fn seats(&self) -> Vec<Seat> {
        let mut ids: Vec<ClientId> = self.places.keys().copied().collect();
        ids.sort_unstable();
        let seat = |id: ClientId| {
            let seated = self.places.get(&id)?;
            let (late, waiting) = {
                let backlog = seated.connection.backlog.lock();
                (backlog.late, backlog.burden().bytes)
            };
            let nickname = seated.nickname.as_ref().map(ToString::to_string);
            let talks_to = self.talks.get(&id).map(|partner| partner.id);
            Some(Seat { id, nickname, listens: seated.listens, talks_to, late, waiting })
        };
        ids.into_iter().filter_map(seat).collect()
    }
}
