//! `WWW-Authenticate`: a server says that it wants an OAuth signature.

use super::list::Scanner;
use crate::params::Param;

/// A challenge with which a server says that it wants an OAuth signature (RFC 5849, section 3.5.1).
///
/// ```
/// use pumphouse_oauth1::header::Challenge;
///
/// let challenge = Challenge::new("Photos").with_parameter("oauth_problem", "nonce_used");
/// assert_eq!(challenge.to_string(), r#"OAuth realm="Photos", oauth_problem="nonce_used""#);
///
/// let seen = Challenge::parse(br#"Basic realm="x", OAuth realm="Photos", oauth_problem="nonce_used""#);
/// assert_eq!(seen, Some(challenge));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    realm: String,
    parameters: Vec<(String, String)>,
}

impl Challenge {
    /// For a realm.
    pub fn new(realm: impl Into<String>) -> Self {
        Self {
            realm: realm.into(),
            parameters: Vec::new(),
        }
    }

    /// Adds a parameter, for example `oauth_problem`.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.push((name.into(), value.into()));
        self
    }

    /// The OAuth challenge in the value of a `WWW-Authenticate` header, which may hold others too.
    /// `None` when there is none, or it is malformed.
    pub fn parse(value: &[u8]) -> Option<Self> {
        let mut scanner = Scanner::new(value);
        let mut challenge = None;
        loop {
            scanner.skip_separators();
            if let Some(scheme) = scanner.next_scheme() {
                if challenge.is_some() {
                    return challenge;
                }
                challenge = scheme.eq_ignore_ascii_case(b"OAuth").then(|| Self::new(""));
                scanner.skip_token68();
                continue;
            }
            let Some(pair) = scanner.next_pair().ok()? else {
                return challenge;
            };
            let Some(challenge) = &mut challenge else {
                continue;
            };
            if pair.is_realm() {
                challenge.realm = pair.value.unquoted_text().into_owned();
            } else {
                let param = pair.param();
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                challenge
                    .parameters
                    .push((text(&param.name()), text(&param.value())));
            }
        }
    }

    /// The realm; empty when the server named none.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The value of a parameter other than the realm.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Display for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let params = self
            .parameters
            .iter()
            .map(|(name, value)| Param::new(name, value))
            .collect();
        f.write_str(&super::write(Some(&self.realm), &params))
    }
}

#[cfg(test)]
mod tests {
    use super::Challenge;

    #[test]
    fn challenges_of_other_schemes_stand_before_and_after() {
        let wanted = Challenge::new("P").with_parameter("oauth_problem", "nonce_used");
        for before in [
            "",
            "Negotiate, ",
            "Negotiate abc==, ",
            "Basic realm=\"x\", ",
        ] {
            for after in ["", ", Negotiate", ", Basic realm=\"x\""] {
                let value = format!("{before}{wanted}{after}");
                let seen = Challenge::parse(value.as_bytes());
                assert_eq!(seen.as_ref(), Some(&wanted), "{value}");
            }
        }
        for value in ["OAuth", "Basic realm=\"x\", OAuth", "OAuth, Negotiate"] {
            assert_eq!(
                Challenge::parse(value.as_bytes()),
                Some(Challenge::new("")),
                "{value}"
            );
        }
        assert_eq!(Challenge::parse(b"Negotiate abc=="), None);
    }
}
