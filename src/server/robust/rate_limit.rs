//! Robust: the rate limit of an address: how fast all who share it may connect, join and write together. Without it a
//! loop that connects anew for every twenty lines would never be delayed. Touches one small lock.
//!
//! Of lines, connections and joins each address has its own measure. What can be heard of all of them together must stay
//! below what a slow reader reads: the bytes are one measure, shared by all addresses that have just used some.
//!
//! # Locks
//! `accounts`: who owes how much. Nothing but arithmetic happens under it, and nobody waits under it: who has to wait
//! does so in its own thread, afterwards. Where the rate is off it is never taken.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::origin::Origin;
use super::pace::Debt;
use crate::limits::{
    ADDRESS_BURST, ADDRESS_CLIENTS, CONNECT_BURST, CONNECT_PATIENCE, CONNECTS_PER_SECOND, HEARD_BURST,
    HEARD_PER_SECOND, JOIN_BURST, JOINS_PER_SECOND, LINE_ADDS, RATE_ADDRESSES, RATE_SLICE,
};

const SECOND: Duration = Duration::from_secs(1);

/// What each address owes.
#[derive(Debug)]
pub(crate) struct RateLimit {
    /// Time that one line costs its address; `None` where the rate is off.
    line: Option<Duration>,
    accounts: Mutex<Accounts>,
}

#[derive(Debug)]
struct Accounts {
    /// Only those that owe something, but for the last moment.
    owing: HashMap<Origin, Account>,
    /// How many of them owe bytes: so many share what can be heard.
    sharing: u32,
    /// When those who owe nothing were last forgotten.
    swept: Instant,
}

#[derive(Debug, Clone, Copy)]
struct Account {
    connections: Debt,
    joins: Debt,
    lines: Debt,
    bytes: Debt,
    /// Counted in `sharing`.
    shares: bool,
}

impl RateLimit {
    /// For clients that may write `per_second` lines a second each, or without any limit.
    pub(crate) fn new(per_second: Option<u32>, now: Instant) -> Self {
        let line = per_second.map(|rate| SECOND / rate.max(1).saturating_mul(ADDRESS_CLIENTS));
        RateLimit { line, accounts: Mutex::new(Accounts { owing: HashMap::new(), sharing: 0, swept: now }) }
    }

    /// Counts one connection, and says how long it waits before anything is asked of it. `None`, and it is not counted,
    /// where that would be too long to be worth a place.
    pub(crate) fn connects(&self, origin: Origin, now: Instant) -> Option<Duration> {
        if self.line.is_none() {
            return Some(Duration::ZERO);
        }
        let mut accounts = self.accounts.lock();
        let (account, _) = accounts.of(origin, now);
        let cost = SECOND / CONNECTS_PER_SECOND;
        let mut after = account.connections;
        let wait = after.add(cost, cost * CONNECT_BURST, now);
        if wait > CONNECT_PATIENCE {
            return None;
        }
        account.connections = after;
        Some(wait)
    }

    /// Counts one session, with its two notices, and says how long it waits before the room hears of it.
    pub(crate) fn joins(&self, origin: Origin, now: Instant) -> Duration {
        if self.line.is_none() {
            return Duration::ZERO;
        }
        let mut accounts = self.accounts.lock();
        let heard = accounts.hears(origin, 2 * LINE_ADDS, now);
        let cost = SECOND / JOINS_PER_SECOND;
        let joins = accounts.of(origin, now).0.joins.add(cost, cost * JOIN_BURST, now);
        heard.max(joins)
    }

    /// Whoever waited to join has gone before its turn: those behind do not wait for that.
    pub(crate) fn joins_not(&self, origin: Origin, now: Instant) {
        if self.line.is_some() {
            self.accounts.lock().of(origin, now).0.joins.give_back(SECOND / JOINS_PER_SECOND);
        }
    }

    /// Counts one line of so many bytes, and says how long it waits before it is dealt with.
    pub(crate) fn writes(&self, origin: Origin, bytes: usize, now: Instant) -> Duration {
        let Some(line) = self.line else { return Duration::ZERO };
        let mut accounts = self.accounts.lock();
        let heard = accounts.hears(origin, bytes + LINE_ADDS, now);
        let lines = accounts.of(origin, now).0.lines.add(line, line * ADDRESS_BURST, now);
        heard.max(lines)
    }
}

impl Accounts {
    /// The account of one address, and how many share the bytes with it. Beyond the bound all unknown ones have one
    /// account together.
    fn of(&mut self, mut origin: Origin, now: Instant) -> (&mut Account, &mut u32) {
        if now > self.swept + RATE_SLICE {
            self.sweep(now);
        }
        if self.owing.len() >= RATE_ADDRESSES && !self.owing.contains_key(&origin) {
            origin = Origin::OTHERS;
        }
        let none = Debt::none(now);
        let new = Account { connections: none, joins: none, lines: none, bytes: none, shares: false };
        (self.owing.entry(origin).or_insert(new), &mut self.sharing)
    }

    /// Counts bytes that others may hear. The more addresses share, the more time each byte costs: what all of them
    /// have together stays the same, and so does what they may have at once.
    fn hears(&mut self, origin: Origin, bytes: usize, now: Instant) -> Duration {
        let (account, sharing) = self.of(origin, now);
        if !account.shares {
            account.shares = true;
            *sharing += 1;
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let cost = (SECOND / HEARD_PER_SECOND).saturating_mul(bytes).saturating_mul(*sharing);
        account.bytes.add(cost, HEARD_BURST, now)
    }

    /// Forgets who owes nothing any more.
    fn sweep(&mut self, now: Instant) {
        self.swept = now;
        self.sharing = 0;
        self.owing.retain(|_, account| {
            account.shares = !account.bytes.is_paid(now);
            self.sharing += u32::from(account.shares);
            let others = [account.connections, account.joins, account.lines];
            account.shares || !others.iter().all(|debt| debt.is_paid(now))
        });
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use crate::limits::{BACKLOG_BYTES, MESSAGE_BYTES, RATE_BURST, RATE_PER_SECOND};

    /// One of many addresses.
    fn address(number: usize) -> Origin {
        Origin::of(Ipv4Addr::from(0x0A00_0000 + u32::try_from(number).expect("few")).into())
    }

    fn limit(now: Instant) -> RateLimit {
        RateLimit::new(Some(RATE_PER_SECOND), now)
    }

    #[test]
    fn a_class_of_a_hundred_behind_one_address_joins_and_types_without_waiting() {
        let start = Instant::now();
        let limit = limit(start);
        for _ in 0..100 {
            assert_eq!(limit.connects(address(1), start), Some(Duration::ZERO));
            assert_eq!(limit.joins(address(1), start), Duration::ZERO);
            assert!((0..2).all(|_| limit.writes(address(1), 5, start).is_zero()), "the nickname and the answer");
        }
        for second in 1..120 {
            let now = start + Duration::from_secs(second);
            assert!((0..100).all(|_| limit.writes(address(1), 60, now).is_zero()), "a line a second each");
        }
    }

    #[test]
    fn lines_joins_and_connections_of_one_address_are_counted_together_and_each_by_itself() {
        let start = Instant::now();
        let limit = limit(start);
        (0..ADDRESS_BURST).for_each(|_| assert_eq!(limit.writes(address(1), 1, start), Duration::ZERO));
        assert_eq!(limit.writes(address(1), 1, start), Duration::from_millis(10));
        (0..JOIN_BURST).for_each(|_| assert_eq!(limit.joins(address(2), start), Duration::ZERO));
        assert_eq!(limit.joins(address(2), start), Duration::from_millis(100));
        (0..500).for_each(|_| {
            assert_eq!(limit.joins(address(2), start), Duration::from_millis(200));
            limit.joins_not(address(2), start);
        });
        (0..CONNECT_BURST).for_each(|_| assert_eq!(limit.connects(address(3), start), Some(Duration::ZERO)));
        for waiting in 1..=100 {
            assert_eq!(limit.connects(address(3), start), Some(Duration::from_millis(100 * waiting)));
        }
        assert!((0..1000).all(|_| limit.connects(address(3), start).is_none()), "no place is worth that wait");
        assert_eq!(limit.connects(address(3), start + SECOND), Some(Duration::from_millis(9100)), "nor was it counted");
        assert_eq!(limit.writes(address(4), 1, start), Duration::ZERO, "another address waits for none of them");
    }

    const READS: usize = 200_000;

    /// So many addresses write as much as they can, for so many seconds. Gives the bytes that are let through, and how many
    /// at most wait for somebody who reads 200 kB of them a second.
    fn let_through(addresses: usize, seconds: u64) -> (usize, usize) {
        let start = Instant::now();
        let (limit, end) = (limit(start), start + Duration::from_secs(seconds));
        let write = |number, now| now + limit.writes(address(number), MESSAGE_BYTES, now);
        let mut turns: Vec<Instant> = (0..addresses).map(|number| write(number, start)).collect();
        let (mut bytes, mut most, mut read) = (0, 0, 0);
        while let Some((number, now)) = turns.iter().copied().enumerate().min_by_key(|&(_, turn)| turn) {
            if now >= end {
                break;
            }
            let can_read = usize::try_from((now - start).as_millis()).expect("seconds") * READS / 1000;
            read = bytes.min(can_read).max(read);
            bytes += MESSAGE_BYTES + LINE_ADDS;
            most = most.max(bytes - read);
            turns[number] = write(number, now);
        }
        (bytes, most)
    }

    #[test]
    fn however_many_addresses_write_what_is_heard_stays_below_what_a_slow_reader_reads() {
        for addresses in [1, 2, 20, 200] {
            let ((short, _), (long, waits)) = (let_through(addresses, 30), let_through(addresses, 90));
            let each_second = (long - short) / 60;
            assert!(each_second < READS * 9 / 10, "{addresses}: {each_second} bytes a second");
            assert!(each_second > READS / 2, "{addresses}: nor is it less than has to be: {each_second}");
            assert!(waits < BACKLOG_BYTES, "{addresses}: {waits} bytes wait");
        }
    }

    #[test]
    fn who_says_little_does_not_wait_for_those_who_flood_from_elsewhere() {
        let start = Instant::now();
        let limit = limit(start);
        for second in 0..60 {
            let now = start + Duration::from_secs(second);
            for number in 1..100 {
                for _ in 0..RATE_BURST {
                    limit.writes(address(number), MESSAGE_BYTES, now);
                }
            }
            assert_eq!(limit.writes(address(0), 60, now), Duration::ZERO);
        }
    }

    #[test]
    fn who_owes_nothing_is_forgotten_and_those_beyond_the_bound_have_one_account() {
        let start = Instant::now();
        let limit = limit(start);
        for number in 0..RATE_ADDRESSES + 1000 {
            assert!(limit.connects(address(number), start).is_some());
        }
        assert_eq!(limit.accounts.lock().owing.len(), RATE_ADDRESSES + 1);
        assert_eq!(limit.writes(address(1), 60, start + CONNECT_PATIENCE * 100), Duration::ZERO);
        assert_eq!(limit.accounts.lock().owing.len(), 1);
    }

    #[test]
    fn where_the_rate_is_off_nothing_is_counted() {
        let now = Instant::now();
        let off = RateLimit::new(None, now);
        for _ in 0..10_000 {
            assert_eq!(off.connects(address(1), now), Some(Duration::ZERO));
            assert!(off.joins(address(1), now).is_zero() && off.writes(address(1), MESSAGE_BYTES, now).is_zero());
        }
        assert!(off.accounts.lock().owing.is_empty());
    }
}
