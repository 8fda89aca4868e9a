//! Comfort: the wall clock, as one reads it on the wall. Touches the system's clock and, with the feature `editor`, its
//! time zone: std knows none, and without the feature it is UTC.

use std::time::{SystemTime, UNIX_EPOCH};

/// Whether times are local here, and not UTC.
pub(in crate::client) const IS_LOCAL: bool = cfg!(feature = "editor");

/// A minute of a day, in local time. The zone is asked each time: summer time begins where it will, on Lord Howe at half past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::client) struct Moment {
    year: i64,
    month: i64,
    day: i64,
    /// Of the day.
    minute: i64,
}

impl Moment {
    pub(in crate::client) fn now() -> Self {
        // A clock before 1970 is no clock: then it is 1970.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment::local(i64::try_from(since.as_secs()).unwrap_or_default())
    }

    /// The local time, at a time in seconds since 1970. One that no calendar has is 1970 too.
    #[cfg(feature = "editor")]
    pub(in crate::client) fn local(seconds: i64) -> Self {
        Moment::in_zone(seconds, &jiff::tz::TimeZone::system())
    }

    #[cfg(feature = "editor")]
    fn in_zone(seconds: i64, zone: &jiff::tz::TimeZone) -> Self {
        let time = zone.to_datetime(jiff::Timestamp::from_second(seconds).unwrap_or_default());
        let minute = i64::from(time.hour()) * 60 + i64::from(time.minute());
        Moment { year: time.year().into(), month: time.month().into(), day: time.day().into(), minute }
    }

    /// Days are counted in eras of 400 years that begin on a 1 March, so that a leap day is a year's last.
    #[cfg(not(feature = "editor"))]
    pub(in crate::client) fn local(seconds: i64) -> Self {
        const DAY: i64 = 24 * 3600;
        let days = seconds.div_euclid(DAY) + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let of_year = day - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let of_month = of_year - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        Moment { year: year + era * 400 + next, month, day: of_month, minute: seconds.rem_euclid(DAY) / 60 }
    }

    /// `09:05`
    pub(in crate::client) fn time(self) -> String {
        format!("{:02}:{:02}", self.minute / 60, self.minute % 60)
    }

    /// `2026-11-24`
    pub(in crate::client) fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    pub(in crate::client) fn is_same_day(self, other: Moment) -> bool {
        self.date() == other.date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(feature = "editor"))]
    #[test]
    fn moments_are_written_as_people_write_them() {
        let moment = |seconds| (Moment::local(seconds).date(), Moment::local(seconds).time());
        assert_eq!(moment(0), ("1970-01-01".into(), "00:00".into()));
        assert_eq!(moment(951_782_399), ("2000-02-28".into(), "23:59".into()));
        assert_eq!(moment(951_782_400), ("2000-02-29".into(), "00:00".into()));
        assert_eq!(moment(1_709_251_199), ("2024-02-29".into(), "23:59".into()));
        assert_eq!(moment(1_798_761_599), ("2026-12-31".into(), "23:59".into()));
        assert_eq!(moment(-60), ("1969-12-31".into(), "23:59".into()));
        assert!(!Moment::local(0).is_same_day(Moment::local(-60)));
    }

    #[cfg(feature = "editor")]
    #[test]
    fn a_zone_of_half_an_hour_and_summer_time_are_right() {
        let moment = |zone, seconds| {
            let moment = Moment::in_zone(seconds, &jiff::tz::TimeZone::posix(zone).expect("a zone"));
            format!("{} {}", moment.date(), moment.time())
        };
        let (january, july) = (1_768_435_200, 1_784_073_600); // the 15th, 2026, at midnight in Greenwich
        assert_eq!(moment("IST-5:30", july), "2026-07-15 05:30");
        assert_eq!(moment("NST3:30NDT,M3.2.0,M11.1.0", january), "2026-01-14 20:30");
        assert_eq!(moment("CET-1CEST,M3.5.0,M10.5.0/3", january), "2026-01-15 01:00");
        assert_eq!(moment("CET-1CEST,M3.5.0,M10.5.0/3", july), "2026-07-15 02:00");
        // Lord Howe moves by half an hour, on 4 October 2026 at 15:30 UTC of the day before.
        let lord_howe = |seconds| moment("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", seconds);
        let change = 1_791_041_400;
        assert_eq!(
            (lord_howe(change - 60).as_str(), lord_howe(change).as_str()),
            ("2026-10-04 01:59", "2026-10-04 02:30")
        );
    }
}
