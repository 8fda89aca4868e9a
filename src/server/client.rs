//! Lesson: what one client's thread owns: its connection, what it has read so far, its pace and its deadline. Reads
//! that one socket; writes by the queue alone.

use std::io::{self, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use log::Level;

use super::Shared;
use super::delivery::Delivery;
use super::kept::{self, Member};
use super::parcel::{Line, MessageNumber, Parcel};
use super::password::Password;
use super::robust::admission::Seat;
use super::robust::connection::{ClientId, Connection};
use super::robust::leave::Leave;
use super::robust::pace::Pace;
use super::robust::resume;
use super::wishes::Wishes;
use crate::limits::{
    ADDRESS_CLIENTS, HEARD_PER_SECOND, LINE_PARTS, LINGER, LINGER_SLICE, MESSAGE_BYTES, NO_LINE_END, RATE_BURST,
    RATE_SLICE, READ_BYTES, SENT_AWAY, STOP_DRAIN,
};
use crate::protocol;
use crate::protocol::foreign::{self, Greeting};
use crate::text::{Nickname, Refusal, Text};
use crate::wire::{Framing, Incoming, MessageReader, is_timeout};

/// A socket takes no time at all for "for ever".
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// One client, as its own thread sees it.
pub(super) struct Client {
    pub(super) id: ClientId,
    pub(super) connection: Arc<Connection>,
    pub(super) shared: Arc<Shared>,
    reader: MessageReader,
    /// What was read while something else was on its way, and is the next line.
    ahead: Option<Incoming>,
    pace: Pace,
    told_about_pace: bool,
    told_about_address: bool,
    pub(super) seat: Seat,
    /// For the log: who this is.
    pub(super) name: String,
    /// Until the login is done: when the patience ends, in all.
    pub(super) login_until: Option<Instant>,
    /// The patience has ended, and what had arrived by then was read.
    looked_once_more: bool,
    /// A line has begun: until when its rest may come before something is done about it.
    rest_until: Option<Instant>,
    told_about_line_end: bool,
    /// The socket's reads do not wait for ever.
    has_timeout: bool,
    /// Asked for a nickname: what comes may be another protocol's greeting.
    is_asked_who: bool,
    /// Something has come from it.
    pub(super) has_spoken: bool,
    messages: u64,
    /// Lines that were taken from it since it has a token.
    pub(super) taken: u64,
    /// For what is kept: who this is, once that is known.
    pub(super) member: Option<Member>,
    pub(super) wrong_passwords: usize,
    /// What it does not want to see, and whether it is away.
    pub(super) wishes: Wishes,
}

impl Client {
    /// The client behind a fresh connection; the delivery thread hears of it.
    pub(super) fn new(connection: Arc<Connection>, shared: Arc<Shared>, seat: Seat) -> Result<Self, Leave> {
        shared.delivery.post(Parcel::Connected(Arc::clone(&connection)))?;
        Ok(Client {
            id: connection.id,
            reader: MessageReader::new(connection.framing, MESSAGE_BYTES).without_mark().with_telnet(),
            pace: Pace::new(shared.config.rate, Instant::now()),
            ahead: None,
            told_about_pace: false,
            told_about_address: false,
            seat,
            login_until: None,
            looked_once_more: false,
            rest_until: None,
            told_about_line_end: false,
            has_timeout: false,
            name: "somebody without a nickname".into(),
            is_asked_who: false,
            has_spoken: false,
            messages: 0,
            taken: 0,
            member: None,
            wrong_passwords: 0,
            wishes: Wishes::default(),
            connection,
            shared,
        })
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
    pub(super) fn delivery(&self) -> &Delivery {
        &self.shared.delivery
    }

    /// The next message's number.
    pub(super) fn number(&mut self) -> MessageNumber {
        self.messages += 1;
        MessageNumber { from: self.id, count: self.messages }
    }

    /// One line to this client. Where it has to arrive alone, this thread is silent before and after it; nobody else
    /// waits.
    pub(super) fn send(&self, line: impl Into<Line>) -> Result<(), Leave> {
        let line = line.into();
        // (On that port's line clients too, since most of them compare what one `recv` gives.)
        let pause = self.connection.framing.pause(&line);
        self.rest(pause.unwrap_or_default())?;
        self.delivery().send(self.id, line)?;
        self.rest(pause.unwrap_or_default())
    }

    /// The next line where a nickname is asked for. Who greets as another protocol does is sent away at once: what comes
    /// next would be read as a nickname, an answer and a message, and a web page would have spoken in the chat.
    pub(super) fn read_nickname(&mut self) -> Result<Option<Text>, Leave> {
        self.is_asked_who = true;
        let line = self.read_line();
        self.is_asked_who = false;
        line
    }

    /// The next line that can be taken. What cannot is answered and is `None`. Blocks until the client has written
    /// something, and longer where it writes too fast.
    pub(super) fn read_line(&mut self) -> Result<Option<Text>, Leave> {
        let line = match self.next()? {
            Incoming::Line(line) => {
                self.is_no_greeting(foreign::greeting, &line)?;
                Text::parse(line)
            }
            Incoming::Refused(refusal) => Err(refusal),
            Incoming::Overflow => return Err(Leave::Overflow),
            Incoming::End => return Err(self.end()),
        };
        self.keep_pace(line.as_ref().map_or(0, |text| text.as_str().len()))?;
        match line {
            Ok(text) => {
                #[cfg(test)]
                super::faults::in_a_session(&self.shared.registry, text.as_str());
                log::debug!("read a line: {}", crate::logger::shown(text.as_str()));
                Ok(Some(text))
            }
            Err(refusal) => {
                log::debug!("refused a line: {refusal}");
                self.send(protocol::refused(&refusal))?;
                Ok(None)
            }
        }
    }

    /// The next line as a password: by this call alone, so that it passes no log line and becomes no message. `None`
    /// for a line that cannot be taken, which is answered.
    pub(super) fn read_password(&mut self) -> Result<Option<Password>, Leave> {
        let line = self.next()?;
        self.keep_pace(0)?;
        match line {
            Incoming::Line(line) => Ok(Some(Password::new(line))),
            Incoming::Refused(refusal) => self.send(protocol::refused(&refusal)).map(|()| None),
            Incoming::Overflow => Err(Leave::Overflow),
            Incoming::End => Err(self.end()),
        }
    }

    /// The goodbye: the last parcel about this connection. Then reads on until the peer has closed too or its second is
    /// up, since closing with unread bytes would destroy what is still on the way to it. Blocks for as long as the
    /// goodbye waits in the backlog, and a second more; while the server stops, no longer than that may take. Who was cut is
    /// ended by whoever cut it, after the last words. Who gave way is read from no more, and is gone as soon as the goodbye
    /// is out: another may need its thread. So is who was sent away, even where the goodbye is not taken.
    pub(super) fn goodbye(&self, leave: Leave) {
        let (connection, stream) = (&self.connection, self.connection.stream());
        let reason = connection.words().map(protocol::sent_away).or(leave.reason());
        let posted = self.delivery().post(Parcel::Close(self.id, reason));
        let mut gives_up = posted.is_err().then(Instant::now);
        if leave == Leave::SentAway {
            gives_up.get_or_insert_with(|| Instant::now() + SENT_AWAY);
        }
        let mut peer_is_open = stream.set_read_timeout(Some(LINGER_SLICE)).is_ok();
        let mut unread = [0; READ_BYTES];
        loop {
            if peer_is_open {
                peer_is_open = match (&*stream).read(&mut unread) {
                    Ok(count) => count > 0,
                    Err(error) => is_timeout(&error) || error.kind() == io::ErrorKind::Interrupted,
                };
            }
            let has_ended = if peer_is_open { connection.has_ended() } else { connection.wait_ended(LINGER_SLICE) };
            if self.shared.stop.is_stopped() {
                gives_up.get_or_insert_with(|| Instant::now() + STOP_DRAIN);
            }
            let is_over = connection.is_closed_for(LINGER) || gives_up.is_some_and(|until| Instant::now() >= until);
            if is_over || has_ended && !peer_is_open {
                break;
            }
        }
        connection.shutdown();
    }

    /// The nickname is there: from now on a client may be silent for as long as it likes, and nobody takes its place.
    /// Blocks where many come from its address at once, until it is its turn.
    pub(super) fn logged_in(&mut self, nickname: &Nickname) -> Result<(), Leave> {
        self.keep_place()?;
        self.name = nickname.to_string();
        self.login_until = None;
        let (rate_limit, origin) = (&self.shared.rate_limit, self.connection.origin());
        let wait = rate_limit.joins(origin, Instant::now());
        if wait >= RATE_SLICE {
            let seconds = wait.as_secs() + 1;
            self.send(format!("Many come from your address at once: you are let in within {seconds} s"))?;
        }
        self.pause(wait).inspect_err(|_| rate_limit.joins_not(origin, Instant::now()))
    }

    /// What comes next. It is the receipt, too, for what had waited for this client.
    fn next(&mut self) -> Result<Incoming, Leave> {
        let incoming = resume::read(self)?;
        kept::answered(self)?;
        Ok(incoming)
    }

    /// One message, from what was read before or from the socket, within the login's patience. Who was cut or asked to leave
    /// is not listened to any more, whatever it has sent already.
    pub(super) fn read(&mut self) -> Result<Incoming, Leave> {
        loop {
            if let Some(why) = self.connection.why_ends() {
                return Err(why);
            }
            if let Some(incoming) = self.ahead.take().or_else(|| self.reader.take()) {
                return Ok(incoming);
            }
            self.is_no_greeting(foreign::begins_greeting, self.reader.unfinished())?;
            let patient = self.patience()?;
            let stream = self.connection.stream();
            match patient.and_then(|()| self.reader.fill(&*stream)) {
                Ok(()) => self.has_read()?,
                Err(error) if is_timeout(&error) => self.rest_is_missing()?,
                Err(error) => return Err(self.why_ended(Leave::Broken(error.kind()))),
            }
        }
    }

    /// What was read and not yet taken, for the session that goes on with this connection.
    pub(super) fn take_reader(&mut self) -> MessageReader {
        std::mem::replace(&mut self.reader, MessageReader::new(self.connection.framing, MESSAGE_BYTES))
    }

    /// Goes on with what was read from the connection that its session has now.
    pub(super) fn reads_on(&mut self, reader: MessageReader) {
        (self.reader, self.ahead, self.rest_until, self.has_timeout) = (reader, None, None, true);
    }

    /// The next line is there, and `is_meant`; or `None`, after waiting for it up to `time`. It is still to be read. The
    /// end of the stream ends the session, as where a line is read.
    pub(super) fn looks_ahead(&mut self, is_meant: fn(&str) -> bool, time: Duration) -> Result<Option<bool>, Leave> {
        // A lost connection is a matter for the next `read`: there may be another one.
        let may_return = self.connection.ticket().is_some();
        self.ahead = self.ahead.take().or_else(|| self.reader.take());
        if self.ahead.is_none() {
            self.has_timeout = true;
            let stream = self.connection.stream();
            match stream.set_read_timeout(Some(time)).and_then(|()| self.reader.fill(&*stream)) {
                Err(error) if is_timeout(&error) => return Ok(None),
                Err(_) if may_return => return self.rest(time).map(|()| None),
                Err(error) => return Err(self.why_ended(Leave::Broken(error.kind()))),
                Ok(()) => self.has_read()?,
            }
        }
        self.ahead = self.ahead.take().or_else(|| self.reader.take());
        match &self.ahead {
            Some(Incoming::End) if may_return => self.rest(time).map(|()| None),
            Some(Incoming::End) => Err(self.end()),
            Some(Incoming::Line(line)) => Ok(Some(std::str::from_utf8(line).is_ok_and(is_meant))),
            Some(_) => Ok(Some(false)),
            None => Ok(None),
        }
    }

    /// Has the next `read` wait for no longer than the login's patience lasts, and that with a line which has begun.
    fn patience(&mut self) -> Result<io::Result<()>, Leave> {
        let rest = self.rest_patience();
        let patience = [self.login_patience()?, rest].into_iter().flatten().min();
        if patience.is_none() && !self.has_timeout {
            return Ok(Ok(()));
        }
        self.has_timeout = patience.is_some();
        Ok(self.connection.stream().set_read_timeout(patience))
    }

    /// Until the login is done: in all, however slowly the bytes trickle in. When it is over, what has already arrived is
    /// read, once: while this process or the whole machine was stopped, the time went on, and the nickname may have been
    /// here long before.
    fn login_patience(&mut self) -> Result<Option<Duration>, Leave> {
        let Some(until) = self.login_until else { return Ok(None) };
        let patience = until.saturating_duration_since(Instant::now());
        if patience.is_zero() && std::mem::replace(&mut self.looked_once_more, true) {
            return Err(Leave::LoginTimeout);
        }
        Ok(Some(patience.max(SHORTEST_WAIT)))
    }

    /// How long the rest of a line that has begun may take: where lines end at a newline, until the client is told so.
    fn rest_patience(&mut self) -> Option<Duration> {
        let (patience, is_told) = match self.connection.framing {
            Framing::Lines => (NO_LINE_END, self.told_about_line_end),
            Framing::Chunks => (LINE_PARTS, false),
        };
        if is_told || !self.reader.is_unfinished() {
            return None;
        }
        let until = *self.rest_until.get_or_insert_with(|| Instant::now() + patience);
        Some(until.saturating_duration_since(Instant::now()).max(SHORTEST_WAIT))
    }

    /// A read has waited for as long as it may. A line whose rest does not come is taken as it is where clients frame
    /// nothing; elsewhere its client is told, once, what is missing.
    fn rest_is_missing(&mut self) -> Result<(), Leave> {
        if self.rest_until.is_none_or(|until| Instant::now() < until) {
            return Ok(());
        }
        self.rest_until = None;
        if self.connection.framing == Framing::Chunks {
            self.reader.end_line();
            return Ok(());
        }
        self.told_about_line_end = true;
        self.send(protocol::no_line_end(self.shared.unframed_port))
    }

    /// Says once that somebody speaks, and answers a telnet client.
    fn has_read(&mut self) -> Result<(), Leave> {
        self.rest_until = None;
        // Whoever sends the nickname as a line sends lines, on that port too: what belongs together is not cut apart.
        if self.login_until.is_some() && self.reader.has_read_lines() {
            self.connection.sends_lines();
            self.reader.reads(Framing::Lines);
        }
        if !self.has_spoken && self.reader.has_begun() {
            self.has_spoken = true;
            let level = if self.is_nobody() { Level::Debug } else { Level::Info };
            log::log!(level, "{} connected from {}", self.id, self.connection.address());
        }
        let answers = self.reader.answers();
        if answers.is_empty() { Ok(()) } else { self.delivery().post(Parcel::Bytes(self.id, answers)) }
    }

    /// Sends away who greets in another protocol where a nickname is asked for.
    fn is_no_greeting(&self, greeting: fn(&[u8]) -> Option<Greeting>, line: &[u8]) -> Result<(), Leave> {
        let greeting = if self.is_asked_who { greeting(line) } else { None };
        greeting.map_or(Ok(()), |greeting| Err(Leave::Foreign(greeting)))
    }

    /// The stream has ended: for which reason? A last line without its newline is answered.
    fn end(&mut self) -> Leave {
        let leave = self.why_ended(Leave::End);
        let answered = match leave {
            Leave::End if self.reader.finish() => self.send(protocol::refused(&Refusal::NoEnd)),
            _ => Ok(()),
        };
        answered.err().unwrap_or(leave)
    }

    /// Who is cut, and who is still there when the server stops, sees an end that it did not cause.
    pub(super) fn why_ended(&self, seen: Leave) -> Leave {
        let stopped = self.shared.stop.is_stopped().then_some(Leave::ServerStops);
        self.connection.why_ends().or(stopped).unwrap_or(seen)
    }

    /// Delays who floods, by itself or with others at its address, and says so once. TCP pushes back meanwhile: this
    /// thread does not read.
    fn keep_pace(&mut self, bytes: usize) -> Result<(), Leave> {
        let now = Instant::now();
        let own = self.pace.wait(now);
        let with_others = self.shared.rate_limit.writes(self.connection.origin(), bytes, now);
        // What others at this address do is no reason to lose the login's patience.
        self.login_until = self.login_until.and_then(|until| until.checked_add(with_others));
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

    /// What the last line asked for costs as much as so many lines; the next one waits for that.
    pub(super) fn charge(&mut self, lines: u32) {
        self.pace.charge(lines, Instant::now());
    }

    /// Lets time pass in pieces, and looks after each whether it is still worth waiting. Ends early where the server stops,
    /// the client was cut or reset its connection, or the login's patience is over.
    pub(super) fn pause(&self, mut wait: Duration) -> Result<(), Leave> {
        while !wait.is_zero() {
            let slice = wait.min(RATE_SLICE);
            self.rest(slice)?;
            wait -= slice;
            self.still_there()?;
        }
        Ok(())
    }

    /// After a reset the rest is dropped at once; after an orderly end it is still delivered.
    pub(super) fn still_there(&self) -> Result<(), Leave> {
        let broken: Option<io::Error> = self.connection.stream().take_error().unwrap_or_else(Some);
        match (self.connection.why_ends(), broken) {
            (Some(why), _) => Err(why),
            (None, Some(error)) => Err(Leave::Broken(error.kind())),
            (None, None) if self.login_until.is_some_and(|until| until < Instant::now()) => Err(Leave::LoginTimeout),
            (None, None) if self.shared.stop.is_stopped() => Err(Leave::ServerStops),
            (None, None) => Ok(()),
        }
    }

    /// Lets time pass, unless the server stops.
    pub(super) fn rest(&self, time: Duration) -> Result<(), Leave> {
        if !time.is_zero() && self.shared.stop.wait(time) { Err(Leave::ServerStops) } else { Ok(()) }
    }
}
