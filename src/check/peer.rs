//! Feature check: a client that is played to the server, and what it says when something else comes than was wanted.
//! Touches one socket.
//!
//! Each wait has one end, however the server drips or floods: the `timeout` of the call, and the end of the whole run.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::broken::{Broken, Talk, Then, Wanted, Words, row};
use crate::wire::is_timeout;

/// How many reads a broken check shows.
const READS: usize = 4;

/// One client. Dropped, it closes its socket; with bytes unread, Linux makes a reset of that.
pub(super) struct Peer {
    who: &'static str,
    stream: TcpStream,
    received: Vec<u8>,
    talk: Rc<RefCell<Talk>>,
    timeout: Duration,
    until: Instant,
    sent: String,
    sent_at: Instant,
    /// What was read since something was sent.
    reads: VecDeque<String>,
    ended: Option<Then>,
}

impl Peer {
    /// Connects, within `timeout`.
    pub(super) fn connect(
        who: &'static str,
        address: SocketAddr,
        talk: Rc<RefCell<Talk>>,
        timeout: Duration,
        until: Instant,
    ) -> Result<Peer, Broken> {
        let begun = Instant::now();
        let connected = TcpStream::connect_timeout(&address, timeout).and_then(|stream| {
            stream.set_nodelay(true)?;
            stream.set_write_timeout(Some(timeout))?;
            Ok(stream)
        });
        let stream = connected.map_err(|error| {
            let wanted = Wanted::Said(["a connection", "соединение"]);
            let got = vec![error.to_string()];
            Broken { sent: format!("connect {address}"), wanted, got, then: Then::Refused, after: begun.elapsed() }
        })?;
        talk.borrow_mut().push(who, "--", &format!("connect {address}"));
        let (sent, reads) = (format!("connect {address}"), VecDeque::new());
        Ok(Peer { who, stream, received: Vec::new(), talk, timeout, until, sent, sent_at: begun, reads, ended: None })
    }

    /// From now on each wait has another bound.
    pub(super) fn patient(mut self, timeout: Duration) -> Peer {
        self.timeout = timeout;
        self
    }

    /// Sends a line.
    pub(super) fn send(&mut self, line: &str) -> Result<(), Broken> {
        self.send_bytes(format!("{line}\n").as_bytes())
    }

    /// Sends bytes as they are. A server that has closed takes nothing: what it said before is still read.
    pub(super) fn send_bytes(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        self.sent = row(bytes);
        self.sent_at = Instant::now();
        self.reads.clear();
        self.talk.borrow_mut().push(self.who, "->", &row(bytes));
        match (&self.stream).write_all(bytes) {
            Err(error) if is_timeout(&error) => Err(self.broken(Wanted::Takes, Then::Silence)),
            _ => Ok(()),
        }
    }

    /// Sends no more.
    pub(super) fn end_of_stream(&mut self) {
        self.talk.borrow_mut().push(self.who, "->", "end of stream");
        self.sent += ", end of stream";
        // A socket that is closed already is as good.
        self.stream.shutdown(Shutdown::Write).unwrap_or_default();
    }

    /// Ends the connection with a reset: what came is left unread, and then Linux says so to the other side.
    pub(super) fn reset(self) -> Result<(), Broken> {
        let begun = Instant::now();
        self.stream.set_read_timeout(Some(self.left(begun).max(SHORTEST))).unwrap_or_default();
        let peeked = self.stream.peek(&mut [0]);
        self.talk.borrow_mut().push(self.who, "->", "reset");
        match peeked {
            Ok(count) if count > 0 => Ok(()),
            _ => Err(self.broken(Wanted::Said(["an answer", "ответ"]), Then::Silence)),
        }
    }

    /// The next line, whatever it is.
    pub(super) fn line(&mut self, wanted: &Wanted) -> Result<String, Broken> {
        self.line_since(Instant::now(), wanted)
    }

    /// The next line is this one.
    pub(super) fn expect(&mut self, line: &str) -> Result<(), Broken> {
        let wanted = Wanted::Line(line.to_owned());
        let got = self.line(&wanted)?;
        if got == line { Ok(()) } else { Err(self.broken(wanted, Then::Line)) }
    }

    /// Reads on to this line; gives those before it.
    pub(super) fn skip_to(&mut self, line: &str) -> Result<Vec<String>, Broken> {
        self.skip_until(&Wanted::Line(line.to_owned()), |got| got == line).map(|(before, _)| before)
    }

    /// Reads on to a line that begins so, and gives it.
    pub(super) fn skip_to_start(&mut self, start: &str) -> Result<String, Broken> {
        self.skip_until(&Wanted::Start(start.to_owned()), |got| got.starts_with(start)).map(|(_, line)| line)
    }

    /// Reads on to a line that ends so, and gives what stands before.
    pub(super) fn skip_to_echo(&mut self, text: &str) -> Result<String, Broken> {
        let (_, line) = self.skip_until(&Wanted::Echo(text.to_owned()), |got| got.ends_with(text))?;
        Ok(line.strip_suffix(text).unwrap_or_default().to_owned())
    }

    /// Reads on to a line that is wanted; gives those before it, and itself.
    pub(super) fn skip_until(
        &mut self,
        wanted: &Wanted,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<(Vec<String>, String), Broken> {
        let (begun, mut before) = (Instant::now(), Vec::new());
        loop {
            let line = self.line_since(begun, wanted)?;
            if is_wanted(&line) {
                return Ok((before, line));
            }
            before.push(line);
        }
    }

    /// Waits for a text, be it a line or not.
    pub(super) fn expect_text(&mut self, text: &str) -> Result<(), Broken> {
        let (begun, wanted) = (Instant::now(), Wanted::Echo(text.to_owned()));
        loop {
            if let Some(at) = position(&self.received, text.as_bytes()) {
                self.received.drain(..at + text.len());
                return Ok(());
            }
            // What cannot be part of it is dropped: a server may flood.
            let kept = self.received.len().min(KEPT);
            self.received.drain(..self.received.len() - kept);
            self.fill(begun, &wanted)?;
        }
    }

    /// Waits for the first line, and looks for a text in it. What came stays to be read.
    pub(super) fn is_in_first_line(&mut self, text: &str) -> Result<bool, Broken> {
        let (begun, wanted) = (Instant::now(), Wanted::Said(["an answer", "ответ"]));
        loop {
            let line = self.received.split(|&byte| byte == b'\n').next().unwrap_or_default();
            if position(line, text.as_bytes()).is_some() {
                return Ok(true);
            }
            if line.len() < self.received.len() {
                return Ok(false);
            }
            self.fill(begun, &wanted)?;
        }
    }

    /// Waits for whatever comes next, or until it is clear that nothing does. What came stays to be read.
    pub(super) fn hear(&mut self) -> Result<(), Broken> {
        let outcome = self.fill(Instant::now(), &Wanted::Said(["an answer", "ответ"]));
        if self.ended.is_none() { Ok(()) } else { outcome }
    }

    /// Reads on to the orderly end; gives the lines before it, a last one without newline too.
    pub(super) fn end(&mut self) -> Result<Vec<String>, Broken> {
        let (begun, mut before) = (Instant::now(), Vec::new());
        loop {
            match self.line_since(begun, &Wanted::End) {
                Ok(line) => before.push(line),
                Err(broken) if broken.then == Then::End => {
                    let rest = std::mem::take(&mut self.received);
                    before.extend((!rest.is_empty()).then(|| String::from_utf8_lossy(&rest).into_owned()));
                    return Ok(before);
                }
                Err(broken) => return Err(broken),
            }
        }
    }

    /// Something came that must not, or in a wrong order.
    pub(super) fn fails(&self, wanted: Words) -> Broken {
        self.broken(Wanted::Said(wanted), Then::Line)
    }

    fn line_since(&mut self, begun: Instant, wanted: &Wanted) -> Result<String, Broken> {
        loop {
            if let Some(newline) = self.received.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.received.drain(..=newline).collect();
                let line = line.strip_suffix(b"\n").unwrap_or(&line);
                return Ok(String::from_utf8_lossy(line).into_owned());
            }
            self.fill(begun, wanted)?;
        }
    }

    fn left(&self, begun: Instant) -> Duration {
        (begun + self.timeout).min(self.until).saturating_duration_since(Instant::now())
    }

    /// One `read`.
    fn fill(&mut self, begun: Instant, wanted: &Wanted) -> Result<(), Broken> {
        let mut buffer = [0; 16 * 1024];
        let left = self.left(begun);
        let read = match self.ended {
            Some(then) => Err(then),
            None if left.is_zero() || self.received.len() > UNFINISHED => Err(Then::Silence),
            None => self.read(left, &mut buffer),
        };
        match read {
            Ok(count) => {
                let bytes = buffer.get(..count).unwrap_or_default();
                self.received.extend_from_slice(bytes);
                self.reads.truncate(READS - 1);
                self.reads.push_front(row(bytes));
                self.talk.borrow_mut().push(self.who, "<-", &row(bytes));
                Ok(())
            }
            Err(then) => Err(self.broken(wanted.clone(), then)),
        }
    }

    fn read(&mut self, left: Duration, buffer: &mut [u8]) -> Result<usize, Then> {
        let read = self.stream.set_read_timeout(Some(left.max(SHORTEST))).and_then(|()| (&self.stream).read(buffer));
        let then = match read {
            Ok(0) => Then::End,
            Ok(count) => return Ok(count),
            Err(error) if is_timeout(&error) => return Err(Then::Silence),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return self.read(left, buffer),
            Err(_) => Then::Reset,
        };
        self.ended = Some(then);
        self.talk.borrow_mut().push(self.who, "<-", if then == Then::End { "end of stream" } else { "reset" });
        Err(then)
    }

    fn broken(&self, wanted: Wanted, then: Then) -> Broken {
        let got = self.reads.iter().rev().cloned().collect();
        Broken { sent: self.sent.clone(), wanted, got, then, after: self.sent_at.elapsed() }
    }
}

/// What is kept of bytes in which a text was not found: longer than any such text.
const KEPT: usize = 1024;
/// A timeout of zero means none at all.
const SHORTEST: Duration = Duration::from_millis(1);
/// Bytes without a newline after which no line is waited for any more.
const UNFINISHED: usize = 1024 * 1024;

fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text)
}
