//! Lesson: what all clients' threads share, each under a lock of its own or never changed. Touches nothing.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use parking_lot::Mutex;

use super::accounts::Accounts;
use super::resume::Resumes;
use crate::server::Config;
use crate::server::delivery::Delivery;
use crate::server::order::Order;
use crate::server::registry::Registry;
use crate::server::robust::places::Places;
use crate::server::robust::rate_limit::RateLimit;
use crate::server::robust::seldom::Seldom;
use crate::server::robust::stop::Stop;

/// What all clients' threads share.
pub(crate) struct Shared {
    pub(crate) registry: Arc<Registry>,
    /// Where there are several servers.
    pub(crate) order: Option<Arc<dyn Order>>,
    /// What outlasts the server, if anything does. Above `delivery`, so that it is closed first: the store, closed last,
    /// tidies the file up.
    pub(crate) accounts: Option<Arc<dyn Accounts>>,
    pub(crate) delivery: Delivery,
    pub(crate) config: Config,
    pub(crate) stop: Stop,
    pub(crate) places: Arc<Places>,
    pub(crate) rate_limit: RateLimit,
    /// When it was last said who finds no place.
    pub(crate) sent_away: Mutex<Seldom>,
    pub(crate) ids: AtomicU64,
    pub(crate) resumes: Resumes,
    /// Where clients come in that frame nothing.
    pub(crate) unframed_port: Option<u16>,
}
