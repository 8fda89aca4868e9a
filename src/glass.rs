//! Feature glass: the glass server: shows in a browser, and without one, what the chat does, from a real run. A
//! feature; it needs no package. Touches a listener of its own on loopback, `/proc/self`, and the files of `--trace`;
//! of the chat it sees what the `tap` is told, and changes nothing in it.
//!
//! ```text
//! client threads, delivery, late threads > tap (bounded; full: counted) > journal > watchers: browser, trace, ctl
//! ```
//!
//! # Threads
//! `glass` accepts; `glass-N` answers one request, and a watcher's is answered for as long as it looks; `glass-tap` takes
//! the events out of the tap, `glass-trace` writes the files. `Watching` owns them: its `end` waits for all of them.

use std::convert::Infallible;
use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};

use self::tap::Tap;
use self::tap::journal::Journal;
use self::visitors::Visitors;
use crate::limits::SINGLE_STACK;
use crate::server::Stop;

#[cfg(feature = "console")]
pub(crate) mod ctl;
pub mod event;
pub mod flags;
mod http;
pub mod lab;
mod ledger;
mod metrics;
mod pages;
pub mod picture;
mod serve;
pub(crate) mod tap;
pub mod threads;
mod trace;
mod visitors;

pub use self::ledger::Ledger;
pub use self::trace::Trace;

/// How long the watchers have, after the chat has ended, for what happened last.
const LAST_EVENTS: Duration = Duration::from_millis(300);

/// What is to be shown, and to whom. `Glass::default()` shows nothing; the ledger is kept all the same.
#[derive(Debug, Default)]
pub struct Glass {
    /// Where the page is served: a listener on a loopback address.
    pub listener: Option<TcpListener>,
    /// What is said is shown too. Without it, its length.
    pub show_text: bool,
    /// Files for which the run is written down.
    pub traces: Vec<Trace>,
    /// Nothing is real but for a lesson: see `lab`.
    pub lab: Lab,
}

/// What the lab changes in the server itself. All else that it does happens on the way to the server.
#[derive(Debug, Default, Clone)]
pub struct Lab {
    /// The socket of who has this nickname takes nothing.
    pub stall: Option<String>,
    /// The accept thread runs the sessions itself, one after the other.
    pub one_thread: bool,
}

impl Glass {
    /// Starts the threads.
    ///
    /// # Errors
    /// A thread could not be started, or a trace's file not be written.
    pub(crate) fn start(self, stop: &Stop) -> io::Result<Watching> {
        let tap = Tap::new(self.show_text, &self.lab);
        let (alive, ended) = bounded(0);
        let journal = Arc::new(Journal::new(tap.clone()));
        tap.leads_to(&journal);
        let visitors = Arc::new(Visitors::default());
        let watching = Watching { tap, journal: Arc::clone(&journal), visitors: Arc::clone(&visitors), ended };
        if let Some(listener) = self.listener {
            stop.wakes(&listener)?;
            serve::start(
                listener,
                serve::Shared { journal: Arc::clone(&journal), visitors, stop: stop.clone() },
                &alive,
            )?;
        }
        if !self.traces.is_empty() {
            trace::start(self.traces, Arc::clone(&journal), &alive)?;
        }
        let (collects, builder) = (alive, thread::Builder::new().name("glass-tap".into()).stack_size(SINGLE_STACK));
        builder.spawn(move || {
            journal.collect();
            drop(collects);
        })?;
        Ok(watching)
    }
}

/// The glass server under way, for whoever waits for its end.
#[derive(Debug)]
pub(crate) struct Watching {
    tap: Tap,
    journal: Arc<Journal>,
    visitors: Arc<Visitors>,
    ended: Receiver<Infallible>,
}

impl Watching {
    /// What the chat tells.
    pub(crate) fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// The chat has ended: the watchers get what is left, and the threads are waited for. Then the ledger is drawn up.
    ///
    /// # Errors
    /// Every thread of the chat has ended, and the ledger does not balance.
    pub(crate) fn end(self, all_ended: bool) -> io::Result<()> {
        self.journal.end();
        let until = Instant::now() + LAST_EVENTS;
        if self.ended.recv_deadline(until) == Err(RecvTimeoutError::Timeout) {
            self.visitors.shutdown();
        }
        let ledger = self.tap.ledger();
        log::info!("{ledger}");
        if all_ended && !ledger.balances() {
            return Err(io::Error::other(format!("the ledger does not balance: {ledger}")));
        }
        Ok(())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.journal.end();
        self.visitors.shutdown();
    }
}
