//! What time it is, and how long ago something was.

use jiff::Timestamp;
use pumphouse_client::{Clock as _, SystemClock};

/// Now, in whole seconds.
pub(crate) fn now() -> Timestamp {
    let seconds = i64::try_from(SystemClock.now()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// How long ago something was, and when: `5 minutes ago, 2026-11-25 23:10 UTC`.
pub(crate) fn in_words(then: Timestamp, now: Timestamp) -> String {
    let date = then.strftime("%Y-%m-%d %H:%M UTC");
    let seconds = now.as_second() - then.as_second();
    match ago(seconds) {
        Some(ago) => format!("{ago}, {date}"),
        None => date.to_string(),
    }
}

/// Nothing for what is to come: clocks differ.
fn ago(seconds: i64) -> Option<String> {
    const UNITS: [(i64, &str); 6] = [
        (365 * 24 * 60 * 60, "year"),
        (30 * 24 * 60 * 60, "month"),
        (7 * 24 * 60 * 60, "week"),
        (24 * 60 * 60, "day"),
        (60 * 60, "hour"),
        (60, "minute"),
    ];
    if seconds < -60 {
        return None;
    }
    let Some((length, unit)) = UNITS.into_iter().find(|(length, _)| seconds >= *length) else {
        return Some("just now".to_owned());
    };
    let count = seconds / length;
    let plural = if count == 1 { "" } else { "s" };
    Some(format!("{count} {unit}{plural} ago"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_by_distance_and_date() {
        let now: Timestamp = "2026-11-25T23:10:59Z".parse().unwrap();
        for (then, words) in [
            ("2026-11-25T23:11:30Z", "just now, 2026-11-25 23:11 UTC"),
            ("2026-11-25T23:10:00Z", "just now, 2026-11-25 23:10 UTC"),
            ("2026-11-25T23:09:59Z", "1 minute ago, 2026-11-25 23:09 UTC"),
            ("2026-11-25T20:00:00Z", "3 hours ago, 2026-11-25 20:00 UTC"),
            ("2026-11-24T20:00:00Z", "1 day ago, 2026-11-24 20:00 UTC"),
            ("2026-11-11T20:00:00Z", "2 weeks ago, 2026-11-11 20:00 UTC"),
            ("2012-11-24T20:00:00Z", "14 years ago, 2012-11-24 20:00 UTC"),
            ("2027-01-01T00:00:00Z", "2027-01-01 00:00 UTC"),
        ] {
            assert_eq!(in_words(then.parse().unwrap(), now), words);
        }
        let hostile = in_words(Timestamp::MIN, now);
        assert!(hostile.contains("years ago"), "{hostile}");
    }
}
