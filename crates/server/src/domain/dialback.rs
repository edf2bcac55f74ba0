//! Dialback: a server shows that a request is its own by confirming, when it is called back, that it
//! sent it (pump.io protocol, sections 2.3 and 9.3).

use pumphouse_store::{Dialback, Snapshot};
use serde_json::{Map, Value};
use url::Host;

use super::Site;
use crate::clock;
use crate::error::Result;

/// How far the date of a request may be off, and how long it is remembered, in microseconds.
pub(crate) const WINDOW: i64 = 300 * 1_000_000;

/// Who sends a request: a host, or a person at a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    Host(String),
    Person {
        /// `name@host`
        address: String,
        host: String,
    },
}

impl Identity {
    /// A host name, without port.
    pub(crate) fn host(name: &str) -> Option<Self> {
        host_name(name).map(Self::Host)
    }

    /// A webfinger address: exactly one `@`, and a host behind it.
    pub(crate) fn person(address: &str) -> Option<Self> {
        let (name, host) = address.split_once('@')?;
        let host = host_name(host)?;
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        is_name.then(|| Self::Person {
            address: format!("{name}@{host}"),
            host,
        })
    }

    /// As it stands in requests.
    pub(crate) fn as_str(&self) -> &str {
        match self {
            Self::Host(name) => name,
            Self::Person { address, .. } => address,
        }
    }

    /// The name of the field in which it stands.
    pub(crate) fn field(&self) -> &'static str {
        match self {
            Self::Host(_) => "host",
            Self::Person { .. } => "webfinger",
        }
    }

    /// The id of whoever acts in its name (section 3.4).
    pub(crate) fn id(&self) -> String {
        match self {
            Self::Host(name) => format!("http://{name}/"),
            Self::Person { address, .. } => format!("acct:{address}"),
        }
    }
}

/// A host name in the one form in which it is compared.
fn host_name(name: &str) -> Option<String> {
    match Host::parse(name).ok()? {
        Host::Domain(parsed) if parsed.eq_ignore_ascii_case(name) => Some(parsed),
        _ => None,
    }
}

/// Whether a date, as HTTP writes it, is near enough to now; gives it.
pub(crate) fn fresh_date(text: &str, now: i64) -> Option<i64> {
    clock::parse_http(text).filter(|date| (now - date).abs() <= WINDOW)
}

/// Answers whether a request that somebody got was really sent by us; a refusal says why not.
pub(crate) fn confirm(
    snapshot: &Snapshot<'_>,
    site: &Site,
    parameters: &Map<String, Value>,
    now: i64,
) -> Result<Result<(), &'static str>> {
    let text = |name| {
        let value = parameters.get(name).and_then(Value::as_str);
        value.filter(|value| !value.is_empty())
    };
    let own = site.urls.host();
    let identity = match (text("host"), text("webfinger")) {
        (Some(host), _) => Identity::host(host).filter(|host| host.as_str() == own),
        (None, Some(address)) => Identity::person(address)
            .filter(|person| matches!(person, Identity::Person { host, .. } if host == own)),
        (None, None) => return Ok(Err("No identity")),
    };
    let Some(identity) = identity else {
        return Ok(Err("Incorrect host"));
    };
    let Some(token) = text("token") else {
        return Ok(Err("No token"));
    };
    let Some(date) = text("date") else {
        return Ok(Err("No date"));
    };
    let Some(date) = fresh_date(date, now) else {
        return Ok(Err("Invalid date"));
    };
    let claimed = Dialback {
        identity: identity.as_str(),
        url: text("url").unwrap_or_default(),
        token,
        date,
    };
    Ok(match snapshot.was_dialback_sent(&claimed, now)? {
        true => Ok(()),
        false => Err("Not my token"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_host_names_and_addresses_at_them() {
        let host = Identity::host("B.test").unwrap();
        assert_eq!((host.field(), host.as_str()), ("host", "b.test"));
        assert_eq!(host.id(), "http://b.test/");
        let person = Identity::person("Mel@B.test").unwrap();
        assert_eq!(
            (person.field(), person.as_str()),
            ("webfinger", "Mel@b.test")
        );
        assert_eq!(person.id(), "acct:Mel@b.test");
        for other in [
            "",
            "b.test:80",
            "127.0.0.1",
            "[::1]",
            "b.test/x",
            "a@b.test",
            "b .test",
        ] {
            assert_eq!(Identity::host(other), None, "{other}");
        }
        for other in [
            "mel",
            "@b.test",
            "mel@",
            "a@b@c.test",
            "m el@b.test",
            "mel@127.0.0.1",
        ] {
            assert_eq!(Identity::person(other), None, "{other}");
        }
    }
}
