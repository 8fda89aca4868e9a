//! Feature seam: how a client's own thread waits for what all servers have to agree on. It has one thing on its way at a
//! time. Touches its own `Client`, the registry and the order; where a server is alone, the queue by `delivery`.

use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{RecvTimeoutError, bounded};

use super::Order;
use crate::limits::{CLUSTER_CUT_OFF, CLUSTER_TOLD, RATE_SLICE};
use crate::protocol::{Said, Word};
use crate::server::client::Client;
use crate::server::client::shared::Shared;
use crate::server::parcel::{Message, Parcel, Partner, Request};
use crate::server::robust::leave::Leave;
use crate::server::seat::{Claim, Seat};
use crate::server::session::recv;
use crate::server::word::Awaited;
use crate::text::Nickname;

impl Client {
    /// A message to all who listen, on whichever server; waits until its place in the order is known.
    pub(in crate::server) fn send_to_broadcast(&mut self, message: Message) -> Result<(), Leave> {
        match self.shared.order.clone() {
            None => self.delivery().send_to_broadcast(self.id, message),
            Some(order) => self.publish(&*order, Parcel::ToAll(self.id, message)),
        }
    }

    /// A message to one session, on whichever server. Says whether it arrived: among several servers, whether the other
    /// was in the chat at that place in the order.
    pub(in crate::server) fn send_private(&mut self, to: &Partner, message: Message) -> Result<bool, Leave> {
        let Some(order) = self.shared.order.clone() else {
            return self.delivery().send_private(self.id, to, message);
        };
        let (arrived, answer) = bounded(1);
        self.publish(&*order, Parcel::Private { from: self.id, to: to.clone(), message, arrived })?;
        answer.recv().map_err(|_| Leave::ServerStops)
    }

    /// Opens a private chat, or closes it.
    pub(in crate::server) fn talks_to(&mut self, partner: Option<&Partner>) -> Result<(), Leave> {
        self.in_order(Parcel::TalksTo(self.id, partner.cloned()))
    }

    /// A request to the store: to those of all servers.
    pub(crate) fn ask(&mut self, request: Request) -> Result<(), Leave> {
        self.in_order(Parcel::Ask(self.id, request))
    }

    /// Takes a nickname, among several servers on all of them at once.
    pub(crate) fn claim(&mut self, nickname: &Nickname) -> Result<Claim, Leave> {
        let shared = Arc::clone(&self.shared);
        let joined = match shared.registry.register(&self.connection, nickname) {
            Ok(joined) => joined,
            Err(free) => return Ok(Claim::Taken(free)),
        };
        let Some(order) = &shared.order else { return Ok(Claim::Yours(self.seat(nickname, joined))) };
        let claimed = self.wait_for_claim(&**order, nickname);
        match claimed {
            Ok(Claim::Yours(_)) => return claimed,
            Ok(Claim::Taken(_)) => {}
            // It may be had yet: then it is given back.
            Ok(Claim::NotNow) | Err(_) => order.give_back(self.id, None),
        }
        shared.registry.give_up(self.id, nickname);
        claimed
    }

    fn seat(&self, nickname: &Nickname, joined: u64) -> Seat {
        let Shared { registry, delivery, order, .. } = &*self.shared;
        Seat {
            nickname: nickname.clone(),
            joined,
            leave: Leave::Fault,
            connection: Arc::clone(&self.connection),
            registry: Arc::clone(registry),
            delivery: delivery.clone(),
            order: order.clone(),
        }
    }

    /// Whether a claim can be decided now.
    pub(in crate::server) fn is_cut_off(&self) -> bool {
        self.shared.order.as_ref().is_some_and(|order| order.silence() >= CLUSTER_CUT_OFF)
    }

    fn in_order(&mut self, parcel: Parcel) -> Result<(), Leave> {
        match self.shared.order.clone() {
            None => self.delivery().post(parcel),
            Some(order) => self.publish(&*order, parcel),
        }
    }

    fn wait_for_claim(&self, order: &dyn Order, nickname: &Nickname) -> Result<Claim, Leave> {
        if order.silence() >= CLUSTER_TOLD {
            return Ok(Claim::NotNow);
        }
        let answer = order.claim(self.id, nickname)?;
        loop {
            match answer.recv_timeout(RATE_SLICE) {
                Ok(Some(joined)) => return Ok(Claim::Yours(self.seat(nickname, joined))),
                Ok(None) => return Ok(Claim::Taken(self.shared.registry.free_name(nickname, |_| true))),
                Err(RecvTimeoutError::Disconnected) => return Err(Leave::ServerStops),
                Err(RecvTimeoutError::Timeout) => self.still_there()?,
            }
            if order.silence() >= CLUSTER_TOLD {
                return Ok(Claim::NotNow);
            }
        }
    }

    /// Hands a parcel over, and waits until it has come round. Where that takes longer than a second, the client's words
    /// are heard meanwhile.
    fn publish(&mut self, order: &dyn Order, parcel: Parcel) -> Result<(), Leave> {
        let echo = order.publish(parcel)?;
        let mut wait = CLUSTER_TOLD;
        while !has_come(echo.recv_timeout(wait))? {
            self.still_there()?;
            wait = self.hear_meanwhile()?;
        }
        Ok(())
    }

    /// Answers a word that needs nobody else. Another line is left where it is, and what comes after it in the socket:
    /// the order of what a client says is kept. Says how long to wait before it is called again.
    fn hear_meanwhile(&mut self) -> Result<Duration, Leave> {
        let is_local = |line: &str| matches!(Said::parse(line), Said::Word(Word::Quit | Word::List(_) | Word::Help(_)));
        match self.looks_ahead(is_local, RATE_SLICE)? {
            Some(true) => recv(self, Awaited::Message).map(|_answered| Duration::ZERO),
            Some(false) => Ok(RATE_SLICE),
            None => Ok(Duration::ZERO),
        }
    }
}

/// Whether it has come round; an error where it never will.
fn has_come(echo: Result<(), RecvTimeoutError>) -> Result<bool, Leave> {
    match echo {
        Ok(()) => Ok(true),
        Err(RecvTimeoutError::Timeout) => Ok(false),
        Err(RecvTimeoutError::Disconnected) => Err(Leave::ServerStops),
    }
}
