//! Robust: who is let in: a place, and the connection's turn among those of its address. Where a balancer brings the connection,
//! the client's thread first reads whose it is; until then it holds a spare thread and nobody's place, and no address is
//! counted. Reads a balancer's header from the socket; touches the places and the rate limit.
//!
//! What is the balancer's own never gets further than that, unless it takes a nickname: a health check has to be answered
//! in a full house too, or the balancer would take everybody away from a server that is well.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Client;
use super::shared::Shared;
use crate::server::keeper;
use crate::server::robust::balancers::Whose;
use crate::server::robust::connection::Connection;
use crate::server::robust::leave::{Full, Leave};
use crate::server::robust::places::{Place, Spare};

/// What a client's thread holds.
#[derive(Debug)]
pub(crate) enum Admitted {
    /// A place, and how long the thread waits before it asks anything.
    Place(Place, Duration),
    /// No more than the thread: whose connection it is is not known yet, or it is a balancer's own.
    Thread(#[expect(dead_code, reason = "given back when it is dropped")] Spare),
}

/// What a new connection gets, before anything was read from it.
///
/// # Errors
/// There is no place for it, or it is not to come in.
pub(in crate::server) fn lets_in(connection: &Arc<Connection>, shared: &Shared) -> Result<Admitted, String> {
    let from = connection.address().ip();
    if shared.config.balancers.as_ref().is_some_and(|balancers| balancers.bring(from)) {
        return shared.places.spare_thread().map(Admitted::Thread).ok_or(Full::InAll.to_string());
    }
    keeper::admits(shared, connection)?;
    admit(connection, shared).map_err(|full| full.to_string())
}

/// A place, and how long its thread waits. Whoever connects too often takes nobody's place.
fn admit(connection: &Arc<Connection>, shared: &Shared) -> Result<Admitted, Full> {
    let wait = shared.rate_limit.connects(connection.origin(), Instant::now()).ok_or(Full::TooOften)?;
    let place = shared.places.take(connection, wait.is_zero())?;
    Ok(Admitted::Place(place, wait))
}

/// Anybody can cause this log line, as often as they like.
pub(in crate::server) fn log_sent_away(shared: &Shared, address: SocketAddr, why: &str) {
    let due = shared.sent_away.lock().is_due();
    if let Some(unsaid) = due {
        log::warn!("sent {address} away: {why}; and before it {unsaid} more, unsaid");
    }
}

impl Client {
    /// Waits until it is known whose connection this is, and for its turn among those of its address. That costs none of
    /// the login's patience.
    ///
    /// # Errors
    /// It is not said whose it is, there is no place for it, or the client is gone.
    pub(crate) fn come_in(&mut self) -> Result<(), Leave> {
        if self.is_nobody() {
            self.is_brought()?;
        }
        if let Admitted::Place(_, wait) = self.admitted {
            self.pause(wait)?;
        }
        self.patience.login_begins(self.shared.config.login);
        Ok(())
    }

    /// A place for somebody who has a nickname now: from here on nobody takes it away.
    ///
    /// # Errors
    /// It has just been taken away, or a balancer's own connection has taken a nickname, and there is no place for it.
    pub(crate) fn keep_place(&mut self) -> Result<(), Leave> {
        if self.is_nobody() {
            self.take_place()?;
        }
        match &self.admitted {
            Admitted::Place(place, _) if !place.keep() => Err(Leave::GaveWay),
            _ => Ok(()),
        }
    }

    /// Whether this is nobody's connection, as far as is known: what it does is of no interest to who reads the log.
    pub(crate) fn is_nobody(&self) -> bool {
        matches!(self.admitted, Admitted::Thread(_))
    }

    /// A balancer has brought this connection: for whom?
    fn is_brought(&mut self) -> Result<(), Leave> {
        let Some(balancers) = &self.shared.config.balancers else { return Ok(()) };
        let by = self.connection.address();
        let whose = balancers.whose(&self.connection.stream());
        match whose.map_err(|leave| self.why_ended(leave))? {
            // Version 1 has no word for a balancer's own connection: it names the balancer.
            Whose::Client(client) if client.ip().to_canonical() != by.ip().to_canonical() => {
                log::debug!("{} is brought by {by} for {client}", self.id);
                self.connection.is_of(client);
                self.may_connect()?;
                self.take_place()
            }
            whose => {
                log::debug!("{} is of {by} itself: {whose:?}", self.id);
                Ok(())
            }
        }
    }

    fn take_place(&mut self) -> Result<(), Leave> {
        self.admitted = admit(&self.connection, &self.shared).map_err(|full| {
            log_sent_away(&self.shared, self.connection.address(), &full.to_string());
            Leave::Full(full)
        })?;
        Ok(())
    }
}
