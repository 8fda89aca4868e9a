//! Feature database: messages for those who are away: they are kept, shown when their recipient comes, and wait on
//! until that one has answered. Part of the writer.

use super::super::statements;
use super::super::time::now;
use super::super::told::{NOT_KEPT_NOW, not_left_for};
use super::{Answer, Writer};
use crate::limits::{WAITING, WAITING_FROM_ONE};
use crate::protocol::{self, SEEN_PERHAPS, WHILE_AWAY};
use crate::server::parcel::Message;
use crate::server::robust::connection::ClientId;
use crate::server::store::Asker;
use crate::text::Nickname;

impl Writer {
    /// Keeps a message for one who is away, if that one is known and has room. The answer goes out with the commit.
    pub(super) fn leave_for(&mut self, by: ClientId, from: &Nickname, to: &Nickname, message: &Message) {
        let time = message.place.map_or_else(now, |place| place.time);
        let kept = self.write(|writer| {
            let Some((id, nickname)) = statements::known(&writer.connection, to)? else {
                return Ok(Err(protocol::nobody_is_called(to.as_str())));
            };
            if statements::count_waiting(&writer.connection, id)? >= WAITING {
                let why = format!("{nickname} is away, and {WAITING} messages wait already");
                return Ok(Err(protocol::not_delivered(&why)));
            }
            let sender = writer.user(from, time)?;
            if statements::count_waiting_from(&writer.connection, sender, id)? >= WAITING_FROM_ONE {
                let why = format!("{nickname} is away, and {WAITING_FROM_ONE} messages of yours wait already");
                return Ok(Err(protocol::not_delivered(&why)));
            }
            writer.message(from, Some(id), message, true, time)?;
            let mut told = vec![protocol::kept(&nickname, message.text.as_str())];
            if !statements::is_registered(&writer.connection, to)? {
                told.push(format!("Nobody has registered {nickname}: whoever comes under this name gets it"));
            }
            Ok(Ok(told.join("\n")))
        });
        let failed = not_left_for(to);
        let kept = kept.map_or_else(|| failed.clone(), |kept| kept.unwrap_or_else(|why| why));
        self.batch.answers.push(Answer { to: by, kept, failed });
    }

    /// That the chat is kept, and what was left for `nickname`. It waits on until a line has come from there: the connection may break, or this
    /// process end, before anybody has read it.
    pub(super) fn waiting(&mut self, by: &Asker) {
        let nickname = &by.nickname;
        let lines = self.write(|writer| {
            let user = writer.user(nickname, now())?;
            statements::show_waiting(&writer.connection, user)
        });
        let is_kept = lines.is_some();
        let (again, new) = lines.unwrap_or_default();
        let mut lines = vec![if is_kept { self.notice.clone() } else { NOT_KEPT_NOW.into() }];
        for (heading, of_these) in [(SEEN_PERHAPS, again), (WHILE_AWAY, new)] {
            if !of_these.is_empty() {
                self.unanswered.insert(nickname.folded());
                lines.push(heading.into());
                lines.extend(of_these);
            }
        }
        let lines = lines.join("\n");
        self.batch.answers.push(Answer { to: by.id, kept: lines.clone(), failed: lines });
    }

    /// A line came from `nickname`: what was shown before it has been read.
    pub(super) fn answered(&mut self, nickname: &Nickname) {
        if self.unanswered.remove(&nickname.folded()) {
            self.write(|writer| {
                let user = writer.user(nickname, now())?;
                statements::waits_no_more(&writer.connection, user)
            });
        }
    }
}
