//! Time as a parameter, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use jiff::tz::Offset;

/// Where the server takes the time from.
pub trait Clock: Send + Sync + 'static {
    /// Microseconds since 1970, UTC.
    fn now(&self) -> i64;
}

impl<C: Clock + ?Sized> Clock for Arc<C> {
    fn now(&self) -> i64 {
        (**self).now()
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the machine's clock"
    )]
    fn now(&self) -> i64 {
        Timestamp::now().as_microsecond()
    }
}

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// A clock that shows so many seconds since 1970.
    pub fn at(seconds: i64) -> Self {
        Self(AtomicI64::new(seconds * 1_000_000))
    }

    /// Moves the clock by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }
}

impl Clock for SetClock {
    fn now(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A time as the protocol writes it: UTC, whole seconds, `2026-11-24T00:09:12Z` (section 13.5).
pub(crate) fn format(micros: i64) -> String {
    seconds(micros).to_string()
}

/// A time as HTTP writes it in `Date`; `None` if it is none.
pub(crate) fn parse_http(text: &str) -> Option<i64> {
    let time = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(time.as_microsecond())
}

/// A day as it stands in the addresses of uploads: UTC, `2026/11/24` (section 7.6).
pub(crate) fn day(micros: i64) -> String {
    let date = Offset::UTC.to_datetime(seconds(micros)).date();
    format!("{}/{}/{}", date.year(), date.month(), date.day())
}

fn seconds(micros: i64) -> Timestamp {
    Timestamp::from_second(micros.div_euclid(1_000_000)).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_whole_seconds() {
        assert_eq!(super::format(1_795_478_952_999_999), "2026-11-24T00:09:12Z");
    }

    #[test]
    fn dates_of_requests_are_those_of_http() {
        let time = super::parse_http("Mon, 23 Nov 2026 23:58:45 GMT");
        assert_eq!(time, Some(1_795_478_325_000_000));
        for other in [
            "",
            "yesterday",
            "2026-11-23T23:58:45Z",
            "1795478325",
            "Tue, 23 Nov 2026 23:58:45 GMT",
        ] {
            assert_eq!(super::parse_http(other), None, "{other}");
        }
    }

    #[test]
    fn days_have_no_zeros_in_front() {
        assert_eq!(super::day(1_767_225_600_000_000), "2026/1/1");
        assert_eq!(super::day(1_767_225_599_999_999), "2025/12/31");
    }
}
