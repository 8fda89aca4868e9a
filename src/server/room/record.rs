//! Robust: what a client was written, for the case that its connection breaks and it comes back: then it gets just the
//! lines that it has missed. Part of the delivery thread's state, as the room is. Pure.

use std::collections::VecDeque;

use crate::limits::RECORD_BYTES;
use crate::protocol;
use crate::server::robust::connection::ClientId;

/// The last lines that one client was written, counted from the one that named its session.
#[derive(Debug, Default)]
pub(super) struct Record {
    /// Whole lines, and perhaps one that is not whole yet.
    bytes: VecDeque<u8>,
    /// How many lines came before the first of `bytes`.
    forgotten: u64,
    /// How many lines there have been in all.
    lines: u64,
    /// It has a new connection, and is to be told how its session stands: what it says that it has, and how many of its
    /// own lines were taken.
    pub(super) returned: Option<Returned>,
    /// Its connection is lost: who has written to it alone since then.
    pub(super) unread: Option<Vec<ClientId>>,
}

/// Where both sides stand when a client comes back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Returned {
    /// How many sockets its session had before this one.
    pub(super) sockets: u32,
    /// Lines that the client has received.
    pub(super) received: u64,
    /// Lines of the client's that the server has read.
    pub(super) taken: u64,
}

impl Record {
    /// Keeps what is being written. Of old lines no more than `RECORD_BYTES` are kept.
    pub(super) fn keep(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        self.lines += newlines(bytes);
        while self.bytes.len() > RECORD_BYTES {
            let first = self.bytes.iter().position(|&byte| byte == b'\n').map_or(self.bytes.len(), |end| end + 1);
            self.bytes.drain(..first);
            self.forgotten += 1;
        }
    }

    /// What a client that has come back is written: how its session stands, and every line that it has missed.
    pub(super) fn missed(&self, returned: Returned) -> Vec<u8> {
        let received = returned.received.min(self.lines);
        let lost = self.forgotten.saturating_sub(received);
        let has = received.saturating_sub(self.forgotten);
        let mut rest = self.bytes.iter().copied();
        for _ in 0..has {
            rest.find(|&byte| byte == b'\n');
        }
        let follow = self.lines - received.max(self.forgotten);
        let mut missed = protocol::resumed(returned.taken, follow, lost).into_bytes();
        missed.push(b'\n');
        missed.extend(rest);
        missed
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|&&byte| byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missed(record: &Record, received: u64) -> String {
        String::from_utf8(record.missed(Returned { sockets: 1, received, taken: 7 })).expect("it was UTF-8")
    }

    #[test]
    fn who_comes_back_gets_what_it_has_missed_and_nothing_twice() {
        let mut record = Record::default();
        record.keep(b"one\ntwo\n");
        record.keep(b"three\n");
        assert_eq!(missed(&record, 0), "Resumed: 7 taken, 3 follow, 0 lost\none\ntwo\nthree\n");
        assert_eq!(missed(&record, 2), "Resumed: 7 taken, 1 follow, 0 lost\nthree\n");
        assert_eq!(missed(&record, 3), "Resumed: 7 taken, 0 follow, 0 lost\n");
        assert_eq!(missed(&record, 99), missed(&record, 3), "nobody has received more than there was");
    }

    #[test]
    fn what_could_not_be_kept_is_counted() {
        let mut record = Record::default();
        let line = format!("{}\n", "x".repeat(999));
        let kept = RECORD_BYTES as u64 / 1000;
        for _ in 0..kept + 5 {
            record.keep(line.as_bytes());
        }
        assert!(missed(&record, 2).starts_with(&format!("Resumed: 7 taken, {kept} follow, 3 lost\nxxx")));
        assert!(missed(&record, 5).starts_with(&format!("Resumed: 7 taken, {kept} follow, 0 lost\nxxx")));
        assert!(missed(&record, 6).starts_with(&format!("Resumed: 7 taken, {} follow, 0 lost\nxxx", kept - 1)));
        assert!(record.bytes.len() <= RECORD_BYTES);
    }
}
