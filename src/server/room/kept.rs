//! Feature database: what the room has to do with the store: requests, the history for who comes into the group, and
//! the commit between the rendering and the writing. Part of the delivery thread's state, as the room is.

use std::time::Instant;

use crossbeam_channel::{Receiver, at, never};

use super::Room;
use crate::protocol::{self, HISTORY_BEGINS, HISTORY_ENDS};
use crate::server::parcel::Partner;
use crate::server::parcel::Request;
use crate::server::robust::connection::ClientId;
use crate::text::Nickname;

impl Room {
    /// Has the store make this batch last. It comes before anyone is written to: what was shown is kept.
    pub(in crate::server) fn commit(&mut self) {
        let news = self.store.commit();
        self.waits.clear();
        for news in news {
            match news.to {
                Some(id) => self.tell_one(id, &news.line),
                None => self.tell_everyone(&news.line),
            }
        }
    }

    /// Ready when the store has work though nobody says anything; never without a database.
    pub(in crate::server) fn store_is_due(&self) -> Receiver<Instant> {
        self.store.due().map_or_else(never, at)
    }

    pub(super) fn ask(&mut self, by: ClientId, request: Request) {
        let Some(nickname) = self.nickname(by) else { return };
        let request = match request {
            Request::LeaveFor { to, message } => match self.present(&to) {
                // Came while the request was in the queue.
                Some(partner) => {
                    self.tell_private(by, &partner, &message);
                    return;
                }
                None => Request::LeaveFor { to, message },
            },
            // Not to one who has gone already.
            Request::Waiting if !self.reaches(by) => return,
            // The line was written ahead, and what was shown still waits for the socket: it is shown again next time.
            // Or the connection broke: a reset is told once, and where the writer was told, the reader sees an orderly end.
            Request::Answered if self.is_late(by) || !self.reaches(by) => return,
            request => request,
        };
        for line in self.store.ask(by, &nickname, request) {
            self.tell_one(by, &line);
        }
    }

    /// What the group said last, for who comes into it. What comes after it is heard as it is said: the queue is the
    /// order, so nothing is missed and nothing shown twice.
    pub(super) fn tell_recent(&mut self, id: ClientId) {
        let mut lines = self.store.recent();
        lines.retain(|line| !protocol::said_by(line, |from| !self.wishes.shows(id, from)));
        if !lines.is_empty() {
            self.tell_one(id, HISTORY_BEGINS);
            self.tell_one(id, &lines.join("\n"));
            self.tell_one(id, HISTORY_ENDS);
        }
    }

    fn is_late(&self, id: ClientId) -> bool {
        self.places.get(&id).is_some_and(|seated| seated.connection.is_late())
    }

    fn present(&self, nickname: &Nickname) -> Option<Partner> {
        self.named.values().find_map(|&id| {
            let named = self.name_of(id)?;
            (named.folded() == nickname.folded()).then(|| Partner { id, nickname: named.clone() })
        })
    }
}
