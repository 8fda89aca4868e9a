//! Feature glass: the last events, numbered, for all who watch. Touches the tap and one small lock.
//!
//! # Locks
//! `kept`: the events and how many watch. Under it nothing is written and nothing waits but for `more`.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded, select};
use parking_lot::{Condvar, Mutex};

use super::{TAP_EVENTS, Tap};
use crate::glass::event::{Event, What};

/// Events that are kept for who watches: four times what the tap holds, for a watcher that is a little behind or comes back.
const KEPT: usize = 4 * TAP_EVENTS;
/// How often the tap is emptied: nobody sees the difference, and under load it bounds what watching costs.
const SLICE: Duration = Duration::from_millis(100);

/// The journal of a run.
#[derive(Debug)]
pub(in crate::glass) struct Journal {
    tap: Tap,
    kept: Mutex<Kept>,
    /// Told when there are more events, or the run is over.
    more: Condvar,
    /// Dropped at the end: that is the signal.
    signal: Mutex<Option<Sender<Infallible>>>,
    ended: Receiver<Infallible>,
}

#[derive(Debug, Default)]
struct Kept {
    /// The number of the first that is kept.
    first: u64,
    events: VecDeque<Arc<Event>>,
    watchers: usize,
    is_over: bool,
}

/// What a watcher gets next.
#[derive(Debug)]
pub(in crate::glass) enum Next {
    /// These, each with its number.
    Events(Vec<(u64, Arc<Event>)>),
    /// Nothing in that time.
    Nothing,
    /// The run is over.
    Over,
}

impl Journal {
    pub(in crate::glass) fn new(tap: Tap) -> Self {
        let (signal, ended) = bounded(0);
        Journal { tap, kept: Mutex::default(), more: Condvar::new(), signal: Mutex::new(Some(signal)), ended }
    }

    pub(in crate::glass) fn tap(&self) -> &Tap {
        &self.tap
    }

    /// Somebody watches, from the next `Here` on; or from the event after `last` on, where that is still kept.
    pub(in crate::glass) fn watch(self: &Arc<Self>, last: Option<u64>) -> Watch {
        let mut kept = self.kept.lock();
        kept.watchers += 1;
        let range = kept.first..=kept.next();
        let back = last.map(|last| last.saturating_add(1)).filter(|next| range.contains(next));
        let watch = Watch {
            journal: Arc::clone(self),
            next: back.unwrap_or_else(|| kept.next()),
            waits_for_here: back.is_none(),
        };
        drop(kept);
        if watch.waits_for_here || self.tap.is_closed() {
            self.tap.ask();
        }
        watch
    }

    /// How many watch.
    pub(in crate::glass) fn watchers(&self) -> usize {
        self.kept.lock().watchers
    }

    /// Nothing more will happen.
    pub(in crate::glass) fn end(&self) {
        drop(self.signal.lock().take());
    }

    /// The thread `glass-tap`: takes out what the tap holds, until the end.
    pub(in crate::glass) fn collect(&self) {
        let events = self.tap.events();
        loop {
            let first = select! {
                recv(events) -> event => event.ok(),
                recv(self.ended) -> _ => None,
            };
            self.keep(first.into_iter().chain(events.try_iter()));
            if self.ended.recv_timeout(SLICE) == Err(RecvTimeoutError::Disconnected) {
                break;
            }
            if self.watchers() > 0 && self.tap.is_closed() {
                self.tap.ask();
            }
        }
        self.keep(events.try_iter());
        self.kept.lock().is_over = true;
        self.more.notify_all();
    }

    fn keep(&self, events: impl Iterator<Item = Event>) {
        {
            let mut kept = self.kept.lock();
            kept.events.extend(events.map(Arc::new));
            let over = kept.events.len().saturating_sub(KEPT);
            kept.events.drain(..over);
            kept.first += over as u64;
        }
        self.more.notify_all();
    }
}

impl Kept {
    /// The number of the event that comes next.
    fn next(&self) -> u64 {
        self.first + self.events.len() as u64
    }
}

/// Somebody who watches. Dropped, it watches no more; after the last one the tap is closed.
#[derive(Debug)]
pub(in crate::glass) struct Watch {
    journal: Arc<Journal>,
    next: u64,
    /// Has no picture to which events could be added.
    waits_for_here: bool,
}

impl Watch {
    /// What has happened since the last call. Waits for it up to `time`. Who was so slow that events are no longer kept
    /// goes on with the next `Here`.
    pub(in crate::glass) fn next(&mut self, time: Duration) -> Next {
        let until = Instant::now() + time;
        let mut kept = self.journal.kept.lock();
        loop {
            if self.next < kept.first {
                self.next = kept.first;
                self.waits_for_here = true;
                self.journal.tap.ask();
            }
            let skipped = usize::try_from(self.next - kept.first).unwrap_or(usize::MAX);
            let mut events = Vec::new();
            for event in kept.events.iter().skip(skipped) {
                self.waits_for_here &= !matches!(event.what, What::Here { .. });
                if !self.waits_for_here {
                    events.push((self.next, Arc::clone(event)));
                }
                self.next += 1;
            }
            if !events.is_empty() {
                return Next::Events(events);
            }
            if kept.is_over {
                return Next::Over;
            }
            if self.journal.more.wait_until(&mut kept, until).timed_out() {
                return Next::Nothing;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut kept = self.journal.kept.lock();
        kept.watchers -= 1;
        if kept.watchers == 0 {
            self.journal.tap.close();
        }
    }
}
