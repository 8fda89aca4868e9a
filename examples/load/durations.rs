//! Durations by the million, and their percentiles. Pure.

use std::time::Duration;

/// Buckets for each power of two: a percentile is at most 1/32 too high.
const PARTS: usize = 32;
/// Enough for every `u64` of nanoseconds.
const BUCKETS: usize = 60 * PARTS;

/// Counts durations in buckets that grow with the duration: one addition for each, however many there are.
pub(crate) struct Durations {
    buckets: Vec<u64>,
    count: u64,
    max: Duration,
}

impl Durations {
    pub(crate) fn new() -> Self {
        Durations { buckets: vec![0; BUCKETS], count: 0, max: Duration::ZERO }
    }

    pub(crate) fn add(&mut self, duration: Duration) {
        let nanoseconds = usize::try_from(duration.as_nanos()).unwrap_or(usize::MAX);
        if let Some(bucket) = self.buckets.get_mut(bucket(nanoseconds)) {
            *bucket += 1;
        }
        self.count += 1;
        self.max = self.max.max(duration);
    }

    /// The duration that `per_mille` of a thousand do not exceed; zero where there are none.
    pub(crate) fn percentile(&self, per_mille: u64) -> Duration {
        let rank = (self.count * per_mille).div_ceil(1000);
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank && seen > 0 {
                return Duration::from_nanos(highest_in(index)).min(self.max);
            }
        }
        self.max
    }

    pub(crate) fn max(&self) -> Duration {
        self.max
    }
}

/// The first 64 buckets hold one nanosecond each, the next 32 two each, the next 32 four, and so on.
fn bucket(nanoseconds: usize) -> usize {
    let doublings = (nanoseconds | 1).ilog2().saturating_sub(PARTS.ilog2());
    doublings as usize * PARTS + (nanoseconds >> doublings)
}

fn highest_in(bucket: usize) -> u64 {
    let doublings = (bucket / PARTS).saturating_sub(1);
    let part = bucket - doublings * PARTS;
    ((part as u64 + 1) << doublings) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_found_again_and_is_narrow() {
        for exponent in 0..58 {
            for nanoseconds in [1_usize << exponent, (1 << exponent) + 1, (1 << (exponent + 1)) - 1] {
                let highest = highest_in(bucket(nanoseconds)) as usize;
                assert!(highest >= nanoseconds && highest - nanoseconds <= nanoseconds / PARTS, "{nanoseconds}");
            }
        }
    }

    #[test]
    fn percentiles_are_those_of_the_sorted_list() {
        let mut durations = Durations::new();
        assert_eq!(durations.percentile(990), Duration::ZERO);
        for microseconds in 1..=1000 {
            durations.add(Duration::from_micros(microseconds));
        }
        for (per_mille, exact) in [(500, 500), (990, 990), (999, 999)] {
            let found = durations.percentile(per_mille).as_secs_f64() * 1e6;
            assert!(found >= exact as f64 && found <= exact as f64 * 1.04, "{per_mille}: {found}");
        }
        assert_eq!(durations.max(), Duration::from_millis(1));
        assert_eq!(durations.percentile(1000), Duration::from_millis(1));
    }
}
