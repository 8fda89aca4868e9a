//! How fast one client may write: who floods is delayed, never dropped. Pure arithmetic on instants; touches nothing.

use std::time::{Duration, Instant};

use crate::limits::RATE_BURST;

/// The pace of one client: `RATE_BURST` lines at once, then so many a second.
#[derive(Debug)]
pub(super) struct Pace {
    /// Time that one line costs; `None` where the rate is off.
    line: Option<Duration>,
    /// When the lines so far are paid for.
    paid: Instant,
}

impl Pace {
    /// `per_second` lines a second after the burst, or no limit at all.
    pub(super) fn new(per_second: Option<u32>, now: Instant) -> Self {
        Pace { line: per_second.map(|rate| Duration::from_secs(1) / rate.max(1)), paid: now }
    }

    /// Counts so many lines more: what the last one asked for costs more than a line. The next one waits for it.
    pub(super) fn charge(&mut self, lines: u32, now: Instant) {
        if let Some(line) = self.line {
            self.paid = self.paid.max(now) + line * lines;
        }
    }

    /// Counts one line, and says how long to wait before it is dealt with.
    pub(super) fn wait(&mut self, now: Instant) -> Duration {
        let Some(line) = self.line else { return Duration::ZERO };
        self.paid = self.paid.max(now) + line;
        (self.paid - now).saturating_sub(line * RATE_BURST)
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
