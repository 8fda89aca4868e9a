//! Feature database: the time of day, and times as people read and write them, in UTC. Touches the system's clock.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The time of day: milliseconds since 1970, UTC.
pub(super) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Milliseconds since 1970 as `2026-11-23 15:41:39`; of a file that was tampered with as well.
pub(super) fn shown(time: i64) -> String {
    let time = Timestamp::from_millisecond(time).ok().filter(|_| time >= 0);
    time.map_or_else(|| "0000-00-00 00:00:00".into(), |time| time.strftime("%F %T").to_string())
}

/// `2026-11-23`, with `15:41` or `15:41:39` behind it if wanted, as milliseconds since 1970.
pub(super) fn parse(text: &str) -> Result<i64, String> {
    parsed(text).ok_or_else(|| "it is a date such as 2026-11-23, or '2026-11-23 15:41', in UTC".into())
}

fn parsed(text: &str) -> Option<i64> {
    let (date, clock) = text.trim().split_once([' ', 'T']).unwrap_or((text.trim(), "00:00"));
    let text = format!("{date} {clock}");
    let time = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"].iter().find_map(|form| DateTime::strptime(form, &text).ok())?;
    let time = TimeZone::UTC.to_timestamp(time).ok()?.as_millisecond();
    (time >= 0).then_some(time)
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
        assert_eq!([i64::MIN, -1, i64::MAX].map(shown), ["0000-00-00 00:00:00"; 3]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2026-13-01", "2026-02-29", "2026-11-23 24:00", "1-1", "2026-11-23 1", "-1-1-1"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
