//! Writing to sockets without ever waiting for one: `Writer`, which only the delivery thread has, and the late thread,
//! which writes what a slow client's socket did not take. Touches that client's socket and backlog.
//!
//! # Threads
//! A late thread (`late-17`) is started by the delivery thread and ends when its client has caught up, was cut, or its
//! socket broke. It holds an `alive` handle, by which `start_server` waits for it.
//!
//! # Locks
//! The backlog's, never over a write.

use std::convert::Infallible;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::connection::Connection;
use super::leave::Leave;
use super::places::{Place, Places};
use crate::limits::{CHUNK_WRITES, LAST_WORDS, LATE_PATIENCE, LATE_PIECE_BYTES, LATE_STACK, LATE_WRITE};
use crate::protocol::DISCONNECTED;
use crate::sockopts;
use crate::wire::{Framing, is_timeout};

/// Writes for the delivery thread: at once what the socket takes, by a late thread what it does not.
pub(super) struct Writer {
    /// Bounds the late threads.
    pub(super) places: Arc<Places>,
    /// Held by every thread that `start_server` waits for.
    pub(super) alive: Sender<Infallible>,
}

impl Writer {
    /// Hands `bytes` to the socket or to the backlog, and never waits. After the last bytes (`closing`) the writing
    /// side is shut. A socket that is broken is cut; its own thread finds out and leaves.
    pub(super) fn write(&self, connection: &Arc<Connection>, bytes: &[u8], closing: bool) {
        {
            let mut backlog = connection.backlog.lock();
            if backlog.late || backlog.cut.is_some() {
                return backlog.append(bytes, closing);
            }
        }
        match send_at_once(connection, bytes) {
            Ok(taken) if taken == bytes.len() => {
                log::trace!("wrote {taken} bytes to {}", connection.id);
                if closing {
                    connection.close();
                }
            }
            Ok(taken) => self.becomes_late(connection, bytes.get(taken..).unwrap_or_default(), closing),
            Err(error) => connection.cut(Leave::Broken(error.kind())),
        }
    }

    /// The socket is full, or its client needs pauses: what it was not given, half a line perhaps, goes first into the
    /// backlog.
    fn becomes_late(&self, connection: &Arc<Connection>, rest: &[u8], closing: bool) {
        log::debug!("{} is late: its socket did not take {} bytes at once", connection.id, rest.len());
        {
            let mut backlog = connection.backlog.lock();
            backlog.late = true;
            backlog.append(rest, closing);
        }
        let spawned = self.places.take(connection.address.ip()).map(|place| {
            let (connection, alive) = (Arc::clone(connection), self.alive.clone());
            let builder = thread::Builder::new().name(format!("late-{}", connection.id.0)).stack_size(LATE_STACK);
            builder.spawn(move || late(&connection, place, alive))
        });
        match spawned {
            Ok(Ok(_handle)) => {}
            Ok(Err(error)) => {
                log::warn!("no thread for the late {}: {error}", connection.id);
                connection.cut(Leave::TooLate);
            }
            Err(_full) => connection.cut(Leave::TooLate),
        }
    }
}

/// What the socket takes at once; nothing where its client needs a pause before it.
fn send_at_once(connection: &Connection, bytes: &[u8]) -> io::Result<usize> {
    if connection.written() == Framing::Chunks && !connection.backlog.lock().takes_at_once(bytes.len()) {
        return Ok(0);
    }
    sockopts::send_now(&connection.stream, bytes)
}

/// The late thread: writes until nothing waits, or the client is too late. Takes "would block" as "again".
fn late(connection: &Connection, _place: Place, _alive: Sender<Infallible>) {
    match catch_up(connection) {
        Ok(()) => log::debug!("{} has caught up", connection.id),
        Err(Leave::TooLate) => {
            log::warn!("{} is too late: it did not read what it was sent", connection.id);
            connection.backlog.lock().cut_off(Leave::TooLate);
            last_words(connection);
            connection.shutdown();
        }
        Err(leave) => connection.cut(leave),
    }
}

/// Writes piece after piece. Ends with `late` unset, or with the reason to cut the client.
fn catch_up(connection: &Connection) -> Result<(), Leave> {
    let chunks = connection.written() == Framing::Chunks;
    loop {
        let (piece, closing): (Vec<u8>, bool) = {
            let mut backlog = connection.backlog.lock();
            if let Some(why) = backlog.cut {
                return Err(why);
            }
            let count = backlog.bytes.len().min(LATE_PIECE_BYTES);
            if count == 0 && !backlog.closing {
                backlog.late = false;
                backlog.bytes = std::collections::VecDeque::new();
                return Ok(());
            }
            let piece = if chunks { backlog.next_chunk() } else { backlog.bytes.drain(..count).collect() };
            (piece, backlog.closing)
        };
        if piece.is_empty() && closing {
            connection.close();
            return Ok(());
        }
        write_piece(connection, &piece)?;
        if chunks {
            // What ends this wait early is that it was cut.
            connection.wait_ended(CHUNK_WRITES);
        }
    }
}

/// Writes one piece, as long as the socket takes a byte now and then.
fn write_piece(connection: &Connection, mut piece: &[u8]) -> Result<(), Leave> {
    let mut waited = Duration::ZERO;
    while !piece.is_empty() {
        let begun = Instant::now();
        match (&connection.stream).write(piece) {
            Ok(taken) => {
                log::trace!("wrote {taken} bytes to {}", connection.id);
                piece = piece.get(taken..).unwrap_or_default();
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

/// Tells a client why it is cut, if its socket takes that within a second. The stream may stand inside a line, which
/// is ended first.
fn last_words(connection: &Connection) {
    let reason = Leave::TooLate.reason().unwrap_or_default();
    let words = format!("\n{reason}\n{DISCONNECTED}\n");
    let deadline = Instant::now() + LAST_WORDS;
    loop {
        match (&connection.stream).write(words.as_bytes()) {
            Err(error) if is_timeout(&error) && Instant::now() < deadline => {}
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    use crossbeam_channel::{Receiver, bounded};

    use super::*;
    use crate::limits::BACKLOG_BYTES;
    use crate::server::connection::ClientId;

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
        (Writer { places: Places::new(late_threads, late_threads), alive }, ended)
    }

    /// Writes until the socket has taken all that it takes.
    fn fills(writer: &Writer, connection: &Arc<Connection>) {
        while !connection.backlog.lock().late {
            writer.write(connection, &[b'x'; LATE_PIECE_BYTES], false);
        }
    }

    #[test]
    fn who_is_late_where_no_late_thread_is_left_is_cut() {
        let (writer, ended) = writer(1);
        let ((first, first_peer), (second, _second_peer)) = (unread(1), unread(2));
        fills(&writer, &first);
        fills(&writer, &second);
        assert_eq!((first.why_cut(), second.why_cut()), (None, Some(Leave::TooLate)));
        // The first one's late thread ends with its socket.
        drop((writer, first_peer));
        assert!(ended.recv().is_err());
    }

    #[test]
    fn who_has_no_room_is_cut_before_a_receipt_is_given() {
        let (writer, ended) = writer(1);
        let (connection, peer) = unread(1);
        assert!(connection.cut_unless_room(2 * BACKLOG_BYTES), "its socket has not been asked yet");
        fills(&writer, &connection);
        assert!(connection.cut_unless_room(1000));
        assert_eq!(connection.why_cut(), None);
        assert!(!connection.cut_unless_room(BACKLOG_BYTES + 1));
        assert_eq!(connection.why_cut(), Some(Leave::TooLate));
        assert!(!connection.cut_unless_room(0));
        drop((writer, peer));
        assert!(ended.recv().is_err());
    }
}
