//! Feature cluster: the thread that hands what this server's clients say and ask for to the engine: all that waits is one
//! transaction, and the next one waits for its answer. Touches the engine, by `etcd`.
//!
//! An answer may be lost, and then nobody knows whether the batch was taken. So it is asked for again, as it was: the
//! version of this server's own key counts its batches, and a batch is done only where that stands where this one begins.
//! If it stands one further, this batch was there already. If the key is gone, the server was taken for dead.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use crossbeam_channel::{Receiver, RecvTimeoutError, select_biased};

use super::batch::{Batch, Names, Op, server_key};
use super::etcd::{Answer, Etcd, Lease};
use super::http::Refused;
use super::state::State;
use crate::limits::{CLUSTER_AGAIN, CLUSTER_BEAT};
use crate::server::order::Here;

/// What the publisher's thread owns.
pub(super) struct Publisher {
    state: Arc<State>,
    etcd: Etcd,
    lease: Lease,
    here: Here,
    /// Batches that the engine has taken.
    version: i64,
    names: Names,
    /// What had no room in the last batch.
    carried: Option<Op>,
}

impl Publisher {
    pub(super) fn new(state: Arc<State>, etcd: Etcd, lease: Lease, here: Here) -> Self {
        Publisher { state, etcd, lease, here, version: 0, names: Names::default(), carried: None }
    }

    /// One batch after the other, until `quits` is disconnected. A batch may be empty: its way there and back shows that
    /// the engine is there.
    pub(super) fn run(mut self, ops: &Receiver<Op>, quits: &Receiver<Infallible>) {
        let mut batch = Batch::default();
        while self.publish(&batch, quits) {
            batch = Batch::default();
            let first = match self.carried.take() {
                Some(op) => Some(op),
                None => select_biased! {
                    recv(quits) -> _ => return,
                    recv(ops) -> op => match op {
                        Ok(op) => Some(op),
                        Err(_) => return,
                    },
                    default(CLUSTER_BEAT) => None,
                },
            };
            for op in first.into_iter().chain(ops.try_iter()) {
                self.carried = batch.takes(op, &self.state.me, &mut self.names);
                if self.carried.is_some() {
                    break;
                }
            }
        }
    }

    /// Hands a batch over, again and again until it is known that the engine has taken it. False: that is not to be known
    /// any more.
    fn publish(&mut self, batch: &Batch, quits: &Receiver<Infallible>) -> bool {
        let transaction = batch.transaction(&self.state.me, self.version, self.lease, now());
        loop {
            match self.etcd.transaction(&transaction) {
                Ok(answer) => return self.answered(batch, &answer),
                Err(error) if Refused::is(&error) => {
                    self.state.fence(&self.here, &format!("etcd refuses its batch: {error}"));
                    return false;
                }
                Err(error) => self.failed(&error),
            }
            if quits.recv_timeout(CLUSTER_AGAIN) == Err(RecvTimeoutError::Disconnected) {
                return false;
            }
        }
    }

    fn failed(&self, error: &io::Error) {
        log::debug!("no answer from etcd at {}: {error}; the batch is handed over again", self.etcd.member());
    }

    /// The batch was taken now, or before; or the server's key is gone.
    fn answered(&mut self, batch: &Batch, answer: &Answer) -> bool {
        let taken = if answer.succeeded() {
            Some(answer.revision())
        } else {
            answer.found(0).filter(|server| server.version == self.version + 1).map(|server| server.put)
        };
        let Some(revision) = taken else {
            let key = server_key(&self.state.me);
            self.state.fence(&self.here, &format!("its key {key} is gone"));
            return false;
        };
        self.version += 1;
        self.state.taken(&batch.numbers, revision);
        for (index, (id, name)) in batch.claims.iter().enumerate() {
            let is_had = if answer.succeeded() {
                answer.part_succeeded(batch.first_claim() + index)
            } else {
                answer.found(1 + index).is_some_and(|found| found.value == name.value.as_bytes())
            };
            if !is_had {
                self.names.remove(id);
                self.state.is_taken(*id);
            }
        }
        true
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
