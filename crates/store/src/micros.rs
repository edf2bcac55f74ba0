//! Time as both databases sort and compare it alike.

/// Microseconds since 1970, UTC.
pub type Micros = i64;
