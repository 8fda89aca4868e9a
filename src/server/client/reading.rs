//! Lesson: how a client's thread reads: bytes from its socket, messages out of them, and why there is none. Reads that
//! one socket; what is answered goes by the queue.

use std::io;
use std::time::Duration;

use log::Level;

use super::{Asked, Client, resume};
use crate::limits::MESSAGE_BYTES;
use crate::protocol::foreign::{self, Greeting};
use crate::protocol::{self};
use crate::server::parcel::{Parcel, Request};
use crate::server::robust::leave::Leave;
use crate::text::{Refusal, Text};
use crate::wire::{Framing, Incoming, MessageReader, is_timeout};

impl Client {
    /// The next line where a nickname is asked for. Who greets as another protocol does is sent away at once: what comes
    /// next would be read as a nickname, an answer and a message, and a web page would have spoken in the chat.
    pub(in crate::server) fn read_nickname(&mut self) -> Result<Option<Text>, Leave> {
        self.read_text(Asked::Nickname)
    }

    /// The next line that can be taken. What cannot is answered and is `None`. Blocks until the client has written
    /// something, and longer where it writes too fast.
    pub(in crate::server) fn read_line(&mut self) -> Result<Option<Text>, Leave> {
        self.read_text(Asked::Anything)
    }

    fn read_text(&mut self, asked: Asked) -> Result<Option<Text>, Leave> {
        let line = self.next(asked)?.and_then(Text::parse);
        self.keep_pace(line.as_ref().map_or(0, |text| text.as_str().len()))?;
        match line {
            Ok(text) => {
                #[cfg(test)]
                crate::server::faults::in_a_session(&self.shared.registry, text.as_str());
                log::debug!("read a line: {}", crate::logger::shown(text.as_str()));
                Ok(Some(text))
            }
            Err(refusal) => {
                log::debug!("refused a line: {refusal}");
                self.send(protocol::refused(&refusal)).map(|()| None)
            }
        }
    }

    /// The bytes of the next line, or why it is refused. It is the receipt, too, for what had waited for this client.
    pub(super) fn next(&mut self, asked: Asked) -> Result<Result<Vec<u8>, Refusal>, Leave> {
        let incoming = resume::read(self, asked)?;
        if std::mem::take(&mut self.account.answers) {
            self.ask(Request::Answered)?;
        }
        match incoming {
            Incoming::Line(line) => {
                is_no_greeting(asked, foreign::greeting, &line)?;
                Ok(Ok(line))
            }
            Incoming::Refused(refusal) => Ok(Err(refusal)),
            Incoming::Overflow => Err(Leave::Overflow),
            Incoming::End => Err(self.end()),
        }
    }

    /// One message, from what was read before or from the socket, within the login's patience. Who was cut or asked to leave
    /// is not listened to any more, whatever it has sent already.
    pub(super) fn read(&mut self, asked: Asked) -> Result<Incoming, Leave> {
        loop {
            if let Some(why) = self.connection.why_ends() {
                return Err(why);
            }
            if let Some(incoming) = self.ahead.take().or_else(|| self.reader.take()) {
                return Ok(incoming);
            }
            is_no_greeting(asked, foreign::begins_greeting, self.reader.unfinished())?;
            let is_set = self.set_patience()?;
            match is_set.and_then(|()| self.reader.fill(&*self.connection.stream())) {
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
        (self.reader, self.ahead, self.has_timeout) = (reader, None, true);
        self.patience.has_read();
    }

    /// The next line is there, and `is_meant`; or `None`, after waiting for it up to `time`. It is still to be read. The
    /// end of the stream ends the session, as where a line is read.
    pub(in crate::server) fn looks_ahead(
        &mut self,
        is_meant: fn(&str) -> bool,
        time: Duration,
    ) -> Result<Option<bool>, Leave> {
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

    /// Has the next `read` of the socket wait for no longer than the patience lasts. The error within is the socket's.
    fn set_patience(&mut self) -> Result<io::Result<()>, Leave> {
        let patience = self.patience.of_next_read(self.connection.framing, self.reader.is_unfinished())?;
        // Once there was a timeout, it has to be taken away too.
        let changes = std::mem::replace(&mut self.has_timeout, patience.is_some()) || patience.is_some();
        Ok(if changes { self.connection.stream().set_read_timeout(patience) } else { Ok(()) })
    }

    /// A read has waited for as long as it may. A line whose rest does not come is taken as it is where clients frame
    /// nothing; elsewhere its client is told, once, what is missing.
    fn rest_is_missing(&mut self) -> Result<(), Leave> {
        let framing = self.connection.framing;
        match framing {
            _ if !self.patience.rest_is_missing(framing) => Ok(()),
            Framing::Lines => self.send(protocol::no_line_end(self.shared.unframed_port)),
            Framing::Chunks => {
                self.reader.end_line();
                Ok(())
            }
        }
    }

    /// Says once that somebody speaks, and answers a telnet client.
    fn has_read(&mut self) -> Result<(), Leave> {
        self.patience.has_read();
        // Whoever sends the nickname as a line sends lines, on that port too: what belongs together is not cut apart.
        if self.patience.login_until().is_some() && self.reader.has_read_lines() {
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
}

/// Sends away who greets in another protocol where a nickname is asked for.
fn is_no_greeting(asked: Asked, greeting: fn(&[u8]) -> Option<Greeting>, line: &[u8]) -> Result<(), Leave> {
    let greeting = if asked == Asked::Nickname { greeting(line) } else { None };
    greeting.map_or(Ok(()), |greeting| Err(Leave::Foreign(greeting)))
}
