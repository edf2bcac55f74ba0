//! Reading what a provider answers.

use std::collections::HashSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::header::Challenge;
use crate::params::Params;
use crate::problem::Report;
use crate::secret::Secret;

/// The answer of a provider to a leg of the dance.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    status: u16,
    body: &'a [u8],
    challenge: Option<&'a [u8]>,
}

/// Why a leg of the dance failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlowError {
    /// The provider refused.
    #[error("the provider refused with status {status}{}", reason(report.as_ref()))]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What it said, when it said so in the way of the Problem Reporting extension.
        report: Option<Report>,
    },
    /// The answer has no `oauth_callback_confirmed=true`.
    #[error("the provider did not confirm the callback: it speaks the insecure OAuth 1.0 of 2007")]
    CallbackUnconfirmed,
    /// The answer has no token, or no token secret.
    #[error("the answer of the provider holds no {0}")]
    CredentialMissing(&'static str),
    /// The answer has a parameter of the protocol twice: which of them counts is anybody's guess.
    #[error("the answer of the provider holds {0:?} more than once")]
    FieldRepeated(String),
    /// The answer is neither a form nor a JSON object.
    #[error("the answer of the provider is neither a form nor JSON: is this the right address?")]
    Unreadable,
}

fn reason(report: Option<&Report>) -> String {
    report
        .map(|report| format!(": {}", report.code().escape_debug()))
        .unwrap_or_default()
}

impl<'a> Answer<'a> {
    /// Status and body.
    pub fn new(status: u16, body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        Self {
            status,
            body: body.as_ref(),
            challenge: None,
        }
    }

    /// And the value of the `WWW-Authenticate` header, in which some providers say what is wrong.
    #[must_use]
    pub fn with_challenge(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.challenge = Some(value.as_ref());
        self
    }

    pub(super) fn fields(&self) -> Result<Fields, FlowError> {
        if !(200..300).contains(&self.status) {
            let in_header = || Report::from_challenge(&Challenge::parse(self.challenge?)?);
            let report = Report::from_form(self.body).or_else(in_header);
            return Err(FlowError::Refused {
                status: self.status,
                report,
            });
        }
        let body = self.body.trim_ascii();
        let fields = match body.first() {
            Some(b'{') => Fields::from_json(body)?,
            // A page for people.
            Some(b'<') => return Err(FlowError::Unreadable),
            _ => Fields::from_form(body)?,
        };
        fields.check()?;
        Ok(fields)
    }
}

impl fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// The fields of an answer.
pub(super) struct Fields(Vec<(String, Secret)>);

impl Fields {
    fn from_form(body: &[u8]) -> Result<Self, FlowError> {
        let text =
            |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| FlowError::Unreadable);
        let pairs = Params::from_form(body);
        let fields = pairs
            .iter()
            .map(|pair| Ok((text(&pair.name())?, Secret::new(text(&pair.value())?))));
        fields.collect::<Result<_, _>>().map(Self)
    }

    fn from_json(body: &[u8]) -> Result<Self, FlowError> {
        serde_json::from_slice(body).map_err(|_| FlowError::Unreadable)
    }

    /// Of the protocol's parameters each stands there once; of others the first counts.
    fn check(&self) -> Result<(), FlowError> {
        let mut names = HashSet::new();
        let mut protocol = self.0.iter().filter(|(name, _)| name.starts_with("oauth_"));
        match protocol.find(|(name, _)| !names.insert(name)) {
            Some((name, _)) => Err(FlowError::FieldRepeated(name.clone())),
            None => Ok(()),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.expose())
    }

    /// `oauth_token` and `oauth_token_secret`. The secret may be empty, as with providers that use RSA; the token may not.
    pub(super) fn credentials(&self) -> Result<(String, Secret), FlowError> {
        let field = |name| self.get(name).ok_or(FlowError::CredentialMissing(name));
        let token = field("oauth_token")?;
        if token.is_empty() {
            return Err(FlowError::CredentialMissing("oauth_token"));
        }
        Ok((token.to_owned(), Secret::new(field("oauth_token_secret")?)))
    }

    pub(super) fn into_pairs(self) -> impl Iterator<Item = (String, Secret)> {
        self.0.into_iter()
    }
}

/// The fields of a JSON object in their order, repeated ones too, which a map would hide.
impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some((name, value)) = map.next_entry()? {
                    let value = match value {
                        serde_json::Value::String(text) => text,
                        other => other.to_string(),
                    };
                    fields.push((name, Secret::new(value)));
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
