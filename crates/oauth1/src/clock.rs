//! The time, as a parameter.

use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> u64;
}

impl<C: Clock + ?Sized> Clock for std::sync::Arc<C> {
    fn now(&self) -> u64 {
        (**self).now()
    }
}

/// The clock of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> u64 {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place where the real time comes in"
        )]
        let now = std::time::SystemTime::now();
        now.duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |elapsed| elapsed.as_secs())
    }
}

/// A clock that stands still, for tests and for repeating a signature.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub u64);

impl Clock for FixedClock {
    fn now(&self) -> u64 {
        self.0
    }
}

/// A clock that is put right by what a provider says the time is, for machines whose own clock is wrong.
///
/// Give one to a [`Signer`](crate::Signer) (behind an [`Arc`](std::sync::Arc)), and teach it when a provider answers
/// `timestamp_refused`; sign again then.
///
/// ```
/// use pumphouse_oauth1::clock::AdjustedClock;
/// use pumphouse_oauth1::{Clock, FixedClock};
///
/// let clock = AdjustedClock::new(FixedClock(784_111_000));
/// assert!(clock.learn_date("Sun, 06 Nov 1994 08:49:37 GMT"));
/// assert_eq!(clock.now(), 784_111_777);
/// ```
#[derive(Debug, Default)]
pub struct AdjustedClock<C = SystemClock> {
    inner: C,
    /// Seconds to add.
    offset: AtomicI64,
}

impl<C: Clock> AdjustedClock<C> {
    /// As long as it learns nothing, the inner clock's time.
    pub fn new(inner: C) -> Self {
        Self {
            inner,
            offset: AtomicI64::new(0),
        }
    }

    /// It is that time now, in seconds since 1970.
    pub fn learn(&self, now: u64) {
        let offset = i128::from(now) - i128::from(self.inner.now());
        self.offset
            .store(i64::try_from(offset).unwrap_or(0), Ordering::Relaxed);
    }

    /// It is the time of the `Date` header of an answer (RFC 9110, section 5.6.7). `false` when it is malformed.
    pub fn learn_date(&self, date: &str) -> bool {
        read_date(date).map(|now| self.learn(now)).is_some()
    }
}

impl<C: Clock> Clock for AdjustedClock<C> {
    fn now(&self) -> u64 {
        self.inner
            .now()
            .saturating_add_signed(self.offset.load(Ordering::Relaxed))
    }
}

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers may write.
fn read_date(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, date) = date.trim().strip_suffix(" GMT")?.split_once(", ")?;
    let mut fields = date.split([' ', ':']);
    let day: u64 = fields
        .next()?
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day))?;
    let month_name = fields.next()?;
    let month = 1 + u64::try_from(MONTHS.iter().position(|name| *name == month_name)?).ok()?;
    let year: u64 = fields
        .next()?
        .parse()
        .ok()
        .filter(|year| (1970..=9999).contains(year))?;
    let mut below = |limit: u64| {
        fields
            .next()?
            .parse::<u64>()
            .ok()
            .filter(|&value| value < limit)
    };
    let (hour, minute, second) = (below(24)?, below(60)?, below(61)?);
    let days = days_before(year, month) + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second)
}

/// Days from 1970-01-01 to the first of a month, counted in years that begin in March, so that leap days come last.
fn days_before(year: u64, month: u64) -> u64 {
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let since_march = (153 * month + 2) / 5;
    // 719,468 days lie between 0000-03-01 and 1970-01-01.
    365 * year + year / 4 - year / 100 + year / 400 + since_march - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        for (date, seconds) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            ("Fri, 31 Dec 2038 12:00:00 GMT", 2_177_409_600),
        ] {
            assert_eq!(read_date(date), Some(seconds), "{date}");
        }
        for date in [
            "",
            "now",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 GMT",
        ] {
            assert_eq!(read_date(date), None, "{date}");
        }
    }

    #[test]
    fn a_wrong_clock_is_put_right() {
        let clock = AdjustedClock::new(FixedClock(1_000));
        assert_eq!(clock.now(), 1_000);
        clock.learn(5_000);
        assert_eq!(clock.now(), 5_000);
        clock.learn(10);
        assert_eq!(clock.now(), 10);
        assert!(!clock.learn_date("nonsense"));
    }
}
