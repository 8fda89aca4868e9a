//! Robust: what waits for a socket that did not take it. Plain state, under its connection's lock: the writers do the
//! I/O.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::leave::Leave;
use crate::limits::{BACKLOG_BYTES, CHUNK_BYTES, CHUNK_WRITES, LATE_PIECE_BYTES, LATE_STOPPED};
use crate::server::tap::Tap;
use crate::wire;

/// The backlog of one client.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    /// A late thread writes this socket, and the delivery thread only appends.
    pub(crate) late: bool,
    /// What waits, in order and in pieces: so that a long one is neither moved as it grows nor kept when it has shrunk.
    pub(crate) pieces: VecDeque<Vec<u8>>,
    /// Bytes that the socket has not taken, with those of the piece that is being written.
    waiting: usize,
    /// When the socket last took something; from then on it is late.
    last_taken: Option<Instant>,
    /// The goodbye is the last in `pieces`: after it the writing side is shut.
    pub(crate) closing: bool,
    /// Since when the goodbye is out.
    pub(crate) closed: Option<Instant>,
    /// When a client that frames nothing was written to last.
    pub(crate) written: Option<Instant>,
    /// Cut, and why: nothing more is written.
    pub(crate) cut: Option<Leave>,
    /// The socket is lost, and perhaps there will be another: nothing is written meanwhile.
    pub(crate) lost: bool,
    /// How many sockets there were before this one: a late thread writes to its own alone.
    pub(crate) sockets: u32,
    /// Asked to leave, and why: what is sent is still written.
    pub(crate) leaves: Option<Leave>,
    /// Counts what is written of it, and what is dropped.
    pub(crate) tap: Tap,
}

/// Who goes first where all backlogs together hold too much: the greatest. Of those for whom much waits whoever has
/// stopped reading, then whoever has most; of the others the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Burden {
    is_large: bool,
    has_stopped: bool,
    pub(crate) bytes: usize,
}

impl Backlog {
    /// From now on a late thread writes.
    pub(crate) fn becomes_late(&mut self) {
        self.late = true;
        self.last_taken = Some(Instant::now());
    }

    /// Takes what a late client is sent: as much as it is, for as long as the client reads. What all of them hold is
    /// bounded by `Writer::keep_bound`.
    pub(crate) fn append(&mut self, bytes: &[u8], closing: bool) {
        if self.cut.is_some() {
            return self.tap.dropped(bytes.len());
        }
        self.closing |= closing;
        self.waiting += bytes.len();
        match self.pieces.back_mut() {
            Some(last) if last.len() + bytes.len() <= LATE_PIECE_BYTES => last.extend_from_slice(bytes),
            _ if bytes.is_empty() => {}
            _ => self.pieces.push_back(bytes.to_vec()),
        }
    }

    /// Whether so many bytes may go out at once to a client that takes one `recv` for one message. Else a late thread
    /// writes them, piece by piece with a pause.
    pub(crate) fn takes_at_once(&mut self, bytes: usize) -> bool {
        let has_paused = self.written.is_none_or(|written| written.elapsed() >= CHUNK_WRITES);
        self.written = Some(Instant::now());
        bytes <= CHUNK_BYTES && has_paused
    }

    /// Takes out what is written next: to such a client whole lines, or else whole letters, as many as one `recv` holds.
    pub(crate) fn next_piece(&mut self, chunks: bool) -> Option<Vec<u8>> {
        let mut piece = self.pieces.pop_front()?;
        if chunks {
            self.written = Some(Instant::now());
            let rest = piece.split_off(wire::chunk(&piece));
            if !rest.is_empty() {
                self.pieces.push_front(rest);
            }
        }
        Some(piece)
    }

    /// The socket has taken so many bytes.
    pub(crate) fn taken(&mut self, bytes: usize) {
        // What was dropped is not delivered, though the socket took it in the same moment.
        self.tap.delivered(bytes.min(self.waiting));
        self.waiting = self.waiting.saturating_sub(bytes);
        self.last_taken = Some(Instant::now());
    }

    /// How long the socket has taken nothing.
    pub(crate) fn stopped_for(&self) -> Duration {
        self.last_taken.map_or(Duration::ZERO, |last| last.elapsed())
    }

    /// What it costs the others.
    pub(crate) fn burden(&self) -> Burden {
        let bytes = self.waiting;
        Burden { is_large: bytes > BACKLOG_BYTES, has_stopped: self.stopped_for() > LATE_STOPPED, bytes }
    }

    /// The socket is lost. What waits is forgotten here: the room has a record of it.
    pub(crate) fn lose(&mut self) {
        self.lost = self.cut.is_none();
        self.tap.dropped(std::mem::take(&mut self.waiting));
        (self.late, self.pieces) = (false, VecDeque::new());
    }

    /// There is another socket. It is not written to yet.
    pub(crate) fn has_another(&mut self) -> u32 {
        self.sockets += 1;
        self.sockets
    }

    /// Writing goes on with that socket. False: it is lost again, or was never written to.
    pub(crate) fn goes_on(&mut self, sockets: u32) -> bool {
        let is_it = self.sockets == sockets && self.cut.is_none();
        self.lost &= !is_it;
        is_it
    }

    /// Whether that socket, of which this many came before, is the one to be written to.
    pub(crate) fn is_at(&self, sockets: u32) -> bool {
        !self.lost && self.sockets == sockets
    }

    /// Forgets what waits. The first reason stands.
    pub(crate) fn cut_off(&mut self, why: Leave) {
        self.cut.get_or_insert(why);
        self.pieces = VecDeque::new();
        self.tap.dropped(std::mem::take(&mut self.waiting));
    }

    /// Nothing more will be written: the goodbye is out, or the client was cut.
    pub(crate) fn has_ended(&self) -> bool {
        self.closed.is_some() || self.cut.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_socket_takes_is_what_was_appended_in_order() {
        let mut backlog = Backlog::default();
        backlog.becomes_late();
        let mut expected = Vec::new();
        for i in 0..10_000_u32 {
            let line = format!("line {i}\n").repeat(1 + i as usize % 50);
            expected.extend_from_slice(line.as_bytes());
            backlog.append(line.as_bytes(), false);
        }
        assert_eq!(backlog.burden().bytes, expected.len());
        let mut taken = Vec::new();
        while let Some(piece) = backlog.pieces.pop_front() {
            assert!(piece.len() <= LATE_PIECE_BYTES);
            backlog.taken(piece.len());
            taken.extend(piece);
        }
        assert!(taken == expected);
        assert_eq!(backlog.burden().bytes, 0);
    }

    #[test]
    fn the_largest_that_has_stopped_goes_first_and_who_is_hardly_behind_goes_last() {
        let burden = |waiting, stopped: u64| {
            let last_taken = Instant::now().checked_sub(Duration::from_secs(stopped));
            Backlog { waiting, last_taken, ..Backlog::default() }.burden()
        };
        let (large, small) = (10 * BACKLOG_BYTES, BACKLOG_BYTES / 2);
        let order = [burden(large, 2), burden(large - 1, 5), burden(2 * large, 0), burden(small, 5), burden(small, 0)];
        assert!(order.is_sorted_by(|before, after| before > after), "{order:?}");
    }
}
