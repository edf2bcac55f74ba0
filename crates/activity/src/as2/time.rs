//! Times, which have milliseconds in ActivityStreams 2.0.

use jiff::Timestamp;

/// `2026-11-24T00:09:12Z` becomes `2026-11-24T00:09:12.000Z`; what is no time is left out.
pub(super) fn with_milliseconds(time: Option<&String>) -> Option<String> {
    let time: Timestamp = time?.parse().ok()?;
    Some(format!("{time:.3}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_have_milliseconds_and_what_is_none_is_left_out() {
        for (given, expected) in [
            ("2026-11-24T00:09:12Z", Some("2026-11-24T00:09:12.000Z")),
            (
                "2026-11-24T01:09:12.3456+01:00",
                Some("2026-11-24T00:09:12.345Z"),
            ),
            ("yesterday", None),
            ("", None),
        ] {
            let given = given.to_owned();
            assert_eq!(super::with_milliseconds(Some(&given)).as_deref(), expected);
        }
        assert_eq!(super::with_milliseconds(None), None);
    }
}
