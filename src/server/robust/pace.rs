//! Robust: how fast one client may write: who floods is delayed, never dropped. Pure arithmetic on instants; touches
//! nothing.
//!
//! It is what others call a token bucket, kept as one instant instead of a number that has to be topped up.

use std::time::{Duration, Instant};

use crate::limits::RATE_BURST;

/// What is owed to a rate limit, in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Debt {
    /// When all that was had so far is paid for.
    paid: Instant,
}

impl Debt {
    /// Nothing is owed.
    pub(crate) fn none(now: Instant) -> Self {
        Debt { paid: now }
    }

    /// Takes on `cost`, and says how long to wait until no more than `burst` is owed.
    pub(crate) fn add(&mut self, cost: Duration, burst: Duration, now: Instant) -> Duration {
        self.paid = self.paid.max(now) + cost;
        (self.paid - now).saturating_sub(burst)
    }

    /// What was paid for was not had after all.
    pub(crate) fn give_back(&mut self, cost: Duration) {
        self.paid = self.paid.checked_sub(cost).unwrap_or(self.paid);
    }

    /// Nothing is owed any more.
    pub(crate) fn is_paid(&self, now: Instant) -> bool {
        self.paid <= now
    }
}

/// The pace of one client: `RATE_BURST` lines at once, then so many a second.
#[derive(Debug)]
pub(crate) struct Pace {
    /// Time that one line costs; `None` where the rate is off.
    line: Option<Duration>,
    debt: Debt,
}

impl Pace {
    /// `per_second` lines a second after the burst, or no limit at all.
    pub(crate) fn new(per_second: Option<u32>, now: Instant) -> Self {
        Pace { line: per_second.map(|rate| Duration::from_secs(1) / rate.max(1)), debt: Debt::none(now) }
    }

    /// Counts so many lines more: what the last one asked for costs more than a line. The next one waits for it.
    #[cfg(any(test, feature = "database"))]
    pub(crate) fn charge(&mut self, lines: u32, now: Instant) {
        if let Some(line) = self.line {
            self.debt.add(line * lines, Duration::ZERO, now);
        }
    }

    /// Counts one line, and says how long to wait before it is dealt with.
    pub(crate) fn wait(&mut self, now: Instant) -> Duration {
        self.line.map_or(Duration::ZERO, |line| self.debt.add(line, line * RATE_BURST, now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_every_line_costs_its_time() {
        let start = Instant::now();
        let mut pace = Pace::new(Some(10), start);
        for _ in 0..RATE_BURST {
            assert_eq!(pace.wait(start), Duration::ZERO);
        }
        assert_eq!(pace.wait(start), Duration::from_millis(100));
        assert_eq!(pace.wait(start), Duration::from_millis(200));
        assert_eq!(pace.wait(start + Duration::from_secs(60)), Duration::ZERO);
        let later = start + Duration::from_secs(120);
        pace.charge(RATE_BURST + 9, later);
        assert_eq!(pace.wait(later), Duration::from_secs(1), "what was charged is paid for by the next line");
        let mut off = Pace::new(None, start);
        off.charge(1000, start);
        assert!((0..10_000).all(|_| off.wait(start).is_zero()));
    }
}
