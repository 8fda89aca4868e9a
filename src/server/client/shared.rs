//! Lesson: what all clients' threads share, each under a lock of its own or never changed. Touches nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use super::accounts::Accounts;
use crate::server::delivery::Delivery;
use crate::server::registry::Registry;
use crate::server::robust::motd::Motd;
use crate::server::robust::places::Places;
use crate::server::robust::rate_limit::RateLimit;
use crate::server::robust::stop::Stop;

/// What all clients' threads share.
pub(crate) struct Shared {
    pub(crate) registry: Arc<Registry>,
    /// What outlasts the server, if anything does. Above `delivery`, so that it is closed first: the store, closed last,
    /// tidies the file up.
    pub(crate) accounts: Option<Arc<dyn Accounts>>,
    pub(crate) delivery: Delivery,
    pub(crate) stop: Stop,
    pub(crate) places: Arc<Places>,
    pub(crate) rate_limit: RateLimit,
    pub(crate) ids: AtomicU64,
    /// Lines a second from one client; `None` is no limit.
    pub(crate) rate: Option<u32>,
    /// From the connection to the nickname.
    pub(crate) login: Duration,
    /// A vanished peer is found out within this time.
    pub(crate) peer_timeout: Duration,
    /// The teacher's blackboard.
    pub(crate) motd: Option<Motd>,
    /// Where clients come in that frame nothing.
    pub(crate) unframed_port: Option<u16>,
}
