//! What was found, and what to do about it.

use serde_json::{Value, json};

/// How it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Good,
    Warning,
    Failure,
}

/// What was found in one place.
#[derive(Debug)]
pub(super) struct Finding {
    /// What was looked at.
    pub(super) subject: &'static str,
    pub(super) state: State,
    pub(super) text: String,
    /// What to do, if something is to be done.
    pub(super) advice: Option<String>,
}

impl Finding {
    pub(super) fn good(subject: &'static str, text: impl Into<String>) -> Self {
        Self {
            subject,
            state: State::Good,
            text: text.into(),
            advice: None,
        }
    }

    /// It works, but may not go on to.
    pub(super) fn warning(
        subject: &'static str,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Warning,
            advice: Some(advice.into()),
            ..Self::good(subject, text)
        }
    }

    /// It does not work.
    pub(super) fn failure(
        subject: &'static str,
        text: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            state: State::Failure,
            ..Self::warning(subject, text, advice)
        }
    }

    /// As lines for people.
    pub(super) fn shown(&self) -> String {
        let state = match self.state {
            State::Good => "ok  ",
            State::Warning => "WARN",
            State::Failure => "FAIL",
        };
        let line = format!("{state}  {:12} {}", self.subject, self.text);
        match &self.advice {
            Some(advice) => format!("{line}\n      → {advice}"),
            None => line,
        }
    }
}

/// All of them for programs.
pub(super) fn as_json(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| {
        json!({
            "subject": finding.subject,
            "state": match finding.state {
                State::Good => "ok",
                State::Warning => "warning",
                State::Failure => "failure",
            },
            "text": finding.text,
            "advice": finding.advice,
        })
    };
    findings.iter().map(one).collect()
}

/// A number of bytes, as people say it.
pub(super) fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut amount = count as f64;
    let mut shown = format!("{count} bytes");
    for unit in UNITS {
        if amount < 1024.0 {
            break;
        }
        amount /= 1024.0;
        shown = format!("{amount:.1} {unit}");
    }
    shown
}

/// A day, in UTC.
pub(super) fn day(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(
        |_| "an unknown day".to_owned(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_days_are_for_people() {
        assert_eq!(bytes(999), "999 bytes");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3.0 GiB");
        assert_eq!(day(1_800_000_000), "2027-01-15");
    }

    #[test]
    fn advice_stands_below() {
        let finding = Finding::failure("disk", "it is full", "make room");
        assert_eq!(
            finding.shown(),
            "FAIL  disk         it is full\n      → make room"
        );
    }
}
