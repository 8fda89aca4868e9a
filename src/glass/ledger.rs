//! Feature glass: what the chat has done, in numbers: for the ledger at the end and for `/metrics`. Touches atomics
//! alone.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters and gauges. Each has one meaning; most are written by the delivery thread alone.
#[derive(Debug, Default)]
pub(super) struct Counts {
    /// Sessions that began.
    pub(super) joined: AtomicU64,
    /// Sessions that ended.
    pub(super) left: AtomicU64,
    /// Messages to the group.
    pub(super) to_all: AtomicU64,
    /// Messages to one.
    pub(super) private: AtomicU64,
    /// Parcels that the delivery thread took.
    pub(super) parcels: AtomicU64,
    /// Batches that it wrote.
    pub(super) batches: AtomicU64,
    /// Bytes that were to be written, once for each recipient.
    pub(super) due: AtomicU64,
    /// Bytes that sockets took.
    pub(super) delivered: AtomicU64,
    /// Bytes that were dropped: their connection was cut, or it broke.
    pub(super) dropped: AtomicU64,
    /// Events that the tap was too full for.
    pub(super) missed: AtomicU64,
    /// Parcels in the queue after the last batch.
    pub(super) depth: AtomicU64,
}

/// Adds to a counter.
pub(super) fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

/// What a counter says.
pub(super) fn value(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// Both sides of the chat's accounts: what has to be equal when all has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ledger {
    /// Sessions that began.
    pub joined: u64,
    /// Sessions that ended.
    pub left: u64,
    /// Bytes due, once for each recipient.
    pub due: u64,
    /// Bytes that sockets took.
    pub delivered: u64,
    /// Bytes dropped with their connection.
    pub dropped: u64,
}

impl Counts {
    pub(super) fn ledger(&self) -> Ledger {
        Ledger {
            joined: value(&self.joined),
            left: value(&self.left),
            due: value(&self.due),
            delivered: value(&self.delivered),
            dropped: value(&self.dropped),
        }
    }
}

impl Ledger {
    /// Who joined has left, and what was due was delivered or dropped.
    pub fn balances(&self) -> bool {
        self.joined == self.left && self.due == self.delivered + self.dropped
    }
}

impl fmt::Display for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ledger { joined, left, due, delivered, dropped } = self;
        let sign = |equal| if equal { '=' } else { '\u{2260}' };
        let (sessions, bytes) = (sign(joined == left), sign(*due == delivered + dropped));
        write!(f, "ledger: {joined} joined {sessions} {left} left; ")?;
        write!(f, "{due} bytes due {bytes} {delivered} delivered + {dropped} dropped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ledger_balances_where_both_of_its_lines_do() {
        let even = Ledger { joined: 2, left: 2, due: 10, delivered: 7, dropped: 3 };
        assert!(even.balances());
        assert_eq!(even.to_string(), "ledger: 2 joined = 2 left; 10 bytes due = 7 delivered + 3 dropped");
        assert!(!Ledger { left: 1, ..even }.balances());
        assert!(!Ledger { dropped: 2, ..even }.balances());
    }
}
