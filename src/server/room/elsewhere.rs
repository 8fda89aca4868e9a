//! Feature seam: who is in the chat on another server, as the room knows them: a name without a connection. Part of the
//! delivery thread's state, as the room is. A server that is alone has nobody elsewhere.

use super::Room;
use crate::server::parcel::{Message, Partner};
use crate::server::robust::connection::ClientId;
use crate::text::Nickname;

impl Room {
    /// From here on this session has the nickname.
    pub(super) fn is_named(&mut self, id: ClientId, nickname: Nickname, joined: u64) {
        self.named.insert(joined, id);
        self.by_name.insert(nickname.folded(), id);
        match self.places.get_mut(&id) {
            Some(seated) => {
                self.tells.joined(id, &nickname);
                seated.nickname = Some(nickname);
            }
            None => {
                self.elsewhere.insert(id, nickname);
            }
        }
    }

    /// Takes the session's nickname from it, wherever it is.
    pub(super) fn unname(&mut self, id: ClientId) -> Option<Nickname> {
        let seated = self.places.get_mut(&id).and_then(|seated| seated.nickname.take());
        if seated.is_some() {
            self.tells.left();
        }
        let nickname = seated.or_else(|| self.elsewhere.remove(&id))?;
        self.by_name.remove(&nickname.folded());
        Some(nickname)
    }

    /// Its connection ends before its name does: until the leave it is in the chat, for all servers alike.
    pub(super) fn goes_elsewhere(&mut self, id: ClientId) {
        self.listens(id, false);
        if let Some(nickname) = self.places.get_mut(&id).and_then(|seated| seated.nickname.take()) {
            self.tells.left();
            self.elsewhere.insert(id, nickname);
        }
    }

    /// Who has this nickname; case does not count.
    pub(super) fn present(&self, nickname: &Nickname) -> Option<Partner> {
        let id = *self.by_name.get(&nickname.folded())?;
        Some(Partner { id, nickname: self.nickname(id)? })
    }

    pub(super) fn name_of(&self, id: ClientId) -> Option<&Nickname> {
        match self.places.get(&id) {
            Some(seated) if seated.nickname.is_some() => seated.nickname.as_ref(),
            _ => self.elsewhere.get(&id),
        }
    }

    /// Whether a private message has reached its recipient. With a place in the order of several servers: all of them must
    /// come to the same answer, so what counts is who is in the chat at that place, not whose socket is broken here.
    pub(super) fn counts(&self, to: ClientId, message: &Message) -> bool {
        if message.place.is_some() { self.name_of(to).is_some() } else { self.reaches(to) }
    }

    pub(super) fn tell_everyone(&mut self, line: &str) {
        let everyone: Vec<ClientId> = self.named.values().copied().collect();
        everyone.into_iter().for_each(|id| self.tell_one(id, line));
    }
}
