//! Lesson: who is in the chat: register, look up, list, `delete`. Touches the one lock; does no I/O and knows no queue.
//!
//! The original keeps this in two dicts and two lists, changed by many threads: `list_dict_client`,
//! `list_dict_nickname`, `list_nickname`, `list_listen`. Here it is one map under one lock, which cannot disagree with
//! itself. (`list_listen`, who hears the general chat, belongs to the delivery thread: see `room`.)
//!
//! # How to use it
//! `register` checks a nickname and takes it, in one step; `announce` lets others find it, once the room has been told;
//! `find` and `others` give a `Partner`, which the queue takes. `delete` frees the name: post `Left` before that.
//!
//! # Why there are two maps
//! This one knows who has which *name*; clients' threads ask it, so it has a lock. The room's knows what each *connection*
//! is written, from before it has a name until after; the delivery thread alone owns it, so it needs none, and whoever holds
//! the lock here delays no delivery. A `Partner` leads from the one to the other by its id. The connection is kept here for
//! one reason: a login with the password ends the session that has the name (`holder`).
//!
//! # Locks
//! `members` guards who is here under which name. To check a nickname and to take it is one
//! step under it. Never under it: I/O, a log line, a send into the bounded queue.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

use super::parcel::Partner;
use super::robust::connection::{ClientId, Connection};
use crate::text::Nickname;

/// Somebody who is in the chat.
#[derive(Debug)]
struct Member {
    nickname: Nickname,
    id: ClientId,
    /// `None` where the session is on another server.
    connection: Option<Arc<Connection>>,
    /// The number of joining: the order in which the lists show people.
    joined: u64,
    /// The room has been told. Before that nobody may find this member: a private message would overtake the join.
    present: bool,
}

impl Member {
    fn partner(&self) -> Partner {
        Partner { id: self.id, nickname: self.nickname.clone() }
    }
}

/// Who is in the chat, by the key of the nickname.
#[derive(Debug, Default)]
pub struct Registry {
    members: Mutex<HashMap<String, Member>>,
    /// Told when a name is free again.
    freed: Condvar,
    joinings: AtomicU64,
}

impl Registry {
    /// Checks that a nickname is free and takes it, in one step: two clients that ask in the same instant cannot both
    /// get it. Gives the number of joining.
    ///
    /// # Errors
    /// The name is taken, or one that looks like it. The error is the next name that is free.
    pub fn register(&self, client: &Arc<Connection>, nickname: &Nickname) -> Result<u64, Nickname> {
        let key = nickname.key();
        let joined = {
            let mut members = self.members.lock();
            match members.entry(key) {
                Entry::Occupied(_) => None,
                Entry::Vacant(free) => {
                    let joined = self.joinings.fetch_add(1, Ordering::Relaxed);
                    let (nickname, connection) = (nickname.clone(), Some(Arc::clone(client)));
                    free.insert(Member { nickname, id: client.id, connection, joined, present: false });
                    Some(joined)
                }
            }
        };
        joined.ok_or_else(|| self.free_name(nickname, |_| true))
    }

    /// The room has been told that this member is here: from now on others find it.
    pub fn announce(&self, nickname: &Nickname) {
        let key = nickname.key();
        if let Some(member) = self.members.lock().get_mut(&key) {
            member.present = true;
        }
    }

    /// The session that has this nickname; case does not count, look-alikes do.
    pub fn find(&self, nickname: &Nickname) -> Option<Partner> {
        let key = nickname.key();
        let found = {
            let members = self.members.lock();
            members.get(&key).filter(|member| member.present).map(Member::partner)
        };
        found.filter(|partner| partner.nickname.folded() == nickname.folded())
    }

    /// Everyone but `client`, in order of joining.
    pub fn others(&self, client: ClientId) -> Vec<Partner> {
        let mut others: Vec<(u64, Partner)> = {
            let members = self.members.lock();
            let others = members.values().filter(|member| member.present && member.id != client);
            others.map(|member| (member.joined, member.partner())).collect()
        };
        others.sort_unstable_by_key(|(joined, _)| *joined);
        others.into_iter().map(|(_, partner)| partner).collect()
    }

    /// Forgets a client: its nickname is free again.
    pub fn delete(&self, nickname: &Nickname) {
        let key = nickname.key();
        self.members.lock().remove(&key);
        self.freed.notify_all();
    }

    /// Several servers have agreed (feature `cluster`) that this session has the nickname, whoever hoped for it here. One
    /// of this server's own keeps its connection, and is found when it is announced; all others are found at once.
    pub fn agreed(&self, id: ClientId, nickname: &Nickname, joined: u64) {
        let key = nickname.key();
        let mut members = self.members.lock();
        match members.get_mut(&key).filter(|member| member.id == id) {
            Some(own) => own.joined = joined,
            None => {
                let nickname = nickname.clone();
                members.insert(key, Member { nickname, id, connection: None, joined, present: true });
            }
        }
    }

    /// Forgets that this session, and no other, has the nickname or hoped for it.
    pub fn give_up(&self, id: ClientId, nickname: &Nickname) {
        let key = nickname.key();
        let mut members = self.members.lock();
        if members.get(&key).is_some_and(|member| member.id == id) {
            members.remove(&key);
        }
        drop(members);
        self.freed.notify_all();
    }

    /// Who has this nickname, or one that looks like it, whether others find them yet or not; and the connection, if that
    /// is one of this server's.
    pub fn holder(&self, nickname: &Nickname) -> Option<(Partner, Option<Arc<Connection>>)> {
        let key = nickname.key();
        let members = self.members.lock();
        members.get(&key).map(|member| (member.partner(), member.connection.clone()))
    }

    /// That session does not have the nickname any more, after waiting for that up to `time`.
    pub fn has_left(&self, nickname: &Nickname, holder: ClientId, time: Duration) -> bool {
        let key = nickname.key();
        let has_it =
            |members: &mut HashMap<String, Member>| members.get(&key).is_some_and(|member| member.id == holder);
        !self.freed.wait_while_for(&mut self.members.lock(), has_it, time).timed_out()
    }

    /// A fault in the worst place.
    #[cfg(test)]
    pub(super) fn panic_under_the_lock(&self) {
        let _members = self.members.lock();
        super::faults::panics();
    }

    /// Whether nobody holds the lock for long.
    #[cfg(test)]
    pub(super) fn lock_is_free(&self) -> bool {
        self.members.try_lock_for(std::time::Duration::from_secs(20)).is_some()
    }

    /// How many are in the chat.
    pub fn count(&self) -> usize {
        self.members.lock().len()
    }

    /// `anna2`, `anna3` ... the first that nobody has, and that may be had. The question is not asked under the lock.
    pub(crate) fn free_name(&self, nickname: &Nickname, may_be_had: impl Fn(&Nickname) -> bool) -> Nickname {
        let mut number = 2;
        loop {
            let name = nickname.numbered(number);
            let key = name.key();
            let is_taken = self.members.lock().contains_key(&key);
            if !is_taken && may_be_had(&name) {
                return name;
            }
            number += 1;
        }
    }
}
