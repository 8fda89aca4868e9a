//! Robust: writing to sockets without ever waiting for one: `Writer`, which only the delivery thread has, and the late
//! thread, which writes what a slow client's socket did not take. Touches that client's socket and backlog.
//!
//! # Threads
//! A late thread (`late-17`) is started by the delivery thread and ends when its client has caught up, was cut, or its
//! socket broke. It holds an `alive` handle, by which `start_server` waits for it.
//!
//! # Locks
//! The backlog's, never over a write.

use std::convert::Infallible;
use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::{Arc, Weak};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::backlog::Burden;
use super::connection::Connection;
use super::leave::Leave;
use super::places::{Spare, Spares};
use crate::limits::{BACKLOG_BYTES, BACKLOGS_BYTES, CHUNK_WRITES, LAST_WORDS, LATE_PATIENCE, LATE_STACK, LATE_WRITE};
use crate::protocol::DISCONNECTED;
use crate::server::tap::{Outcomes, Tap};
use crate::sockopts;
use crate::wire::{Framing, is_timeout};

/// Writes for the delivery thread: at once what the socket takes, by a late thread what it does not.
pub(crate) struct Writer {
    /// Bounds the late threads.
    spares: Arc<Spares>,
    /// Held by every thread that `start_server` waits for.
    alive: Sender<Infallible>,
    /// Who is late. Whoever has gone meanwhile is forgotten here, and its descriptor with it.
    late: Vec<Weak<Connection>>,
    /// Bytes that may wait for all of them together.
    bound: usize,
    /// How the writes of this batch came out, for whoever looks on.
    pub(crate) outcomes: Outcomes,
}

impl Writer {
    /// A writer for whom nobody is late yet. Where the machine has room for few late threads, it has for few backlogs.
    pub(crate) fn new(spares: Arc<Spares>, alive: Sender<Infallible>) -> Self {
        let bound = BACKLOGS_BYTES.min(spares.left().saturating_mul(BACKLOG_BYTES));
        Writer { spares, alive, late: Vec::new(), bound, outcomes: Outcomes::default() }
    }

    /// The same, with somebody who may look on.
    pub(crate) fn watched(self, tap: Tap) -> Self {
        Writer { outcomes: Outcomes::new(tap), ..self }
    }

    /// What is told to whoever looks on.
    pub(crate) fn tap(&self) -> Tap {
        self.outcomes.tap()
    }

    /// Bounds what waits for all late clients together. Where it is too much, whoever burdens the others most is cut,
    /// until it is not. Called between two batches, never within one: who is given a receipt in a batch is not cut for
    /// the others before it is handed the message.
    pub(crate) fn keep_bound(&mut self) {
        let mut late: Vec<(Burden, Arc<Connection>)> = Vec::new();
        self.late.retain(|connection| {
            let Some(connection) = connection.upgrade().filter(|connection| connection.is_late()) else { return false };
            let burden = connection.backlog.lock().burden();
            late.push((burden, connection));
            true
        });
        let mut waiting: usize = late.iter().map(|(burden, _)| burden.bytes).sum();
        if waiting <= self.bound {
            return;
        }
        late.sort_by_key(|(burden, _)| *burden);
        while let Some((burden, connection)) = late.pop().filter(|_| waiting > self.bound) {
            log::debug!("{} goes first: {} bytes wait for it, {waiting} for all", connection.id, burden.bytes);
            // Its late thread finds out, says the last words, and ends the connection.
            connection.backlog.lock().cut_off(Leave::TooLate);
            connection.tap.cut(connection.id, Leave::TooLate);
            waiting -= burden.bytes;
        }
    }

    /// Hands `bytes` to the socket or to the backlog, and never waits. After the last bytes (`closing`) the writing
    /// side is shut. A socket that is broken is cut; its own thread finds out and leaves.
    pub(crate) fn write(&mut self, connection: &Arc<Connection>, bytes: &[u8], closing: bool) {
        {
            let mut backlog = connection.backlog.lock();
            if backlog.lost {
                drop(backlog);
                self.outcomes.broke(connection.id, bytes.len());
                if closing {
                    connection.close();
                }
                return;
            }
            if backlog.late || backlog.cut.is_some() {
                self.outcomes.appended(connection.id, bytes.len(), backlog.cut.is_some());
                return backlog.append(bytes, closing);
            }
        }
        match send_at_once(connection, bytes) {
            Ok(taken) if taken == bytes.len() => {
                log::trace!("wrote {taken} bytes to {}", connection.id);
                self.outcomes.written(taken);
                if closing {
                    connection.close();
                }
            }
            Ok(taken) => {
                self.outcomes.late(connection.id, taken, bytes.len());
                self.becomes_late(connection, bytes.get(taken..).unwrap_or_default(), closing);
            }
            Err(error) => {
                self.outcomes.broke(connection.id, bytes.len());
                connection.broke(Leave::Broken(error.kind()));
            }
        }
    }

    /// The socket is full, or its client needs pauses: what it was not given, half a line perhaps, goes first into the
    /// backlog.
    fn becomes_late(&mut self, connection: &Arc<Connection>, rest: &[u8], closing: bool) {
        log::debug!("{} is late: its socket did not take {} bytes at once", connection.id, rest.len());
        let sockets = {
            let mut backlog = connection.backlog.lock();
            backlog.becomes_late();
            backlog.append(rest, closing);
            backlog.sockets
        };
        let Some(spare) = self.spares.take() else { return connection.cut(Leave::TooLate) };
        self.late.push(Arc::downgrade(connection));
        let (its_connection, alive) = (Arc::clone(connection), self.alive.clone());
        let builder = thread::Builder::new().name(format!("late-{}", connection.id.0)).stack_size(LATE_STACK);
        if let Err(error) = builder.spawn(move || late(&its_connection, sockets, spare, alive)) {
            log::warn!("no thread for the late {}: {error}", connection.id);
            connection.cut(Leave::TooLate);
        }
    }
}

/// What the socket takes at once; nothing where its client needs a pause before it.
fn send_at_once(connection: &Connection, bytes: &[u8]) -> io::Result<usize> {
    if connection.written() == Framing::Chunks && !connection.backlog.lock().takes_at_once(bytes.len()) {
        return Ok(0);
    }
    if connection.tap.stalls(connection.id) { Ok(0) } else { sockopts::send_now(&connection.stream(), bytes) }
}

/// The late thread: writes until nothing waits, or the client is too late. Takes "would block" as "again".
/// Where the session has another socket by then, this thread's work is over.
fn late(connection: &Connection, sockets: u32, _spare: Spare, _alive: Sender<Infallible>) {
    let stream = connection.stream();
    let caught_up = catch_up(connection, &stream, sockets);
    match caught_up {
        Ok(()) => connection.tap.caught_up(connection.id),
        Err(why) => connection.tap.cut(connection.id, why),
    }
    match caught_up {
        Ok(()) => log::debug!("{} has caught up, or has another socket", connection.id),
        Err(_) if !connection.backlog.lock().is_at(sockets) => log::debug!("{} has lost its socket", connection.id),
        // It is kept what it has missed, as far as that may go.
        Err(Leave::TooLate) if connection.ticket().is_some() => connection.broke(Leave::TooLate),
        Err(Leave::TooLate) => {
            log::warn!("{} is too late: it did not read what it was sent", connection.id);
            connection.backlog.lock().cut_off(Leave::TooLate);
            last_words(&stream);
            connection.shutdown();
        }
        Err(leave) => connection.broke(leave),
    }
}

/// Writes piece after piece. Ends with `late` unset, or with the reason to cut the client.
fn catch_up(connection: &Connection, stream: &TcpStream, sockets: u32) -> Result<(), Leave> {
    let chunks = connection.written() == Framing::Chunks;
    loop {
        let (piece, closing) = {
            let mut backlog = connection.backlog.lock();
            if let Some(why) = backlog.cut {
                return Err(why);
            }
            if !backlog.is_at(sockets) {
                return Ok(());
            }
            let piece = backlog.next_piece(chunks).unwrap_or_default();
            if piece.is_empty() && !backlog.closing {
                backlog.late = false;
                return Ok(());
            }
            (piece, backlog.closing)
        };
        if piece.is_empty() && closing {
            connection.close();
            return Ok(());
        }
        write_piece(connection, stream, &piece)?;
        if chunks {
            // What ends this wait early is that it was cut.
            connection.wait_ended(CHUNK_WRITES);
        }
    }
}

/// Writes one piece, as long as the socket takes a byte now and then.
fn write_piece(connection: &Connection, stream: &TcpStream, mut piece: &[u8]) -> Result<(), Leave> {
    let mut waited = Duration::ZERO;
    while !piece.is_empty() {
        let begun = Instant::now();
        match offer(connection, stream, piece) {
            Ok(taken) => {
                log::trace!("wrote {taken} bytes to {}", connection.id);
                piece = piece.get(taken..).unwrap_or_default();
                let left = {
                    let mut backlog = connection.backlog.lock();
                    backlog.taken(taken);
                    backlog.burden().bytes
                };
                connection.tap.late_wrote(connection.id, taken, left);
                waited = Duration::ZERO;
            }
            Err(error) if is_timeout(&error) => {
                // No single wait counts for more than it was to take: this process may have been stopped meanwhile.
                waited += begun.elapsed().min(LATE_WRITE);
                let why = connection.why_cut();
                if why.is_some() || waited > LATE_PATIENCE {
                    return Err(why.unwrap_or(Leave::TooLate));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Leave::Broken(error.kind())),
        }
    }
    Ok(())
}

/// What the socket takes of a piece within `LATE_WRITE`. The lab may have it take nothing.
fn offer(connection: &Connection, mut stream: &TcpStream, piece: &[u8]) -> io::Result<usize> {
    if !connection.tap.stalls(connection.id) {
        return stream.write(piece);
    }
    connection.wait_ended(LATE_WRITE);
    Err(io::ErrorKind::WouldBlock.into())
}

/// Tells a client why it is cut, if its socket takes that within a second. The stream may stand inside a line, which
/// is ended first.
fn last_words(mut stream: &TcpStream) {
    let reason = Leave::TooLate.reason().unwrap_or_default();
    let words = format!("\n{reason}\n{DISCONNECTED}\n");
    let deadline = Instant::now() + LAST_WORDS;
    loop {
        match stream.write(words.as_bytes()) {
            Err(error) if is_timeout(&error) && Instant::now() < deadline => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener};

    use crossbeam_channel::{Receiver, bounded};

    use super::*;
    use crate::limits::LATE_PIECE_BYTES;
    use crate::server::robust::connection::ClientId;

    /// A connection whose peer never reads, and the peer.
    fn unread(id: u64) -> (Arc<Connection>, TcpStream) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let peer = TcpStream::connect(listener.local_addr().expect("it is bound")).expect("it listens");
        let (stream, address) = listener.accept().expect("somebody has connected");
        sockopts::tune(&stream, std::time::Duration::from_secs(110)).expect("a socket takes its options");
        (Arc::new(Connection::new(ClientId(id), stream, address, Framing::Lines)), peer)
    }

    fn writer(late_threads: usize) -> (Writer, Receiver<Infallible>) {
        let (alive, ended) = bounded(0);
        (Writer::new(Spares::new(late_threads), alive), ended)
    }

    /// Writes until the socket has taken all that it takes.
    fn fills(writer: &mut Writer, connection: &Arc<Connection>) {
        while !connection.backlog.lock().late {
            writer.write(connection, &[b'x'; LATE_PIECE_BYTES], false);
        }
    }

    #[test]
    fn who_is_late_where_no_late_thread_is_left_is_cut() {
        let (mut writer, ended) = writer(1);
        let ((first, first_peer), (second, _second_peer)) = (unread(1), unread(2));
        fills(&mut writer, &first);
        fills(&mut writer, &second);
        assert_eq!((first.why_cut(), second.why_cut()), (None, Some(Leave::TooLate)));
        // The first one's late thread ends with its socket.
        drop((writer, first_peer));
        assert!(ended.recv().is_err());
    }

    #[test]
    fn where_all_backlogs_together_hold_too_much_the_largest_goes_first_and_only_between_two_batches() {
        let (mut writer, ended) = writer(3);
        let clients: Vec<_> = (0..3).map(unread).collect();
        for (connection, _) in &clients {
            fills(&mut writer, connection);
        }
        writer.bound = 40 * LATE_PIECE_BYTES;
        for (count, (connection, _)) in clients.iter().enumerate() {
            (0..10 * (count + 1)).for_each(|_| writer.write(connection, &[b'x'; LATE_PIECE_BYTES], false));
        }
        let cut = || clients.iter().map(|(connection, _)| connection.why_cut()).collect::<Vec<_>>();
        assert_eq!(cut(), [None; 3], "60 pieces wait, and the batch goes on");
        writer.keep_bound();
        assert_eq!(cut(), [None, None, Some(Leave::TooLate)], "30 pieces wait");
        writer.keep_bound();
        assert_eq!(cut(), [None, None, Some(Leave::TooLate)]);
        drop((writer, clients));
        assert!(ended.recv().is_err());
    }
}
