//! The wall clock, as one reads it on the wall. Touches the system's clock, and once an hour the program `date`: std
//! knows no time zones.

use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The local time. The offset is asked for again in each new hour, since summer time begins on one.
#[derive(Debug, Default)]
pub(super) struct Clock {
    offset: i64,
    /// The hour for which `offset` was asked.
    asked: Option<i64>,
}

/// A minute of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// Days since 1970-01-01.
    day: i64,
    minute: i64,
}

impl Clock {
    pub(super) fn now(&mut self) -> Moment {
        // A clock before 1970 is no clock: then it is 1970.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
        let hour = seconds / HOUR;
        if self.asked != Some(hour) {
            self.asked = Some(hour);
            self.offset = offset().unwrap_or_default();
        }
        Moment::at(seconds + self.offset)
    }
}

impl Moment {
    fn at(seconds: i64) -> Self {
        Moment { day: seconds.div_euclid(DAY), minute: seconds.rem_euclid(DAY) / 60 }
    }

    /// `09:05`
    pub(super) fn time(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }

    /// `2026-11-24`: days counted in eras of 400 years that begin on a 1 March, so that a leap day is a year's last.
    pub(super) fn date(self) -> String {
        let days = self.day + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let of_month = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        format!("{:04}-{month:02}-{of_month:02}", year + era * 400 + next)
    }

    pub(super) fn is_same_day(self, other: Moment) -> bool {
        self.day == other.day
    }
}

/// Seconds east of Greenwich, from `date +%z`: `+0300`.
fn offset() -> Option<i64> {
    let output = Command::new("date").arg("+%z").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    parse(std::str::from_utf8(&output.stdout).ok()?.trim())
}

fn parse(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, zone.strip_prefix('+')?),
    };
    let hours: i64 = digits.get(..2)?.parse().ok()?;
    let minutes: i64 = digits.get(2..4)?.parse().ok()?;
    Some(sign * (hours * HOUR + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_people_write_them() {
        let moment = |seconds| (Moment::at(seconds).date(), Moment::at(seconds).time());
        assert_eq!(moment(0), ("1970-01-01".into(), "00:00".into()));
        assert_eq!(moment(951_782_399), ("2000-02-28".into(), "23:59".into()));
        assert_eq!(moment(951_782_400), ("2000-02-29".into(), "00:00".into()));
        assert_eq!(moment(1_709_251_199), ("2024-02-29".into(), "23:59".into()));
        assert_eq!(moment(1_798_761_599), ("2026-12-31".into(), "23:59".into()));
        assert_eq!(moment(-60), ("1969-12-31".into(), "23:59".into()));
        assert!(!Moment::at(0).is_same_day(Moment::at(-60)));
    }

    #[test]
    fn offsets_are_read() {
        assert_eq!(parse("+0300"), Some(3 * HOUR));
        assert_eq!(parse("-0330"), Some(-(3 * HOUR + 1800)));
        assert_eq!(parse("UTC"), None);
    }
}
