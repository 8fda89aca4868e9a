//! Feature cluster: several servers, one chat, one order, by etcd (feature `cluster`). Touches the network between the
//! servers; the rest of this one knows only the seam, `server::order`.
//!
//! ```text
//! client thread > (outbox) > publisher: one transaction > etcd > watch: what comes round > the queue of this server
//!                                                             \ > watch of each other server > its queue
//! ```
//!
//! In etcd there are three kinds of keys, and their changes, one after the other, are the order:
//!
//! | key | its value, and what it means |
//! |---|---|
//! | `chat/log` | the last batch of lines; put again, it is the next entry of the log |
//! | `chat/name/KEY` | who has this nickname, under the lease of its server: created is a join, deleted is a leave |
//! | `chat/pub/SERVER.BOOT` | its version counts that server's batches; it is gone when the server was taken for dead |
//!
//! | file | its one job |
//! |---|---|
//! | `flags.rs` | `--cluster`, `--server-name` |
//! | `http.rs` | HTTP by hand: one request, one answer, or a stream of lines |
//! | `etcd.rs` | what etcd is asked, and what it answers |
//! | `entry.rs` | what crosses between servers: parcels as JSON, and back |
//! | `batch.rs` | what waits, as one transaction |
//! | `publisher.rs` | the thread that puts one batch after the other |
//! | `replica.rs` | who is in the chat: what each change in the order means; the same on all servers |
//! | `watch.rs` | the thread that reads the order, and puts it into this server's queue |
//! | `lease.rs` | the thread that keeps this server alive, and says when the engine is gone |
//! | `state.rs` | what these threads share: who waits for what, and how it stands with the engine |
//!
//! # The same session on another server
//! A session is its nickname's key and the revision at which that was created; its number of joining is made of both, and
//! lines name people by it. So a session could move: put the key again, with another holder, where it still has the old
//! one. Then the old holder's lines count no more, and nobody has left or joined. Today nobody does, and `replica.rs` takes
//! such a change for none.
//!
//! # Threads
//! `publisher`, `watch` and `lease`, one of each. They belong to the `Cluster`; its `end` waits for them.

use std::convert::Infallible;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use parking_lot::Mutex;

use self::batch::Op;
use self::etcd::{Etcd, Lease};
use self::lease::Pulse;
use self::publisher::Publisher;
use self::replica::Replica;
use self::state::State;
use self::watch::Watch;
use crate::limits::{CLUSTER_LEASE, CLUSTER_OUTBOX, CLUSTER_TOLD, SINGLE_STACK};
use crate::server::connection::ClientId;
use crate::server::leave::Leave;
use crate::server::order::{Engine, Here, Order};
use crate::server::parcel::Parcel;
use crate::text::Nickname;

mod batch;
mod entry;
mod etcd;
mod flags;
mod http;
mod lease;
mod publisher;
mod replica;
mod state;
mod watch;

pub use self::flags::Flags;

/// A cluster that this server is to join, for `Config::order`.
///
/// # Errors
/// No member of the engine answers.
pub fn engine(endpoints: &[String], name: &str) -> io::Result<Box<dyn Engine>> {
    let etcd = Etcd::new(endpoints);
    etcd.clone().revision().map_err(|error| {
        io::Error::other(format!(
            "no etcd answers at {} ({error}); start it, or name where its clients reach it with --cluster",
            endpoints.join(", ")
        ))
    })?;
    Ok(Box::new(Joining { etcd, name: name.to_owned() }))
}

/// What is known before the server runs.
#[derive(Debug)]
struct Joining {
    etcd: Etcd,
    name: String,
}

impl Engine for Joining {
    fn start(self: Box<Self>, here: Here, newest: Option<i64>) -> io::Result<Arc<dyn Order>> {
        let mut etcd = self.etcd;
        let boot = RandomState::new().hash_one(std::process::id());
        let state = Arc::new(State::new(format!("{}.{boot:016x}", self.name)));
        let replica = Replica::look(&mut etcd, &state.me, newest)?;
        let lease = etcd.grant(CLUSTER_LEASE)?;
        state.renewed(Instant::now() + CLUSTER_LEASE);
        let mut cluster = Cluster { state, etcd, lease, inner: Mutex::default() };
        cluster.state.beats();
        cluster.start(here, replica)?;
        log::info!("in a cluster as {}", cluster.state.me);
        Ok(Arc::new(cluster))
    }
}

/// This server's part in a cluster.
struct Cluster {
    state: Arc<State>,
    etcd: Etcd,
    lease: Lease,
    inner: Mutex<Inner>,
}

/// What is let go of at the end.
#[derive(Default)]
struct Inner {
    outbox: Option<Sender<Op>>,
    /// Dropped, and the threads end.
    quit: Option<Sender<Infallible>>,
    threads: Vec<JoinHandle<()>>,
}

impl Cluster {
    fn start(&mut self, here: Here, replica: Replica) -> io::Result<()> {
        let (outbox, ops) = bounded(CLUSTER_OUTBOX);
        let (quit, quits) = bounded(0);
        let inner = self.inner.get_mut();
        (inner.outbox, inner.quit) = (Some(outbox), Some(quit));
        let publisher = Publisher::new(Arc::clone(&self.state), self.etcd.clone(), self.lease, here.clone());
        let pulse = Pulse::new(Arc::clone(&self.state), self.etcd.clone(), self.lease, here.clone());
        let watch = Watch::new(Arc::clone(&self.state), self.etcd.clone(), here, replica);
        watch.shows_who_is_here();
        let its_quits = quits.clone();
        self.thread("publisher", move || publisher.run(&ops, &its_quits))?;
        let its_quits = quits.clone();
        self.thread("lease", move || pulse.run(&its_quits))?;
        self.thread("watch", move || watch.run(&quits))
    }

    fn thread(&mut self, name: &str, run: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let builder = thread::Builder::new().name(name.into()).stack_size(SINGLE_STACK);
        self.inner.get_mut().threads.push(builder.spawn(run)?);
        Ok(())
    }

    /// Frees the names of this server's clients at once; not for long, since whoever stops has little time.
    fn revoke(&self) -> io::Result<()> {
        self.etcd.clone().with_patience(CLUSTER_TOLD / 2).revoke(self.lease)
    }

    /// Waits while the outbox is full; no lock is held meanwhile.
    fn send(&self, op: Op) -> Result<(), Leave> {
        let outbox = self.inner.lock().outbox.clone().ok_or(Leave::ServerStops)?;
        outbox.send(op).map_err(|_| Leave::ServerStops)
    }
}

impl Order for Cluster {
    fn publish(&self, parcel: Parcel) -> Result<Receiver<()>, Leave> {
        let (number, line, echo) = self.state.waits(parcel)?;
        log::trace!("line {number} goes to the outbox");
        self.send(Op::Line { number, line })?;
        Ok(echo)
    }

    fn claim(&self, id: ClientId, nickname: &Nickname) -> Result<Receiver<Option<u64>>, Leave> {
        let answer = self.state.claims(id)?;
        self.send(Op::Claim { id, nickname: nickname.clone() })?;
        Ok(answer)
    }

    fn give_back(&self, id: ClientId, notice: Option<&str>) {
        // An error means that all names of this server are free already.
        self.send(Op::GiveBack { id, notice: notice.map(|notice| entry::notice(id, notice)) }).unwrap_or_default();
    }

    fn take_back(&self, holder: ClientId) {
        if let Some((number, line)) = self.state.takes_back(holder) {
            // An error means that this server ends.
            self.send(Op::Line { number, line }).unwrap_or_default();
        }
    }

    fn silence(&self) -> Duration {
        self.state.silence()
    }

    fn end(&self) -> io::Result<()> {
        let Inner { outbox, quit, threads } = std::mem::take(&mut *self.inner.lock());
        if quit.is_none() {
            return Ok(());
        }
        let fenced = self.state.end();
        drop((outbox, quit));
        // First the lease: the watch, which waits for something to happen, then sees its end.
        let revoked = if fenced.is_some() { Ok(()) } else { self.revoke() };
        if let Err(error) = revoked {
            log::warn!("the names of this server are free only when its lease ends: {error}");
        }
        for thread in threads {
            if thread.join().is_err() {
                log::error!("a thread of the cluster panicked");
            }
        }
        match fenced {
            Some(why) => Err(io::Error::other(why)),
            None => Ok(()),
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.end() {
            log::error!("{error}");
        }
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cluster").field("me", &self.state.me).finish_non_exhaustive()
    }
}
