//! Feature seam: one chat on several servers, as this server sees it. What all of them have to agree on does not go into
//! the queue at once: an `Order` takes it, and puts it there when its turn has come, on every server the same. Touches
//! nothing; a server that is alone has no `Order`.
//!
//! # Threads
//! Each client's own thread hands over one thing at a time, and waits until it has come round: `order/waits.rs`. What
//! comes round is put into the queue by a thread of the order's own, so the delivery thread waits for nobody.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::Receiver;

use super::delivery::Delivery;
use super::parcel::Parcel;
use super::registry::Registry;
use super::robust::connection::ClientId;
use super::robust::leave::Leave;
use super::robust::stop::Stop;
use crate::text::Nickname;

mod waits;

/// What an order puts in motion in this server.
#[derive(Debug, Clone)]
pub struct Here {
    /// Into the queue goes what has come round.
    pub delivery: Delivery,
    /// Who is here, on whichever server.
    pub registry: Arc<Registry>,
    /// This server ends where the others took it for dead.
    pub stop: Stop,
}

/// An order that has not begun, for `Config::order`.
pub trait Engine: Send + Sync + fmt::Debug {
    /// Looks who is here, and begins; behind the message with the number `newest`, where a database has one.
    ///
    /// # Errors
    /// One line: the engine cannot be reached, or what is kept here does not fit it.
    fn start(self: Box<Self>, here: Here, newest: Option<i64>) -> io::Result<Arc<dyn Order>>;
}

/// Begins, where there is more than one server.
pub(super) fn begin(
    engine: Option<Box<dyn Engine>>,
    here: impl FnOnce() -> Here,
    newest: impl FnOnce() -> io::Result<Option<i64>>,
) -> io::Result<Option<Arc<dyn Order>>> {
    engine.map(|engine| engine.start(here(), newest()?)).transpose()
}

/// Ends it, where there is one.
pub(super) fn end(order: Option<&dyn Order>) -> io::Result<()> {
    order.map_or(Ok(()), Order::end)
}

/// What all servers agree on.
pub trait Order: Send + Sync + fmt::Debug {
    /// Hands a parcel over: `ToAll`, `Private`, `TalksTo`, `Ask`. What comes out of the channel says that it is in this
    /// server's queue. Waits while too much waits already.
    ///
    /// # Errors
    /// `ServerStops`.
    fn publish(&self, parcel: Parcel) -> Result<Receiver<()>, Leave>;

    /// Takes a nickname on all servers. Out of the channel comes the number of joining, once the join is in this
    /// server's queue, or `None` where the name is another's.
    ///
    /// # Errors
    /// `ServerStops`.
    fn claim(&self, id: ClientId, nickname: &Nickname) -> Result<Receiver<Option<u64>>, Leave>;

    /// Gives a nickname back that was claimed, whether it was had or not; behind all that its session has published.
    /// `notice` is what the leave notice adds. Does not wait for it to come round.
    fn give_back(&self, id: ClientId, notice: Option<&str>);

    /// Asks a session on another server to end: somebody has the password of its nickname.
    fn take_back(&self, holder: ClientId);

    /// For how long nothing has come round: what cannot come while the servers cannot reach each other.
    fn silence(&self) -> Duration;

    /// Ends, and lets go of everyone who waits; the names of this server's clients are free. Blocks for no more than two
    /// seconds or so.
    ///
    /// # Errors
    /// The other servers had taken this one for dead.
    fn end(&self) -> io::Result<()>;
}
