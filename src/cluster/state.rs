//! Feature cluster: what its threads and the clients' share: who waits for what, and how it stands with the engine.
//!
//! # Locks
//! `inner`, for a moment each time. Nothing is sent into a bounded channel under it that could be full, and nothing is read
//! or written.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::{Condvar, Mutex};

use super::entry;
use crate::server::connection::ClientId;
use crate::server::leave::Leave;
use crate::server::order::Here;
use crate::server::parcel::Parcel;

/// What the threads of a cluster share.
#[derive(Debug)]
pub(super) struct State {
    /// This server among the others: its name, and a number of its own for each start.
    pub(super) me: String,
    numbers: AtomicU64,
    inner: Mutex<Inner>,
    /// Told when the lease was renewed, and at the end.
    changed: Condvar,
}

#[derive(Debug)]
struct Inner {
    /// What this server's clients have handed over, and has not come round.
    waiting: BTreeMap<u64, Waiting>,
    claims: HashMap<ClientId, Sender<Option<u64>>>,
    /// The number of joining of everyone who is here, on whichever server.
    joined: HashMap<ClientId, u64>,
    /// When something of this server's came round last.
    seen: Instant,
    /// Until then nobody takes this server for dead.
    lives_until: Instant,
    over: Option<Over>,
}

/// A parcel on its way through the engine.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) parcel: Parcel,
    pub(super) done: Sender<()>,
    /// The engine has taken it, at this revision.
    taken: Option<i64>,
}

#[derive(Debug)]
enum Over {
    Ended,
    Fenced(String),
}

impl State {
    pub(super) fn new(me: String) -> Self {
        let now = Instant::now();
        let inner = Inner {
            waiting: BTreeMap::new(),
            claims: HashMap::new(),
            joined: HashMap::new(),
            seen: now,
            lives_until: now,
            over: None,
        };
        State { me, numbers: AtomicU64::new(1), inner: Mutex::new(inner), changed: Condvar::new() }
    }

    /// A parcel goes on its way: its number, its line for the log, and the channel that says when it has come round.
    pub(super) fn waits(&self, parcel: Parcel) -> Result<(u64, String, Receiver<()>), Leave> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let joined = |id| self.inner.lock().joined.get(&id).copied();
        // Only what all servers have to agree on is ever handed over.
        let line = entry::line(number, &parcel, joined).ok_or(Leave::Fault)?;
        let (done, is_done) = bounded(1);
        let mut inner = self.inner.lock();
        if inner.over.is_some() {
            return Err(Leave::ServerStops);
        }
        inner.waiting.insert(number, Waiting { parcel, done, taken: None });
        Ok((number, line, is_done))
    }

    /// The line by which a session is asked to end; `None` where it has ended. Nobody waits for it.
    pub(super) fn takes_back(&self, holder: ClientId) -> Option<(u64, String)> {
        let joined = self.inner.lock().joined.get(&holder).copied()?;
        Some((self.numbers.fetch_add(1, Ordering::Relaxed), entry::takes_back(joined)))
    }

    /// A nickname is asked for: the channel that brings the answer.
    pub(super) fn claims(&self, id: ClientId) -> Result<Receiver<Option<u64>>, Leave> {
        let (tell, answer) = bounded(1);
        let mut inner = self.inner.lock();
        if inner.over.is_some() {
            return Err(Leave::ServerStops);
        }
        inner.claims.insert(id, tell);
        Ok(answer)
    }

    /// The engine has taken these lines, at this revision.
    pub(super) fn taken(&self, numbers: &[u64], revision: i64) {
        let mut inner = self.inner.lock();
        for number in numbers {
            if let Some(waiting) = inner.waiting.get_mut(number) {
                waiting.taken = Some(revision);
            }
        }
    }

    /// What has come round with this number.
    pub(super) fn comes_round(&self, number: u64) -> Option<Waiting> {
        self.inner.lock().waiting.remove(&number)
    }

    /// What the engine has taken up to this revision and will never come round: a gap swallowed it.
    pub(super) fn swallowed(&self, revision: i64) -> Vec<Waiting> {
        let mut inner = self.inner.lock();
        let is_swallowed = |waiting: &Waiting| waiting.taken.is_some_and(|taken| taken <= revision);
        let numbers: Vec<u64> =
            inner.waiting.iter().filter(|(_, waiting)| is_swallowed(waiting)).map(|(&number, _)| number).collect();
        numbers.iter().filter_map(|number| inner.waiting.remove(number)).collect()
    }

    /// A session's join is in this server's queue. Where it is one of this server's own, its thread goes on.
    pub(super) fn has_joined(&self, id: ClientId, joined: u64) {
        let mut inner = self.inner.lock();
        inner.joined.insert(id, joined);
        if let Some(tell) = inner.claims.remove(&id) {
            // Its thread may have given up waiting.
            tell.try_send(Some(joined)).unwrap_or_default();
        }
    }

    pub(super) fn has_left(&self, id: ClientId) {
        self.inner.lock().joined.remove(&id);
    }

    /// The nickname that it asked for is another's.
    pub(super) fn is_taken(&self, id: ClientId) {
        let tell = self.inner.lock().claims.remove(&id);
        if let Some(tell) = tell {
            tell.try_send(None).unwrap_or_default();
        }
    }

    /// Something of this server's came round.
    pub(super) fn beats(&self) {
        self.inner.lock().seen = Instant::now();
    }

    /// For how long nothing has.
    pub(super) fn silence(&self) -> Duration {
        let inner = self.inner.lock();
        if inner.over.is_some() { Duration::MAX } else { inner.seen.elapsed() }
    }

    /// The lease was renewed: nobody takes this server for dead before that time.
    pub(super) fn renewed(&self, until: Instant) {
        self.inner.lock().lives_until = until;
        self.changed.notify_all();
    }

    /// Waits while the others may have taken this server for dead: it shows nothing before it knows. False: it is over.
    pub(super) fn may_speak(&self) -> bool {
        let mut inner = self.inner.lock();
        self.changed.wait_while(&mut inner, |inner| inner.over.is_none() && inner.lives_until <= Instant::now());
        inner.over.is_none()
    }

    pub(super) fn is_over(&self) -> bool {
        self.inner.lock().over.is_some()
    }

    /// The others have taken this server for dead, or nobody can say. It stops, and says why; it shows and accepts nothing
    /// any more.
    pub(super) fn fence(&self, here: &Here, why: &str) {
        {
            let mut inner = self.inner.lock();
            if inner.over.is_some() {
                return;
            }
            inner.over = Some(Over::Fenced(format!("the other servers took this one for dead, and it stops: {why}")));
        }
        self.let_go();
        log::error!("the other servers took this one for dead, and it stops: {why}");
        // An error means that the delivery thread has gone, and with it everyone.
        here.delivery.post(Parcel::Stop(Leave::Fenced.reason().unwrap_or_default().into())).unwrap_or_default();
        here.stop.stop();
    }

    /// The end; why it was none of this server's own, if it was not.
    pub(super) fn end(&self) -> Option<String> {
        let over = self.inner.lock().over.replace(Over::Ended);
        self.let_go();
        match over {
            Some(Over::Fenced(why)) => Some(why),
            Some(Over::Ended) | None => None,
        }
    }

    /// Nobody waits any more. What is dropped here is dropped without the lock.
    fn let_go(&self) {
        let (waiting, claims) = {
            let mut inner = self.inner.lock();
            (std::mem::take(&mut inner.waiting), std::mem::take(&mut inner.claims))
        };
        self.changed.notify_all();
        drop((waiting, claims));
    }
}
