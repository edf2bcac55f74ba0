//! What time it is.

use jiff::Timestamp;
use pumphouse_client::{Clock as _, SystemClock};

/// Now, in whole seconds.
pub(crate) fn now() -> Timestamp {
    let seconds = i64::try_from(SystemClock.now()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}
