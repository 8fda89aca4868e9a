//! The time of day, and times as people read and write them, in UTC. Touches the system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

const DAY: i64 = 86_400;

/// The time of day: milliseconds since 1970, UTC.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970 as `2026-11-23 15:41:39`.
pub(super) fn shown(time: i64) -> String {
    let seconds = time.div_euclid(1000);
    let (year, month, day) = date(seconds.div_euclid(DAY));
    let second = seconds.rem_euclid(DAY);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// `2026-11-23`, with `15:41` or `15:41:39` behind it if wanted, as milliseconds since 1970.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    parsed(text).ok_or_else(|| "it is a date such as 2026-11-23, or '2026-11-23 15:41', in UTC".into())
}

fn parsed(text: &str) -> Option<i64> {
    let (date, clock) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), "00:00"));
    let date: Vec<i64> = date.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let clock: Vec<i64> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [year, month, day] = date[..] else { return None };
    let (hour, minute, second) = match clock[..] {
        [hour, minute] => (hour, minute, 0),
        [hour, minute, second] => (hour, minute, second),
        _ => return None,
    };
    let is_date =
        (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    let is_time = (0..24).contains(&hour) && (0..60).contains(&minute) && (0..60).contains(&second);
    if !is_date || !is_time {
        return None;
    }
    let before =
        (1970..year).map(days_in_year).sum::<i64>() + (1..month).map(|month| days_in(year, month)).sum::<i64>();
    Some((((before + day - 1) * DAY) + hour * 3600 + minute * 60 + second) * 1000)
}

/// The date so many days after 1970-01-01, year by year and month by month.
fn date(mut days: i64) -> (i64, i64, i64) {
    let mut year = 1970;
    while days >= days_in_year(year) {
        days -= days_in_year(year);
        year += 1;
    }
    let mut month = 1;
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

fn days_in_year(year: i64) -> i64 {
    365 + i64::from(is_leap(year))
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shown_and_read_back() {
        assert_eq!(shown(0), "1970-01-01 00:00:00");
        assert_eq!(shown(1_000_000_000_999), "2001-09-09 01:46:40");
        assert_eq!(shown(951_782_400_000), "2000-02-29 00:00:00");
        for time in (0..4_000_000_000_000).step_by(123_456_789_000) {
            assert_eq!(parse(&shown(time)), Ok(time));
        }
        assert_eq!(parse("2001-09-09"), parse("2001-09-09T00:00:00"));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2026-13-01", "2026-02-29", "2026-11-23 24:00", "1-1", "2026-11-23 1", "-1-1-1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
