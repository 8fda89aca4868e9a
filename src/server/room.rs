//! Lesson: the delivery thread's own state: who is connected, who is named, who listens, who talks to whom; and what
//! each of them is to be written next. Owned by one thread, so there is no lock. Touches no socket: `flush` hands the
//! bytes to whoever writes them.
//!
//! What the group hears is rendered once, into `heard_by_all`. A place remembers up to where it has heard that, and
//! takes the rest over before a line of its own, so that everyone sees one and the same order.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, Sender};

use self::record::Returned;
use self::seated::Seated;
use self::wishes::Wishes;
use super::parcel::{Line, Message, Parcel, Partner};
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use super::store::{Event, Store};
use super::tap::{Tap, Teller};
use crate::limits::{BATCH_BYTES, LINGER, STOP_DRAIN};
use crate::logger::shown;
use crate::protocol;
use crate::text::Nickname;
use crate::wire::{Framing, frame};

mod elsewhere;
mod record;
mod resume;
mod seated;
#[cfg(feature = "glass")]
mod seats;
mod seen;
mod store;
mod wishes;

/// Who is where, and what waits to be written.
#[derive(Default)]
pub(crate) struct Room {
    /// Hears what happens, and keeps it.
    store: Option<Box<dyn Store>>,
    /// Dropped with the commit: whoever waits for it goes on.
    waits: Vec<Sender<()>>,
    places: HashMap<ClientId, Seated>,
    /// The named, in order of joining: the original's `list_nickname`.
    named: BTreeMap<u64, ClientId>,
    /// Their nicknames, without case.
    by_name: HashMap<String, ClientId>,
    /// The named who have no connection here: they are on another server, or their name is not given up yet.
    elsewhere: HashMap<ClientId, Nickname>,
    /// Who talks to whom in private.
    talks: HashMap<ClientId, Partner>,
    /// Who ignores whom, and who is away.
    wishes: Wishes,
    /// What those in the group hear in this batch, one line after the other.
    heard_by_all: Vec<u8>,
    /// Who has lines of their own in this batch.
    touched: Vec<ClientId>,
    /// Bytes rendered in this batch.
    rendered: usize,
    /// Everyone has had the goodbye; when the last of them is to be gone.
    stops: Option<Instant>,
    /// Tells whoever looks on what each parcel comes to.
    tells: Teller,
}

impl Room {
    /// An empty room.
    pub(super) fn new(store: Option<Box<dyn Store>>) -> Self {
        Room { store, ..Room::default() }
    }

    /// The same, with somebody who may look on.
    pub(super) fn watched(self, tap: Tap, queue: Receiver<Parcel>) -> Self {
        Room { tells: Teller::new(tap, queue), ..self }
    }

    /// Does what a parcel means. Nothing is written yet.
    pub(super) fn take(&mut self, parcel: Parcel) {
        self.tells.sees(&parcel);
        self.does(parcel);
        self.tells.done();
    }

    fn does(&mut self, parcel: Parcel) {
        if self.is_stopping() {
            return self.take_while_stopping(parcel);
        }
        match parcel {
            Parcel::Connected(connection) => self.connected(connection),
            Parcel::Joined { id, nickname, joined } => self.joined(id, nickname, joined),
            Parcel::Here { id, nickname, joined } => self.is_named(id, nickname, joined),
            Parcel::Elsewhere(id) => self.goes_elsewhere(id),
            Parcel::Listens(id) => self.listens(id, true),
            Parcel::ListensNoMore(id) => self.listens(id, false),
            Parcel::TalksTo(id, partner) => self.talks_to(id, partner),
            Parcel::Left { id, joined, notice } => self.left(id, joined, notice.as_deref()),
            Parcel::ToAll(from, message) => self.tell_all(from, &message),
            Parcel::Private { from, to, message, arrived } => {
                let delivered = self.tell_private(from, &to, &message);
                // The sender's thread waits for this answer, if it has not been cut meanwhile.
                arrived.try_send(delivered).unwrap_or_default();
            }
            Parcel::ToOne(id, line) => self.tell_one(id, &line),
            Parcel::ToEveryone(line) => self.tell_everyone(&line),
            Parcel::Bytes(id, bytes) => self.tell_bytes(id, |own, _| own.extend(&bytes)),
            Parcel::Ask(id, request) => self.ask(id, request),
            Parcel::Committed(done) => self.waits.push(done),
            Parcel::List(id, beginning) => self.list(id, &beginning),
            Parcel::Names(id) => self.tell_one(id, &protocol::users(self.here())),
            Parcel::Ignores { id, nickname, ignores } => self.wishes.ignores(id, &nickname, ignores),
            Parcel::IsAway(id, text) => self.wishes.is_away(id, text),
            // The keeper may have given up waiting.
            Parcel::Present(tell) => tell.try_send(self.everyone()).unwrap_or_default(),
            Parcel::Announce(line) => self.announce(&line),
            Parcel::Act(act) => self.acted(&act),
            Parcel::Records(id) => self.records(id),
            Parcel::Away(id) => self.goes_away(id),
            Parcel::Returns { id, sockets, received, taken } => self.returns(id, Returned { sockets, received, taken }),
            Parcel::Forgets(id) => drop(self.places.remove(&id)),
            Parcel::Close(id, reason) => self.close(id, reason.as_deref()),
            Parcel::Stop(reason) => self.stop(&reason),
        }
    }

    /// Enough for one batch: its memory is bounded, whatever waits in the queue.
    pub(super) fn is_full(&self) -> bool {
        self.rendered >= BATCH_BYTES
    }

    /// Everyone has had the goodbye.
    pub(super) fn is_stopping(&self) -> bool {
        self.stops.is_some()
    }

    /// Hands out all that was rendered, once to each recipient, and begins a new batch.
    pub(super) fn flush(&mut self, mut write: impl FnMut(&Arc<Connection>, &[u8], bool)) {
        if self.heard_by_all.is_empty() {
            for id in &self.touched {
                if let Some(seated) = self.places.get_mut(id) {
                    seated.flush(&[], &mut write);
                }
            }
        } else {
            for seated in self.places.values_mut() {
                seated.flush(&self.heard_by_all, &mut write);
            }
        }
        if !self.is_stopping() {
            for id in &self.touched {
                if self.places.get(id).is_some_and(|seated| seated.closing) {
                    self.places.remove(id);
                }
            }
        }
        self.touched.clear();
        self.heard_by_all.clear();
        self.rendered = 0;
    }

    /// Nothing will be committed or written any more: cuts everyone, and lets go of those who wait for the commit. They
    /// hold handles on the queue, which is there until the last of these has gone.
    pub(super) fn give_up(&mut self) {
        self.waits.clear();
        self.places.values().for_each(|seated| seated.connection.cut(Leave::ServerStops));
    }

    /// Ends every connection at once.
    fn shutdown(&self) {
        self.places.values().for_each(|seated| seated.connection.shutdown());
    }

    /// After the stop: ends every connection whose goodbye has been out for its second; when the time is up, all.
    pub(super) fn let_go(&self) {
        if self.stops.is_some_and(|until| Instant::now() >= until) {
            return self.shutdown();
        }
        let is_up = |closed: Instant| closed.elapsed() >= LINGER;
        let has_had_it = self.places.values().filter(|seated| seated.connection.closed_at().is_some_and(is_up));
        has_had_it.for_each(|seated| seated.connection.shutdown());
    }

    fn connected(&mut self, connection: Arc<Connection>) {
        self.places.insert(connection.id, Seated::new(connection));
    }

    fn joined(&mut self, id: ClientId, nickname: Nickname, joined: u64) {
        self.tell_group(&protocol::joined(&nickname));
        self.happened(|| Event::Joined(nickname.clone()));
        self.is_named(id, nickname, joined);
    }

    fn listens(&mut self, id: ClientId, listens: bool) {
        self.catch_up(id);
        if let Some(seated) = self.places.get_mut(&id) {
            seated.listens = listens;
            seated.heard = self.heard_by_all.len();
            self.touched.push(id);
        }
        if listens {
            self.tell_one(id, protocol::IN_GROUP);
            // A client that takes one `recv` for one message has no use for a screenful: it asks with HISTORY.
            if self.places.get(&id).is_some_and(|seated| seated.connection.framing == Framing::Lines) {
                self.tell_recent(id);
            }
        }
    }

    fn talks_to(&mut self, id: ClientId, partner: Option<Partner>) {
        let Some(nickname) = self.nickname(id) else { return };
        let Some(partner) = partner else {
            if let Some(former) = self.talks.remove(&id) {
                let told =
                    format!("{nickname} no longer writes to you alone; what you write to {nickname} still arrives");
                self.tell_one_from(&nickname, former.id, &told);
            }
            return;
        };
        if self.nickname(partner.id).is_none() {
            return self.tell_one(id, &protocol::partner_has_left(&partner.nickname));
        }
        if partner.id != id {
            let told = format!("{nickname} writes to you alone; answer with /tell {nickname} and your text");
            self.tell_one_from(&nickname, partner.id, &told);
        }
        self.talks.insert(id, partner);
    }

    fn left(&mut self, id: ClientId, joined: u64, notice: Option<&str>) {
        self.named.remove(&joined);
        self.listens(id, false);
        let Some(nickname) = self.unname(id) else { return };
        self.tell_group(&protocol::left(&nickname, notice));
        self.happened(|| Event::Left(nickname.clone()));
        self.tell_unread(id, &nickname);
        let partner = self.talks.remove(&id);
        let talked_to_it: Vec<ClientId> =
            self.talks.iter().filter(|(_, partner)| partner.id == id).map(|(&from, _)| from).collect();
        for from in &talked_to_it {
            self.talks.remove(from);
            self.tell_one(*from, &protocol::partner_has_left(&nickname));
        }
        if let Some(partner) = partner.filter(|partner| !talked_to_it.contains(&partner.id)) {
            self.tell_one_from(&nickname, partner.id, &format!("{nickname}, who wrote to you alone, has left"));
        }
        self.wishes.left(id);
    }

    fn tell_all(&mut self, from: ClientId, message: &Message) {
        let Some(nickname) = self.nickname(from) else { return };
        #[cfg(test)]
        super::faults::in_the_delivery_thread(message.text.as_str());
        log::debug!("{} to all: {}", message.number, shown(message.text.as_str()));
        self.happened(|| Event::Said { from: nickname.clone(), to: None, message: message.clone() });
        self.tell_group_from(&nickname, &protocol::broadcast(nickname.as_str(), message.text.as_str()));
    }

    /// The message and its receipt, or the reason why there is none, in one turn. True where it was delivered.
    fn tell_private(&mut self, from: ClientId, to: &Partner, message: &Message) -> bool {
        let Some(nickname) = self.nickname(from) else { return false };
        let text = message.text.as_str();
        let line = protocol::private(&nickname, text);
        let delivered = self.counts(to.id, message);
        log::debug!("{} to {}: {}, delivered: {delivered}", message.number, to.id, shown(text));
        if delivered {
            let event =
                || Event::Said { from: nickname.clone(), to: Some(to.nickname.clone()), message: message.clone() };
            self.happened(event);
            self.tell_one_from(&nickname, to.id, &line);
            self.is_written_by(to.id, from);
            self.tell_one(from, &protocol::private_receipt(&to.nickname, text));
            self.tell_away(to.id, &to.nickname, from);
        } else {
            self.tell_one(from, &protocol::not_delivered(&format!("{} has left", to.nickname)));
        }
        delivered
    }

    fn list(&mut self, id: ClientId, beginning: &str) {
        let begins = beginning.to_lowercase();
        let found: Vec<&Nickname> = self.here().filter(|name| name.folded().starts_with(&begins)).collect();
        let mut answer = protocol::users(found.iter().copied());
        let in_group = self.named.values().filter_map(|id| self.places.get(id)).filter(|seated| seated.listens);
        let in_group: Vec<&Nickname> = in_group.filter_map(|seated| seated.nickname.as_ref()).collect();
        if found.is_empty() {
            answer += &format!("\n{}", protocol::nobody_begins(beginning));
        } else if begins.is_empty() && !in_group.is_empty() && in_group.len() < found.len() && self.elsewhere.is_empty()
        {
            answer += &format!("\n{}", protocol::in_the_group(&in_group, found.len()));
        }
        self.tell_one(id, &answer);
    }

    /// Everyone who has a nickname, in order of joining.
    fn here(&self) -> impl Iterator<Item = &Nickname> {
        self.named.values().filter_map(|id| self.name_of(*id))
    }

    fn close(&mut self, id: ClientId, reason: Option<&str>) {
        if let Some(reason) = reason {
            self.tell_one(id, reason);
        }
        self.tell_one(id, protocol::DISCONNECTED);
        if let Some(seated) = self.places.get_mut(&id) {
            seated.listens = false;
            seated.closing = true;
            // Still named is who is here when the server stops: nobody leaves any more.
            if let Some(nickname) = seated.nickname.take() {
                self.happened(|| Event::Left(nickname));
                self.tells.left();
            }
        }
    }

    fn stop(&mut self, reason: &Line) {
        let everyone: Vec<ClientId> = self.places.keys().copied().collect();
        for id in everyone {
            self.close(id, Some(reason));
        }
        self.stops = Some(Instant::now() + STOP_DRAIN);
    }

    /// After the stop nothing is said any more, and who comes now is sent away. Nobody is forgotten: the goodbye may
    /// still have to be written.
    fn take_while_stopping(&mut self, parcel: Parcel) {
        if let Parcel::Connected(connection) = parcel {
            let id = connection.id;
            self.connected(connection);
            self.close(id, None);
        }
    }

    /// What it is written reaches its socket or its backlog: it is in the chat, and is not cut. Nobody is cut within a
    /// batch because too much waits. (One thing may still come: a socket that is full for the first time, where no late
    /// thread can be had. Then that client is cut with the receipt already given.)
    fn reaches(&self, id: ClientId) -> bool {
        let named = self.places.get(&id).filter(|seated| seated.nickname.is_some());
        named.map_or_else(|| self.elsewhere.contains_key(&id), |seated| seated.connection.why_cut().is_none())
    }

    fn nickname(&self, id: ClientId) -> Option<Nickname> {
        self.name_of(id).cloned()
    }

    fn tell_group(&mut self, line: &str) {
        let before = self.heard_by_all.len();
        frame(line, Framing::Lines, &mut self.heard_by_all);
        self.rendered += self.heard_by_all.len() - before;
        self.tells.told(None, self.heard_by_all.get(before..).unwrap_or_default());
    }

    /// Takes over what the group has heard. A copy counts as well: when thousands leave at once, each of them makes one.
    fn catch_up(&mut self, id: ClientId) {
        if let Some(seated) = self.places.get_mut(&id) {
            let before = seated.own.len();
            seated.catch_up(&self.heard_by_all);
            self.rendered += seated.own.len() - before;
        }
    }

    fn tell_one(&mut self, id: ClientId, line: &str) {
        self.tell_bytes(id, |own, framing| frame(line, framing, own));
    }

    /// What `write` puts behind all that this client has been sent so far.
    fn tell_bytes(&mut self, id: ClientId, write: impl FnOnce(&mut Vec<u8>, Framing)) {
        if let Some(seated) = self.places.get_mut(&id).filter(|seated| !seated.closing) {
            let before = seated.own.len();
            seated.catch_up(&self.heard_by_all);
            let begins = seated.own.len();
            write(&mut seated.own, seated.connection.written());
            self.tells.told(Some(id), seated.own.get(begins..).unwrap_or_default());
            self.rendered += seated.own.len() - before;
            self.touched.push(id);
        }
    }
}
