//! Lesson: the room's hook for what outlasts the server: what it is told, what it is asked, and the commit between the
//! rendering and the writing. Part of the delivery thread's state, as the room is.

use std::time::Instant;

use crossbeam_channel::{Receiver, at, never};

use super::Room;
use crate::protocol::{self, HISTORY_BEGINS, HISTORY_ENDS};
use crate::server::parcel::Request;
use crate::server::present::Act;
use crate::server::robust::connection::ClientId;
use crate::server::store::{Asker, Event};

impl Room {
    pub(super) fn happened(&mut self, event: impl FnOnce() -> Event) {
        if let Some(store) = &mut self.store {
            store.hears(event());
        }
    }

    /// What the keeper did.
    pub(super) fn acted(&mut self, act: &Act) {
        if let Some(store) = &mut self.store {
            store.acted(act);
        }
    }

    /// Has the store make this batch last. It comes before anyone is written to: what was shown is kept.
    pub(in crate::server) fn commit(&mut self) {
        let news = self.store.as_mut().map(|store| store.commit());
        self.waits.clear();
        for news in news.into_iter().flatten() {
            match news.to {
                Some(id) => self.tell_one(id, &news.line),
                None => self.tell_everyone(&news.line),
            }
        }
        self.tells.done();
    }

    /// Ready when the store has work though nobody says anything; never without a database.
    pub(in crate::server) fn store_is_due(&self) -> Receiver<Instant> {
        self.store.as_ref().and_then(|store| store.due()).map_or_else(never, at)
    }

    pub(super) fn ask(&mut self, id: ClientId, request: Request) {
        let Some(nickname) = self.nickname(id) else { return };
        let request = match request {
            Request::LeaveFor { to, message } => match self.present(&to) {
                // Came while the request was in the queue.
                Some(partner) => {
                    self.tell_private(id, &partner, &message);
                    return;
                }
                None => Request::LeaveFor { to, message },
            },
            request => request,
        };
        let is_late = self.places.get(&id).is_some_and(|seated| seated.connection.is_late());
        let by = Asker { id, nickname, is_reached: self.reaches(id), is_late };
        if let Some(store) = &mut self.store {
            store.ask(by, request);
        }
    }

    /// What the group said last, for who comes into it. What comes after it is heard as it is said: the queue is the
    /// order, so nothing is missed and nothing shown twice.
    pub(super) fn tell_recent(&mut self, id: ClientId) {
        let mut lines = self.store.as_ref().map(|store| store.recent()).unwrap_or_default();
        lines.retain(|line| !protocol::said_by(line, |from| !self.wishes.shows(id, from)));
        if !lines.is_empty() {
            self.tell_one(id, HISTORY_BEGINS);
            self.tell_one(id, &lines.join("\n"));
            self.tell_one(id, HISTORY_ENDS);
        }
    }
}
