//! Comfort: who ignores whom, and who is away. Part of the delivery thread's state, as the room is.

use std::collections::{HashMap, HashSet};

use super::Room;
use crate::protocol;
use crate::server::robust::connection::ClientId;
use crate::text::{Nickname, Text};

/// What those who are here wish.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// By the key of a nickname: who does not want to see what it writes.
    ignored: HashMap<String, Vec<ClientId>>,
    away: HashMap<ClientId, Away>,
}

#[derive(Debug)]
struct Away {
    text: Text,
    /// Who was told so.
    told: HashSet<ClientId>,
}

impl Wishes {
    /// Ignores somebody, or does so no more.
    pub(super) fn ignores(&mut self, id: ClientId, nickname: &Nickname, ignores: bool) {
        let by = self.ignored.entry(nickname.key()).or_default();
        by.retain(|other| *other != id);
        if ignores {
            by.push(id);
        } else if by.is_empty() {
            self.ignored.remove(&nickname.key());
        }
    }

    /// Is away, or back.
    pub(super) fn is_away(&mut self, id: ClientId, text: Option<Text>) {
        match text {
            Some(text) => drop(self.away.insert(id, Away { text, told: HashSet::new() })),
            None => drop(self.away.remove(&id)),
        }
    }

    /// Its session has ended, and with it what it wished.
    pub(super) fn left(&mut self, id: ClientId) {
        self.ignored.retain(|_, by| {
            by.retain(|other| *other != id);
            !by.is_empty()
        });
        self.away.remove(&id);
        for away in self.away.values_mut() {
            away.told.remove(&id);
        }
    }

    /// Who does not want to see what this nickname writes. Nobody ignores anybody: nothing is looked up.
    pub(super) fn ignoring(&self, from: &Nickname) -> Option<&[ClientId]> {
        if self.ignored.is_empty() { None } else { self.ignored.get(&from.key()).map(Vec::as_slice) }
    }

    /// Whether `reader` is to be shown what this nickname writes.
    pub(super) fn shows(&self, reader: ClientId, from: &Nickname) -> bool {
        self.ignoring(from).is_none_or(|by| !by.contains(&reader))
    }

    /// What to tell somebody who writes to one who is away: the first time.
    fn tells(&mut self, to: ClientId, from: ClientId) -> Option<&Text> {
        let away = self.away.get_mut(&to)?;
        away.told.insert(from).then_some(&away.text)
    }
}

impl Room {
    /// What a user writes to the group. Whoever ignores that user takes over what came before, and leaves this out.
    pub(super) fn tell_group_from(&mut self, from: &Nickname, line: &str) {
        let ignoring: Vec<ClientId> = self.wishes.ignoring(from).map(<[_]>::to_vec).unwrap_or_default();
        for id in &ignoring {
            self.catch_up(*id);
        }
        self.tell_group(line);
        self.tells.but(&ignoring);
        for id in &ignoring {
            if let Some(seated) = self.places.get_mut(id) {
                seated.heard = self.heard_by_all.len();
            }
        }
    }

    /// What a user does to one reader, unless that one ignores it.
    pub(super) fn tell_one_from(&mut self, from: &Nickname, to: ClientId, line: &str) {
        if self.wishes.shows(to, from) {
            self.tell_one(to, line);
        }
    }

    /// Tells the sender that the recipient is away.
    pub(super) fn tell_away(&mut self, to: ClientId, nickname: &Nickname, from: ClientId) {
        let told = self.wishes.tells(to, from).map(|text| protocol::is_away(nickname, text.as_str()));
        if let Some(told) = told {
            self.tell_one(from, &told);
        }
    }
}
