//! Feature console: how long: `90s`, `5m`, `2h`, and the same in words. Pure.

use std::time::Duration;

/// Longer than any lesson, and short enough to be added to any instant.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// `90s`, `5m` or `2h`.
///
/// # Errors
/// What would be right.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let wrong = || format!("how long is written 90s, 5m or 2h, up to 168h; '{text}' is not");
    let unit = text.chars().next_back().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3600,
        _ => return Err(wrong()),
    };
    let number = text.strip_suffix(unit).and_then(|number| number.parse::<u64>().ok());
    let time = number.and_then(|number| number.checked_mul(seconds)).map(Duration::from_secs);
    time.filter(|time| !time.is_zero() && *time <= LONGEST).ok_or_else(wrong)
}

/// In words, in its two largest units: `1 h 5 min`, `4 min 12 s`, `42 s`. What is left of a second counts as one.
pub(crate) fn words(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let part = |number, unit| (number > 0).then(|| format!("{number} {unit}"));
    let (large, small) = match hours {
        0 => (part(minutes, "min"), part(seconds, "s")),
        _ => (part(hours, "h"), part(minutes, "min")),
    };
    match (large, small) {
        (Some(large), Some(small)) => format!("{large} {small}"),
        (large, small) => large.or(small).unwrap_or_else(|| "0 s".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_told() {
        for (written, told) in [
            ("1s", "1 s"),
            ("90s", "1 min 30 s"),
            ("5m", "5 min"),
            ("2h", "2 h"),
            ("61m", "1 h 1 min"),
            ("3605s", "1 h"),
            ("168h", "168 h"),
        ] {
            assert_eq!(parse(written).map(words), Ok(told.into()), "{written}");
        }
        assert_eq!(words(Duration::from_millis(59_001)), "1 min");
        assert_eq!(words(Duration::ZERO), "0 s");
    }

    #[test]
    fn what_is_wrong_is_told_what_would_be_right() {
        for wrong in ["", "5", "m", "0m", "-5m", "5 m", "5min", "1.5h", "5M", "169h", "99999999999999999999s", "5м"] {
            let why = parse(wrong).expect_err(wrong);
            assert!(why.contains("90s, 5m or 2h") && why.contains(&format!("'{wrong}'")), "{why}");
        }
    }
}
