//! Feature cluster: the thread that keeps this server alive for the others, and tells everyone when the servers cannot
//! reach each other, and when they can again. Touches the engine, by `etcd`, and the queue by `delivery`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::etcd::{Etcd, Lease};
use super::http::Refused;
use super::state::State;
use crate::limits::{CLUSTER_AGAIN, CLUSTER_LEASE, CLUSTER_LEASE_EVERY, CLUSTER_TOLD};
use crate::server::order::Here;
use crate::server::parcel::Parcel;

/// What everyone is told, once each time.
pub(super) const GONE: &str = "The servers cannot reach each other: what you write waits, and nobody can log in. LIST, HELP and QUIT are answered";
pub(super) const BACK: &str = "The servers reach each other again: what waited is sent";

/// What the lease's thread owns.
pub(super) struct Pulse {
    state: Arc<State>,
    etcd: Etcd,
    lease: Lease,
    here: Here,
    told: bool,
}

impl Pulse {
    /// Its patience is small: a member that is silent must not keep it from telling.
    pub(super) fn new(state: Arc<State>, etcd: Etcd, lease: Lease, here: Here) -> Self {
        Pulse { state, etcd: etcd.with_patience(CLUSTER_TOLD / 3), lease, here, told: false }
    }

    /// Renews the lease in time, until `quits` is disconnected.
    pub(super) fn run(mut self, quits: &Receiver<Infallible>) {
        let mut due = Instant::now();
        while quits.recv_timeout(CLUSTER_AGAIN) == Err(RecvTimeoutError::Timeout) {
            if due <= Instant::now() && self.renew() {
                due = Instant::now() + CLUSTER_LEASE_EVERY;
            }
            self.tell();
        }
    }

    fn renew(&mut self) -> bool {
        let asked = Instant::now();
        match self.etcd.renew(self.lease) {
            Ok(true) => self.state.renewed(asked + CLUSTER_LEASE),
            Ok(false) => self.state.fence(&self.here, "its lease has ended"),
            Err(error) if Refused::is(&error) => self.state.fence(&self.here, &format!("its lease: {error}")),
            Err(error) => {
                log::debug!("the lease was not renewed at {}: {error}", self.etcd.member());
                return false;
            }
        }
        true
    }

    fn tell(&mut self) {
        let silence = self.state.silence();
        let is_gone = silence >= CLUSTER_TOLD;
        if is_gone == self.told || self.state.is_over() {
            return;
        }
        self.told = is_gone;
        if is_gone {
            log::warn!("nothing has come round for {silence:?}: the servers cannot reach each other");
        } else {
            log::info!("the servers reach each other again");
        }
        // An error means that the delivery thread has gone: the server stops.
        self.here.delivery.post(Parcel::ToEveryone((if is_gone { GONE } else { BACK }).into())).unwrap_or_default();
    }
}
