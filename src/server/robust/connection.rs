//! Robust: one client's connection: its socket, and the backlog of what the socket has not taken yet. Touches that
//! socket.
//!
//! # Threads
//! The client's own thread reads the socket. One thread writes it: the delivery thread or, while the client is late,
//! its late thread. `&TcpStream` reads and writes, so one descriptor serves them all.
//!
//! # Locks
//! `backlog` guards who writes and what waits. Nothing else is taken under it, and no I/O happens under it. Only the
//! delivery thread makes a client late; only the late thread makes it punctual again, when nothing waits any more.

use std::fmt;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::backlog::Backlog;
use super::leave::Leave;
use super::origin::Origin;
use super::ticket::Ticket;
use crate::server::tap::Tap;
use crate::wire::Framing;

/// The number of a client, unique while the server runs; the log, the thread's name and the lists go by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(pub u64);

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client-{}", self.0)
    }
}

/// A client's connection, shared by the threads that read, write and cut it.
#[derive(Debug)]
pub struct Connection {
    /// Whose it is.
    pub id: ClientId,
    /// The socket: another one where the session goes on with another connection.
    stream: Mutex<Arc<TcpStream>>,
    /// With it the session may go on with another connection. In a box, since few have it at first.
    ticket: OnceLock<Box<Ticket>>,
    /// Where it comes from.
    from: SocketAddr,
    /// Where its client is, if a balancer has brought it.
    client: OnceLock<SocketAddr>,
    /// How messages are told apart on the port where it came in.
    pub framing: Framing,
    /// Came in on the port without framing, and sends lines all the same.
    sends_lines: AtomicBool,
    pub(crate) backlog: Mutex<Backlog>,
    pub(crate) tap: Tap,
    /// Told when the goodbye is out, or the connection was cut.
    ended: Condvar,
    /// When it came.
    pub(crate) since: Instant,
    /// What is said of it where somebody has sent it away.
    sent_away: OnceLock<String>,
}

impl Connection {
    /// A connection with nothing in its backlog.
    pub fn new(id: ClientId, stream: TcpStream, address: SocketAddr, framing: Framing) -> Self {
        let sends_lines = AtomicBool::new(framing == Framing::Lines);
        let (client, since, sent_away) = (OnceLock::new(), Instant::now(), OnceLock::new());
        let (backlog, tap, ended) = (Mutex::default(), Tap::default(), Condvar::new());
        let (stream, ticket) = (Mutex::new(Arc::new(stream)), OnceLock::new());
        Connection {
            id,
            stream,
            ticket,
            from: address,
            client,
            framing,
            sends_lines,
            backlog,
            tap,
            ended,
            since,
            sent_away,
        }
    }

    /// The same, with somebody who may look on.
    pub(crate) fn watched(mut self, tap: Tap) -> Self {
        self.backlog.get_mut().tap = tap.clone();
        Connection { tap, ..self }
    }

    /// Its client was heard to send lines: from now on it is written lines too.
    pub(crate) fn sends_lines(&self) {
        self.sends_lines.store(true, Ordering::Relaxed);
    }

    /// How it is written to. The client's thread says so before it puts its answer into the queue, which brings the
    /// delivery thread that news along.
    pub(crate) fn written(&self) -> Framing {
        if self.sends_lines.load(Ordering::Relaxed) { Framing::Lines } else { Framing::Chunks }
    }

    /// The socket as it is now. A thread that keeps it writes to the old one, once there is another.
    pub fn stream(&self) -> Arc<TcpStream> {
        Arc::clone(&self.stream.lock())
    }

    /// The session may go on with another connection. False: it had a ticket already.
    pub(crate) fn has_ticket(&self, ticket: Ticket) -> bool {
        self.ticket.set(Box::new(ticket)).is_ok()
    }

    /// With what the session may go on with another connection.
    pub(crate) fn ticket(&self) -> Option<&Ticket> {
        self.ticket.get().map(Box::as_ref)
    }

    /// The socket is of no use any more, while the session may still go on: nothing is written until it does. Its own
    /// thread wakes from its `read`.
    pub(crate) fn lose(&self) {
        self.backlog.lock().lose();
        self.shutdown();
    }

    /// The socket is lost, and no other one has come yet.
    pub(crate) fn is_lost(&self) -> bool {
        self.backlog.lock().lost
    }

    /// The socket has broken. Who has no ticket is cut.
    pub(crate) fn broke(&self, why: Leave) {
        // After a goodbye there is nothing to come back to.
        if self.ticket().is_some() && !self.backlog.lock().closing { self.lose() } else { self.cut(why) }
    }

    /// The session reads from this socket now. It is not written to before the delivery thread has come to what was missed:
    /// `goes_on` with this number.
    pub(crate) fn has_another(&self, stream: Arc<TcpStream>) -> u32 {
        *self.stream.lock() = stream;
        self.tap.cut(self.id, Leave::Resumed);
        self.backlog.lock().has_another()
    }

    /// Writing goes on with that socket, unless it is lost again.
    pub(crate) fn goes_on(&self, sockets: u32) -> bool {
        self.backlog.lock().goes_on(sockets)
    }

    /// Where the client is.
    pub fn address(&self) -> SocketAddr {
        self.client.get().copied().unwrap_or(self.from)
    }

    /// A balancer has brought it for a client at this address.
    pub(crate) fn is_of(&self, client: SocketAddr) {
        self.client.get_or_init(|| client);
    }

    /// Whose limits it counts for.
    pub(crate) fn origin(&self) -> Origin {
        Origin::of(self.address().ip())
    }

    /// Ends the connection at once, both ways. The client's own thread wakes from its `read` and leaves by itself.
    pub fn cut(&self, why: Leave) {
        self.backlog.lock().cut_off(why);
        self.shutdown();
        self.ended.notify_all();
    }

    /// Wakes whoever reads or writes this socket; what was on the way may be lost.
    pub fn shutdown(&self) {
        // An error means that the connection has already ended, which is what was wanted.
        self.stream().shutdown(Shutdown::Both).unwrap_or_default();
    }

    /// Why the connection was cut, if it was.
    pub fn why_cut(&self) -> Option<Leave> {
        self.backlog.lock().cut
    }

    /// Asks its session to end. Unlike a connection that is cut, it is told why: its own thread wakes from its `read`,
    /// and says goodbye.
    pub fn ask_to_leave(&self, why: Leave) {
        self.backlog.lock().leaves.get_or_insert(why);
        // An error means that the connection has already ended.
        self.stream().shutdown(Shutdown::Read).unwrap_or_default();
    }

    /// Asks its session to end, with these words: it is told them, and so is the group. The first ones stand.
    pub(crate) fn send_away(&self, words: String) {
        self.sent_away.get_or_init(|| words);
        self.ask_to_leave(Leave::SentAway);
    }

    /// The words with which it was sent away.
    pub(crate) fn words(&self) -> Option<&str> {
        self.sent_away.get().map(String::as_str)
    }

    /// Bytes that wait for its socket.
    pub(crate) fn waiting(&self) -> usize {
        self.backlog.lock().burden().bytes
    }

    /// Why its session is to end, if it is: it was cut, or asked to leave.
    pub(crate) fn why_ends(&self) -> Option<Leave> {
        let backlog = self.backlog.lock();
        backlog.cut.or(backlog.leaves)
    }

    /// Something that was sent waits for the socket.
    pub(crate) fn is_late(&self) -> bool {
        self.backlog.lock().late
    }

    /// Nothing more will be written: the goodbye is out, or the connection was cut.
    pub fn has_ended(&self) -> bool {
        self.backlog.lock().has_ended()
    }

    /// Since when the goodbye is out.
    pub(crate) fn closed_at(&self) -> Option<Instant> {
        self.backlog.lock().closed
    }

    /// Nothing more will be written, after waiting for that up to `time`.
    pub fn wait_ended(&self, time: Duration) -> bool {
        let mut backlog = self.backlog.lock();
        self.ended.wait_while_for(&mut backlog, |backlog| !backlog.has_ended(), time);
        backlog.has_ended()
    }

    /// The goodbye is written: shuts the writing side, so that the peer reads its end after the last line.
    pub(crate) fn close(&self) {
        self.stream().shutdown(Shutdown::Write).unwrap_or_default();
        self.backlog.lock().closed = Some(Instant::now());
        self.ended.notify_all();
    }
}
