//! Feature database: whether the time of day can be believed: what is forgotten by a wrong clock does not come back.
//! Pure: is given the times.
//!
//! Two things give a wrong clock away. It moves otherwise than the time that has passed: somebody set it, or the network
//! did. Or it stands far ahead of the last time that we know of: a computer without a battery began anywhere. Then it
//! has an hour to be set right in, in one run of the server or in several. A clock that stands behind does no harm: by it
//! everything is too young.

use std::time::{Duration, Instant};

use crate::limits::{CLOCK_AHEAD, CLOCK_EVEN, CLOCK_JUMP};

/// The time of day, as it was when we looked last.
#[derive(Debug)]
pub(super) struct Believed {
    at: Instant,
    /// Milliseconds since 1970.
    time: i64,
    /// From when on it is believed, if it goes evenly until then.
    from: Instant,
}

/// What is known from before the start, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known {
    /// The last time that was believed.
    pub(super) believed: Option<i64>,
    /// The first time after it that was not.
    pub(super) doubted: Option<i64>,
}

impl Known {
    /// Since when a time is doubted: several starts within the hour are one doubt.
    pub(super) fn doubted_since(self, time: i64) -> i64 {
        let is_one = |since: &i64| (0..millis(CLOCK_EVEN)).contains(&time.saturating_sub(*since));
        self.doubted.filter(is_one).unwrap_or(time)
    }
}

/// What a look at the clock may find.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// It was moved by so many milliseconds.
    Jumped(i64),
    /// It was moved, or stood far ahead, less than an hour ago.
    Waits,
}

impl Believed {
    /// The clock at the start, and how far it is ahead of the last time that is known, in milliseconds, if that is too
    /// far.
    pub(super) fn start(at: Instant, time: i64, known: Known) -> (Self, Option<i64>) {
        let since = |known: Option<i64>| known.map(|known| time.saturating_sub(known));
        let has_gone_on = |since| (millis(CLOCK_EVEN)..=millis(CLOCK_AHEAD)).contains(&since);
        let is_doubted = !since(known.doubted).is_some_and(has_gone_on);
        let ahead = since(known.believed).filter(|&ahead| is_doubted && ahead > millis(CLOCK_AHEAD));
        let from = if ahead.is_some() { at + CLOCK_EVEN } else { at };
        (Believed { at, time, from }, ahead)
    }

    /// Looks at it again.
    ///
    /// # Errors
    /// It is not to be believed now.
    pub(super) fn look(&mut self, at: Instant, time: i64) -> Result<(), Doubt> {
        let passed = millis(at.saturating_duration_since(self.at));
        let jump = time.saturating_sub(self.time).saturating_sub(passed);
        (self.at, self.time) = (at, time);
        if jump.saturating_abs() > millis(CLOCK_JUMP) {
            self.from = at + CLOCK_EVEN;
            return Err(Doubt::Jumped(jump));
        }
        if at < self.from { Err(Doubt::Waits) } else { Ok(()) }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000_000;
    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: i64 = 86_400_000;

    /// A clock that is looked at each minute, and may be set meanwhile.
    struct Wall {
        believed: Believed,
        at: Instant,
        time: i64,
    }

    impl Wall {
        fn start(time: i64, believed: Option<i64>) -> (Wall, Option<i64>) {
            Wall::start_doubted(time, Known { believed, doubted: None })
        }

        fn start_doubted(time: i64, known: Known) -> (Wall, Option<i64>) {
            let at = Instant::now();
            let (believed, ahead) = Believed::start(at, time, known);
            (Wall { believed, at, time }, ahead)
        }

        /// A minute later, with the clock set by so much.
        fn look(&mut self, set: i64) -> Result<(), Doubt> {
            self.at += MINUTE;
            self.time += millis(MINUTE) + set;
            self.believed.look(self.at, self.time)
        }

        /// Looks until it is believed: how many minutes that takes.
        fn minutes(&mut self) -> usize {
            (1..1000).find(|_| self.look(0).is_ok()).expect("at last it is believed")
        }
    }

    #[test]
    fn a_clock_that_goes_evenly_is_believed() {
        for known in [None, Some(NOW), Some(NOW - 7 * DAY), Some(NOW + 1000 * DAY)] {
            let (mut wall, ahead) = Wall::start(NOW, known);
            assert_eq!((ahead, wall.look(0), wall.look(30_000), wall.look(-59_000)), (None, Ok(()), Ok(()), Ok(())));
        }
    }

    #[test]
    fn a_clock_years_ahead_at_the_start_is_believed_after_an_hour() {
        let (mut wall, ahead) = Wall::start(NOW, Some(NOW - 1000 * DAY));
        assert_eq!((ahead, wall.look(0)), (Some(1000 * DAY), Err(Doubt::Waits)));
        assert_eq!(wall.minutes(), 59);
    }

    #[test]
    fn a_clock_that_is_set_is_believed_an_hour_later() {
        let years = 2000 * DAY;
        let (mut wall, _) = Wall::start(NOW, Some(NOW));
        for set in [years, -years, 61_000, -61_000] {
            assert_eq!(wall.look(set), Err(Doubt::Jumped(set)));
            assert_eq!(wall.look(0), Err(Doubt::Waits));
            assert_eq!(wall.minutes(), 59);
        }
        // From 1970 to now, and the extremes.
        let (mut wall, _) = Wall::start(0, None);
        assert_eq!(wall.look(NOW), Err(Doubt::Jumped(NOW)));
        assert!(Wall::start(i64::MAX, Some(i64::MIN)).1.is_some());
        assert!(wall.believed.look(wall.at, i64::MIN).is_err() && wall.believed.look(wall.at, i64::MAX).is_err());
    }

    #[test]
    fn a_clock_that_was_doubted_is_believed_at_a_later_start_if_it_has_gone_on_since() {
        let (hour, believed) = (DAY / 24, Some(NOW - 1000 * DAY));
        let ahead = |since| Wall::start_doubted(NOW, Known { believed, doubted: Some(NOW - since) }).1;
        for since in [hour, DAY, 7 * DAY] {
            assert_eq!(ahead(since), None, "each week a lesson, never an hour long");
        }
        for since in [0, hour - 1, 9 * DAY, -DAY] {
            assert_eq!(ahead(since), Some(1000 * DAY), "set anew, or begun anew with each start");
        }
        let since = |doubted| NOW - Known { believed, doubted }.doubted_since(NOW);
        assert_eq!([None, Some(NOW - 5), Some(NOW - hour), Some(NOW + 5)].map(since), [0, 5, 0, 0]);
    }

    #[test]
    fn each_jump_begins_the_hour_anew() {
        let (mut wall, _) = Wall::start(NOW, Some(NOW - 1000 * DAY));
        (0..50).for_each(|_| assert_eq!(wall.look(0), Err(Doubt::Waits)));
        assert_eq!(wall.look(-1000 * DAY), Err(Doubt::Jumped(-1000 * DAY)));
        assert_eq!(wall.minutes(), 60);
    }
}
