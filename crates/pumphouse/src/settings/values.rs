//! Values of settings that are more than a text or a number.

use std::fmt;

use pumphouse_server::Registration as Who;
use serde::Serialize;
use serde_json::Value;

use super::given::{Given, Wanted};

/// How much is logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    Off,
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The words for levels; `fatal` is pump.io's.
pub(crate) const LEVELS: &[(&str, Level)] = &[
    ("off", Level::Off),
    ("error", Level::Error),
    ("warn", Level::Warn),
    ("info", Level::Info),
    ("debug", Level::Debug),
    ("trace", Level::Trace),
    ("fatal", Level::Error),
];

impl Level {
    /// As the log's filter writes it.
    pub(crate) fn as_str(self) -> &'static str {
        let word = LEVELS.iter().find(|(_, level)| *level == self);
        word.map_or("info", |(word, _)| word)
    }
}

/// How lines of the log are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Where requests are led to https from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Bounce {
    /// Nowhere, or port 80 of the main address.
    Port80(bool),
    At(String),
}

impl Bounce {
    pub(super) fn read(given: &Given) -> Result<Self, Wanted> {
        if let Ok(is_on) = given.switch() {
            return Ok(Self::Port80(is_on));
        }
        match &given.value {
            Value::String(text) if text.contains(':') => Ok(Self::At(text.clone())),
            _ => Err("true, false, or an address and port such as 0.0.0.0:80".to_owned()),
        }
    }
}

/// What browsers are told about https.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hsts {
    /// In seconds.
    pub(crate) max_age: u64,
    pub(crate) include_sub_domains: bool,
    pub(crate) preload: bool,
}

impl Hsts {
    /// As pump.io's `true` and its objects, which go to the library helmet.
    pub(super) fn read(given: &Given) -> Result<Option<Self>, Wanted> {
        let usual = Self {
            max_age: 15_552_000,
            include_sub_domains: true,
            preload: false,
        };
        if let Ok(is_on) = given.switch() {
            return Ok(is_on.then_some(usual));
        }
        let wanted = || {
            "true, false, or an object of maxAge (in seconds), includeSubDomains and preload"
                .to_owned()
        };
        let object = given.object().ok_or_else(wanted)?;
        let mut hsts = usual;
        for (name, value) in object {
            let part = Given {
                value,
                origin: given.origin.clone(),
            };
            match name.to_ascii_lowercase().replace('-', "").as_str() {
                "maxage" => hsts.max_age = part.number("").map_err(|_| wanted())?,
                "includesubdomains" => {
                    hsts.include_sub_domains = part.switch().map_err(|_| wanted())?;
                }
                "preload" => hsts.preload = part.switch().map_err(|_| wanted())?,
                // Helmet's rule for when to send it: here it is always sent.
                "force" | "setif" => {}
                _ => return Err(wanted()),
            }
        }
        Ok(Some(hsts))
    }
}

/// Who can make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Registration {
    Open,
    Closed,
    Invitation,
    InvitationByUsers,
}

/// The words for it.
pub(super) const REGISTRATION: &[(&str, Registration)] = &[
    ("open", Registration::Open),
    ("closed", Registration::Closed),
    ("invitation", Registration::Invitation),
    ("invitation-by-users", Registration::InvitationByUsers),
];

impl From<Registration> for Who {
    fn from(registration: Registration) -> Self {
        match registration {
            Registration::Open => Self::Open,
            Registration::Closed => Self::Closed,
            Registration::Invitation => Self::Invitation { by_users: false },
            Registration::InvitationByUsers => Self::Invitation { by_users: true },
        }
    }
}

/// A text that is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("…")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
