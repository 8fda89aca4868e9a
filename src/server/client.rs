//! Lesson: what one client's thread owns: its connection, what it has read so far, its pace and its deadline. Reads
//! that one socket (`client/reading.rs`); writes by the queue alone.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use self::accounts::Account;
use self::admission::Admitted;
use self::patience::Patience;
use self::shared::Shared;
use self::wishes::Wishes;
use super::delivery::Delivery;
use super::parcel::{Line, MessageNumber, Parcel};
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use super::robust::pace::Pace;
use crate::limits::{ADDRESS_CLIENTS, HEARD_PER_SECOND, MESSAGE_BYTES, RATE_BURST, RATE_SLICE, TAKE_BACK};
use crate::text::Nickname;
use crate::wire::{Incoming, MessageReader};

pub(crate) mod accounts;
pub(super) mod admission;
mod goodbye;
mod patience;
mod reading;
pub(crate) mod resume;
#[cfg(feature = "database")]
mod secret;
pub(crate) mod shared;
pub(super) mod wishes;

/// What is asked for: only who answers to the first may greet as another protocol does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Nickname,
    Anything,
}

/// One client, as its own thread sees it.
pub(crate) struct Client {
    pub(crate) id: ClientId,
    pub(crate) connection: Arc<Connection>,
    pub(crate) shared: Arc<Shared>,
    reader: MessageReader,
    /// What was read while something else was on its way, and is the next line.
    ahead: Option<Incoming>,
    /// How long the next read may wait.
    pub(crate) patience: Patience,
    /// The socket's reads do not wait for ever.
    has_timeout: bool,
    pace: Pace,
    told_about_pace: bool,
    told_about_address: bool,
    admitted: Admitted,
    /// For the log: who this is.
    pub(super) name: String,
    /// Something has come from it.
    has_spoken: bool,
    messages: u64,
    /// Lines that were taken from it since it has a token.
    taken: u64,
    /// What it does not want to see, and whether it is away.
    pub(crate) wishes: Wishes,
    /// What a database knows of it.
    pub(crate) account: Account,
}

impl Client {
    /// The client behind a fresh connection; the delivery thread hears of it.
    pub(super) fn new(connection: Arc<Connection>, shared: Arc<Shared>, admitted: Admitted) -> Result<Self, Leave> {
        shared.delivery.post(Parcel::Connected(Arc::clone(&connection)))?;
        Ok(Client {
            id: connection.id,
            reader: MessageReader::new(connection.framing, MESSAGE_BYTES).without_mark().with_telnet(),
            ahead: None,
            patience: Patience::default(),
            has_timeout: false,
            pace: Pace::new(shared.config.rate, Instant::now()),
            told_about_pace: false,
            told_about_address: false,
            admitted,
            name: "somebody without a nickname".into(),
            has_spoken: false,
            messages: 0,
            taken: 0,
            wishes: Wishes::default(),
            account: Account::default(),
            connection,
            shared,
        })
    }

    /// The nickname is there: from now on a client may be silent for as long as it likes, and nobody takes its place.
    /// Blocks where many come from its address at once, until it is its turn.
    pub(super) fn logged_in(&mut self, nickname: &Nickname) -> Result<(), Leave> {
        self.keep_place()?;
        self.name = nickname.to_string();
        self.patience.login_is_done();
        let (rate_limit, origin) = (&self.shared.rate_limit, self.connection.origin());
        let wait = rate_limit.joins(origin, Instant::now());
        if wait >= RATE_SLICE {
            let seconds = wait.as_secs() + 1;
            self.send(format!("Many come from your address at once: you are let in within {seconds} s"))?;
        }
        self.pause(wait).inspect_err(|_| rate_limit.joins_not(origin, Instant::now()))
    }

    /// For the log: how it ended.
    pub(super) fn log_end(&self, leave: Leave) {
        let (id, address) = (self.id, self.connection.address());
        match leave {
            // A health check: it looks whether anybody listens, every few seconds perhaps.
            Leave::End | Leave::Broken(_) | Leave::CutOff if !self.has_spoken => {
                log::debug!("{id} connected from {address} and said nothing");
            }
            _ if leave.is_fault() => log::warn!("{} left: {leave}", self.name),
            _ if self.is_nobody() => log::debug!("{id} of {address} left: {leave}"),
            _ if !self.has_spoken => log::info!("{id} from {address} said nothing and left: {leave}"),
            _ => log::info!("{} left: {leave}", self.name),
        }
    }

    /// The handle on the queue.
    pub(crate) fn delivery(&self) -> &Delivery {
        &self.shared.delivery
    }

    /// The next message's number.
    pub(super) fn number(&mut self) -> MessageNumber {
        self.messages += 1;
        MessageNumber { from: self.id, count: self.messages }
    }

    /// One line to this client. Where it has to arrive alone, this thread is silent before and after it; nobody else
    /// waits.
    pub(crate) fn send(&self, line: impl Into<Line>) -> Result<(), Leave> {
        let line = line.into();
        // (On that port's line clients too, since most of them compare what one `recv` gives.)
        let pause = self.connection.framing.pause(&line);
        self.rest(pause.unwrap_or_default())?;
        self.delivery().send(self.id, line)?;
        self.rest(pause.unwrap_or_default())
    }

    /// Delays who floods, by itself or with others at its address, and says so once. TCP pushes back meanwhile: this
    /// thread does not read.
    pub(crate) fn keep_pace(&mut self, bytes: usize) -> Result<(), Leave> {
        let now = Instant::now();
        let own = self.pace.wait(now);
        let with_others = self.shared.rate_limit.writes(self.connection.origin(), bytes, now);
        // What others at this address do is no reason to lose the login's patience.
        self.patience.login_waits(with_others);
        let rate = self.shared.config.rate.unwrap_or_default();
        if !own.is_zero() && !self.told_about_pace {
            self.told_about_pace = true;
            self.send(format!(
                "You write faster than {rate} lines a second after the first {RATE_BURST}: nothing is lost, it is sent at that rate"
            ))?;
        } else if with_others >= RATE_SLICE && with_others > own && !self.told_about_address {
            self.told_about_address = true;
            let (rate, kilobytes) = (rate.saturating_mul(ADDRESS_CLIENTS), HEARD_PER_SECOND / 1000);
            self.send(format!(
                "All at your address together write faster than {rate} lines or {kilobytes} kB a second: nothing is lost, it is sent at that rate"
            ))?;
        }
        self.pause(own.max(with_others))
    }

    /// Lets time pass in pieces, and looks after each whether it is still worth waiting. Ends early where the server stops,
    /// the client was cut or reset its connection, or the login's patience is over.
    pub(crate) fn pause(&self, mut wait: Duration) -> Result<(), Leave> {
        while !wait.is_zero() {
            let slice = wait.min(RATE_SLICE);
            self.rest(slice)?;
            wait -= slice;
            self.still_there()?;
        }
        Ok(())
    }

    /// After a reset the rest is dropped at once; after an orderly end it is still delivered.
    pub(crate) fn still_there(&self) -> Result<(), Leave> {
        let broken: Option<io::Error> = self.connection.stream().take_error().unwrap_or_else(Some);
        match (self.connection.why_ends(), broken) {
            (Some(why), _) => Err(why),
            (None, Some(error)) => Err(Leave::Broken(error.kind())),
            (None, None) if self.patience.login_is_over() => Err(Leave::LoginTimeout),
            (None, None) if self.shared.stop.is_stopped() => Err(Leave::ServerStops),
            (None, None) => Ok(()),
        }
    }

    /// Waits until that session, which was asked to leave, does not have the nickname any more; `TAKE_BACK` at most.
    ///
    /// # Errors
    /// This client is gone meanwhile.
    pub(crate) fn waits_until_left(&self, nickname: &Nickname, holder: ClientId) -> Result<(), Leave> {
        let until = Instant::now() + TAKE_BACK;
        while !self.shared.registry.has_left(nickname, holder, RATE_SLICE) && Instant::now() < until {
            self.still_there()?;
        }
        Ok(())
    }

    /// Lets time pass, unless the server stops.
    fn rest(&self, time: Duration) -> Result<(), Leave> {
        if !time.is_zero() && self.shared.stop.wait(time) { Err(Leave::ServerStops) } else { Ok(()) }
    }
}
