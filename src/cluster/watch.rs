//! Feature cluster: the thread that reads the order from the engine, and puts what each change means into this server's
//! queue. Touches the engine, by `etcd`, the registry, and the queue by `delivery`.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use super::entry::Said;
use super::etcd::{Change, Etcd, News, news};
use super::replica::{Happened, Member, Replica};
use super::state::{State, Waiting};
use crate::limits::CLUSTER_AGAIN;
use crate::server::connection::ClientId;
use crate::server::leave::Leave;
use crate::server::order::Here;
use crate::server::parcel::Request;
use crate::server::parcel::{Message, MessageNumber, Parcel, Placed};
use crate::text::Text;

/// What everyone is told where the engine has forgotten a part of the order.
const GAP: &str = "This server could not keep up with the others: some of what was said just now is missing here, and who came and went is told now";

/// What the watch's thread owns.
pub(super) struct Watch {
    state: Arc<State>,
    etcd: Etcd,
    here: Here,
    replica: Replica,
    /// Up to this revision there is a gap.
    gap: i64,
}

impl Watch {
    pub(super) fn new(state: Arc<State>, etcd: Etcd, here: Here, replica: Replica) -> Self {
        Watch { state, etcd, here, replica, gap: 0 }
    }

    /// Who is in the chat already: nobody is told, but they are found.
    pub(super) fn shows_who_is_here(&self) {
        for Member { id, nickname, joined } in self.replica.members() {
            self.post(Parcel::Here { id, nickname: nickname.clone(), joined });
            self.here.registry.agreed(id, &nickname, joined);
            self.state.has_joined(id, joined);
        }
    }

    /// Reads on where it stopped, from one member or another, until `quits` is disconnected. A stream that is silent is
    /// left: what this server itself publishes has to come out of it, several times a second.
    pub(super) fn run(mut self, quits: &Receiver<Infallible>) {
        while !self.state.is_over() {
            if let Err(error) = self.follow() {
                log::debug!("the watch at {} ended: {error}; it goes on at the next", self.etcd.member());
            }
            self.etcd.next_member();
            if quits.recv_timeout(CLUSTER_AGAIN) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    fn follow(&mut self) -> io::Result<()> {
        let mut lines = self.etcd.watch(self.replica.revision + 1)?;
        while let Some(line) = lines.next()? {
            // A server that slept may hold what came long ago: it shows nothing before it knows that it lives.
            if !self.state.may_speak() {
                return Ok(());
            }
            match news(&line)? {
                News::Changes(changes) => self.take(&changes),
                News::Compacted => return self.catch_up(),
                News::Ended => return Ok(()),
            }
        }
        Ok(())
    }

    fn take(&mut self, changes: &[Change]) {
        // Its end comes with the leaves of all its clients, which they are not shown.
        if changes.iter().any(|change| self.replica.is_its_end(change)) {
            return self.state.fence(&self.here, "its lease has ended");
        }
        for change in changes {
            for happened in self.replica.take(change) {
                self.happens(happened);
            }
            if self.state.is_over() {
                return;
            }
        }
        if self.gap > 0 {
            self.state.swallowed(self.gap).into_iter().for_each(|waiting| self.comes_round(waiting, None));
        }
    }

    /// The engine has forgotten what comes next: who is here is looked up anew, and the gap is named.
    fn catch_up(&mut self) -> io::Result<()> {
        let (revision, pairs) = self.etcd.names(None)?;
        log::warn!("a gap in the order, from revision {} to {revision}", self.replica.revision + 1);
        self.post(Parcel::ToEveryone(GAP.into()));
        for happened in self.replica.catch_up(revision, &pairs) {
            self.happens(happened);
        }
        self.gap = revision;
        Ok(())
    }

    fn happens(&self, happened: Happened) {
        match happened {
            Happened::Joined(Member { id, nickname, joined }) => {
                self.post(Parcel::Joined { id, nickname: nickname.clone(), joined });
                self.here.registry.agreed(id, &nickname, joined);
                self.state.has_joined(id, joined);
            }
            Happened::Left { member: Member { id, nickname, joined }, notice } => {
                let notice = notice.map(|notice| notice.as_str().into());
                self.post(Parcel::Left { id, joined, notice });
                self.here.registry.give_up(id, &nickname);
                self.state.has_left(id);
            }
            Happened::Said { from, own, said, place } => match own.and_then(|number| self.state.comes_round(number)) {
                Some(waiting) => self.comes_round(waiting, Some(place)),
                None => self.post_all(self.parcel(from, said, place)),
            },
            Happened::TakenBack(Member { id, nickname, .. }) => {
                let holder = self.here.registry.holder(&nickname).filter(|(holder, _)| holder.id == id);
                if let Some(connection) = holder.and_then(|(_, connection)| connection) {
                    connection.ask_to_leave(Leave::TakenBack);
                }
            }
            Happened::Beat => self.state.beats(),
        }
    }

    /// What one of this server's own clients waits for goes into the queue.
    fn comes_round(&self, waiting: Waiting, place: Option<Placed>) {
        let Waiting { mut parcel, done, .. } = waiting;
        match &mut parcel {
            Parcel::ToAll(_, message)
            | Parcel::Private { message, .. }
            | Parcel::Ask(_, Request::LeaveFor { message, .. }) => message.place = place,
            _ => {}
        }
        self.post(parcel);
        // Its thread may have given up waiting.
        done.try_send(()).unwrap_or_default();
    }

    /// A line from another server. `None`: it concerns nobody here.
    fn parcel(&self, from: ClientId, said: Said, place: Placed) -> Option<Parcel> {
        let message = |text: Text| {
            let count = place.row.unsigned_abs();
            Message { number: MessageNumber { from, count }, text, place: Some(place) }
        };
        Some(match said {
            Said::ToAll(text) => Parcel::ToAll(from, message(text)),
            Said::Private(to, text) => {
                let (arrived, _nobody_waits) = bounded(1);
                Parcel::Private { from, to: self.replica.partner(to)?, message: message(text), arrived }
            }
            Said::TalksTo(None) => Parcel::TalksTo(from, None),
            Said::TalksTo(Some(partner)) => Parcel::TalksTo(from, Some(self.replica.partner(partner)?)),
            Said::Waiting => Parcel::Ask(from, Request::Waiting),
            Said::Answered => Parcel::Ask(from, Request::Answered),
            Said::LeaveFor(to, text) => Parcel::Ask(from, Request::LeaveFor { to, message: message(text) }),
            Said::Register { hash, since } => Parcel::Ask(from, Request::Register { hash, since }),
            Said::Notice(_) | Said::TakesBack(_) => return None,
        })
    }

    fn post_all(&self, parcel: Option<Parcel>) {
        parcel.into_iter().for_each(|parcel| self.post(parcel));
    }

    /// An error means that the delivery thread has gone: the server stops.
    fn post(&self, parcel: Parcel) {
        self.here.delivery.post(parcel).unwrap_or_default();
    }
}
