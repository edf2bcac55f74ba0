//! Addresses of people: `user@host`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The address of a person, `user@host` or `user@host:port`, with or without `acct:` in front.
///
/// The host is kept in lower case; the user name as it was given, because servers
/// compare it literally.
///
/// ```
/// use pumphouse_activity::Acct;
///
/// let acct: Acct = "acct:evan@E14N.com".parse()?;
/// assert_eq!(acct.user(), "evan");
/// assert_eq!(acct.host(), "e14n.com");
/// assert_eq!(acct.to_string(), "evan@e14n.com");
/// assert_eq!(acct.uri(), "acct:evan@e14n.com");
/// # Ok::<(), pumphouse_activity::InvalidAcct>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Acct {
    user: String,
    host: String,
}

/// Why a text is no [`Acct`].
///
/// ```
/// use pumphouse_activity::Acct;
///
/// let error = "evan".parse::<Acct>().expect_err("there is no host");
/// assert!(error.to_string().contains("evan"), "{error}");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAcct(String);

impl Acct {
    /// The part before the `@`.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The part after the `@`: a host name or address, in lower case, with a port if one was given.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The address as a URI: `acct:user@host`.
    pub fn uri(&self) -> String {
        format!("acct:{self}")
    }
}

impl FromStr for Acct {
    type Err = InvalidAcct;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAcct(text.chars().take(100).collect());
        let address = text.strip_prefix("acct:").unwrap_or(text);
        let (user, host) = address.split_once('@').ok_or_else(invalid)?;
        let user_fits = !user.is_empty()
            && user.len() <= 256
            && user
                .chars()
                .all(|c| !c.is_whitespace() && !c.is_control() && !"/?#@".contains(c));
        let host_fits = !host.is_empty()
            && host.len() <= 260
            && host
                .chars()
                .all(|c| c.is_alphanumeric() || "-.:[]".contains(c));
        if !user_fits || !host_fits {
            return Err(invalid());
        }
        Ok(Self {
            user: user.to_owned(),
            host: host.to_lowercase(),
        })
    }
}

impl fmt::Display for Acct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.user, self.host)
    }
}

impl TryFrom<String> for Acct {
    type Error = InvalidAcct;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Acct> for String {
    fn from(acct: Acct) -> Self {
        acct.to_string()
    }
}

impl fmt::Display for InvalidAcct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not an address of the form user@host", self.0)
    }
}

impl std::error::Error for InvalidAcct {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_ports_addresses_and_international_hosts() {
        for text in [
            "a@localhost",
            "a@127.0.0.1:8000",
            "a@[::1]:80",
            "a.b-c_d@bücher.example",
        ] {
            assert!(text.parse::<Acct>().is_ok(), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_address() {
        for text in [
            "", "a", "@b", "a@", "a@b@c", "a b@c", "a@b/c", "a@b?c", "a@b c",
        ] {
            assert!(text.parse::<Acct>().is_err(), "{text}");
        }
    }
}
