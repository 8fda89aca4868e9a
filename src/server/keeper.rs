//! Feature console: the seam between the chat and whoever keeps order in it. A `Keeper` is asked who may come in and who
//! may write; a `Desk` is what it can see and do. Touches the queue and, of a connection that it sends away, the socket.
//! Without a keeper everybody may do everything.
//!
//! # Threads
//! The accept threads and the clients' own ask the keeper. The desk is for threads of the keeper's: it keeps no server
//! alive, and where the server has gone its calls say so.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use crossbeam_channel::bounded;

use super::client::Client;
use super::client::shared::Shared;
use super::parcel::{Line, Parcel};
pub use super::present::{Act, Place, Present};
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use super::robust::motd::Motd;
use crate::protocol;
use crate::text::Nickname;

/// Keeps order. Each call is a look at a small table: nobody waits in it.
pub trait Keeper: Send + Sync + fmt::Debug {
    /// The server runs. Called once, before anybody comes.
    ///
    /// # Errors
    /// The keeper cannot do its work; the server does not start.
    fn opens(self: Arc<Self>, desk: Desk) -> io::Result<()>;

    /// Whether somebody from this address may connect now: to come in, or to go on with a session.
    ///
    /// # Errors
    /// Why not, as that one is told.
    fn admits(&self, address: IpAddr) -> Result<(), String>;

    /// Whether somebody new from this address may take a nickname now.
    ///
    /// # Errors
    /// Why not, as that one is told.
    fn lets_in(&self, address: IpAddr) -> Result<(), String>;

    /// Somebody has come in. What is to be told, if anything is.
    fn came(&self, who: &Present) -> Option<String>;

    /// That session has ended.
    fn left(&self, id: ClientId);

    /// Whether what this session writes goes to others now.
    ///
    /// # Errors
    /// Why not, as that one is told.
    fn may_write(&self, id: ClientId) -> Result<(), String>;

    /// The blackboard, where it was changed since the start.
    fn motd(&self) -> Option<Option<Motd>>;
}

/// How much there is of everything.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// Connections since the start.
    pub connections: u64,
    /// Most clients at once.
    pub max_clients: usize,
    /// Parcels that wait for the delivery thread.
    pub queue: usize,
}

/// What a keeper can see and do. The calls wait for the delivery thread, never for a socket.
#[derive(Debug, Clone)]
pub struct Desk {
    shared: Weak<Shared>,
}

impl Desk {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        Desk { shared: Arc::downgrade(shared) }
    }

    /// What is told to whoever looks on, while the server runs.
    #[cfg(feature = "glass")]
    pub(crate) fn tap(&self) -> Option<crate::server::tap::Tap> {
        Some(self.shared.upgrade()?.delivery.tap())
    }

    /// Everybody who is connected, in order of coming.
    ///
    /// # Errors
    /// `ServerStops`, as for the calls below.
    pub fn present(&self) -> Result<Vec<Present>, Leave> {
        let (tell, told) = bounded(1);
        self.post(Parcel::Present(tell))?;
        let mut present = told.recv().map_err(|_| Leave::ServerStops)?;
        present.sort_unstable_by_key(Present::id);
        Ok(present)
    }

    /// A line to everybody who is connected, wherever they are.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn announce(&self, line: impl Into<Line>) -> Result<(), Leave> {
        self.post(Parcel::Announce(line.into()))
    }

    /// A line to one.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn send(&self, to: ClientId, line: impl Into<Line>) -> Result<(), Leave> {
        self.post(Parcel::ToOne(to, line.into()))
    }

    /// Has the store keep what was done, where there is one.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn keep(&self, act: Act) -> Result<(), Leave> {
        self.post(Parcel::Act(act))
    }

    /// How much there is of everything.
    ///
    /// # Errors
    /// `ServerStops`.
    pub fn figures(&self) -> Result<Figures, Leave> {
        let shared = self.shared.upgrade().ok_or(Leave::ServerStops)?;
        Ok(Figures {
            connections: shared.ids.load(Ordering::Relaxed) - 1,
            max_clients: shared.config.max_clients,
            queue: shared.delivery.waiting(),
        })
    }

    /// The blackboard that the server was started with.
    pub fn motd(&self) -> Option<Motd> {
        self.shared.upgrade()?.config.motd.clone()
    }

    /// Stops the server. Nothing happens where it has stopped already.
    pub fn stop(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.stop.stop();
        }
    }

    fn post(&self, parcel: Parcel) -> Result<(), Leave> {
        self.shared.upgrade().ok_or(Leave::ServerStops)?.delivery.post(parcel)
    }
}

/// Whether a fresh connection may come in.
pub(crate) fn admits(shared: &Shared, connection: &Connection) -> Result<(), String> {
    shared.config.keeper.as_ref().map_or(Ok(()), |keeper| keeper.admits(connection.address().ip().to_canonical()))
}

impl Client {
    /// May connect: known only now, where a balancer has brought it.
    pub(crate) fn may_connect(&self) -> Result<(), Leave> {
        admits(&self.shared, &self.connection).map_err(|why| self.is_sent_away(why))
    }

    /// May take a nickname. Who goes on with a session has one: that is asked before.
    pub(crate) fn may_come_in(&self) -> Result<(), Leave> {
        let Some(keeper) = &self.shared.config.keeper else { return Ok(()) };
        keeper.lets_in(self.connection.address().ip().to_canonical()).map_err(|why| self.is_sent_away(why))
    }

    fn is_sent_away(&self, why: String) -> Leave {
        self.connection.send_away(why);
        Leave::SentAway
    }

    /// Has come in, under this name.
    pub(super) fn has_come(&self, nickname: &Nickname) -> Result<(), Leave> {
        let Some(keeper) = &self.shared.config.keeper else { return Ok(()) };
        let (nickname, connection) = (Some(nickname.clone()), Arc::clone(&self.connection));
        let told = keeper.came(&Present { nickname, connection, place: Place::Question });
        told.map_or(Ok(()), |told| self.send(protocol::announcement(&told)))
    }

    /// Whether what this client writes goes to others. Where not, it is told why.
    pub(super) fn may_write(&self) -> Result<bool, Leave> {
        let Some(keeper) = &self.shared.config.keeper else { return Ok(true) };
        match keeper.may_write(self.id) {
            Ok(()) => Ok(true),
            Err(why) => self.send(protocol::not_sent(&why)).map(|()| false),
        }
    }
}

impl Shared {
    /// That session has ended.
    pub(super) fn has_left(&self, id: ClientId) {
        if let Some(keeper) = &self.config.keeper {
            keeper.left(id);
        }
    }

    /// The blackboard as it is now.
    pub(super) fn motd(&self) -> Option<Motd> {
        let changed = self.config.keeper.as_ref().and_then(|keeper| keeper.motd());
        changed.unwrap_or_else(|| self.config.motd.clone())
    }
}
