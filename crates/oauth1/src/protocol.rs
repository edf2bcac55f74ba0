//! The protocol parameters (RFC 5849, sections 2 and 3.1, and the body hash extension).

use std::borrow::Cow;

use crate::percent::Encoded;

/// A protocol parameter. Their order is that of the base string.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Name {
    BodyHash,
    Callback,
    ConsumerKey,
    Nonce,
    Signature,
    SignatureMethod,
    Timestamp,
    Token,
    Verifier,
    Version,
}

/// All of them, in their order.
pub(crate) const ALL: [Name; 10] = [
    Name::BodyHash,
    Name::Callback,
    Name::ConsumerKey,
    Name::Nonce,
    Name::Signature,
    Name::SignatureMethod,
    Name::Timestamp,
    Name::Token,
    Name::Verifier,
    Name::Version,
];

/// The parameters without which there is no signature; with PLAINTEXT the last two may be absent.
pub(crate) const REQUIRED: [Name; 5] =
    [Name::ConsumerKey, Name::SignatureMethod, Name::Signature, Name::Timestamp, Name::Nonce];

impl Name {
    /// As it is written.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::BodyHash => "oauth_body_hash",
            Self::Callback => "oauth_callback",
            Self::ConsumerKey => "oauth_consumer_key",
            Self::Nonce => "oauth_nonce",
            Self::Signature => "oauth_signature",
            Self::SignatureMethod => "oauth_signature_method",
            Self::Timestamp => "oauth_timestamp",
            Self::Token => "oauth_token",
            Self::Verifier => "oauth_verifier",
            Self::Version => "oauth_version",
        }
    }

    /// From how it is written.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        Some(match text.strip_prefix("oauth_")? {
            "body_hash" => Self::BodyHash,
            "callback" => Self::Callback,
            "consumer_key" => Self::ConsumerKey,
            "nonce" => Self::Nonce,
            "signature" => Self::Signature,
            "signature_method" => Self::SignatureMethod,
            "timestamp" => Self::Timestamp,
            "token" => Self::Token,
            "verifier" => Self::Verifier,
            "version" => Self::Version,
            _ => return None,
        })
    }
}

/// The values of the protocol parameters of one request, each there at most once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values<'a> {
    values: [Option<Encoded<'a>>; ALL.len()],
}

impl<'a> Values<'a> {
    /// Takes a value. Gives it back when there is one already.
    pub(crate) fn insert(&mut self, name: Name, value: Encoded<'a>) -> Result<(), Encoded<'a>> {
        let slot = &mut self.values[name as usize];
        if slot.is_some() {
            return Err(value);
        }
        *slot = Some(value);
        Ok(())
    }

    pub(crate) fn set(&mut self, name: Name, value: Encoded<'a>) {
        self.values[name as usize] = Some(value);
    }

    pub(crate) fn remove(&mut self, name: Name) {
        self.values[name as usize] = None;
    }

    /// The same values, none of them copied.
    pub(crate) fn borrowed(&self) -> Values<'_> {
        Values { values: self.values.each_ref().map(|value| value.as_ref().map(Encoded::borrowed)) }
    }

    pub(crate) fn get(&self, name: Name) -> Option<&Encoded<'a>> {
        self.values[name as usize].as_ref()
    }

    /// Whether there is a value that is not empty.
    pub(crate) fn has(&self, name: Name) -> bool {
        self.get(name).is_some_and(|value| !value.text.is_empty())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    /// The decoded value as text; `Err` when it is none.
    pub(crate) fn text(&self, name: Name) -> Result<Option<Cow<'a, str>>, Name> {
        self.get(name).map(|value| value.decoded_text().ok_or(name)).transpose()
    }

    /// Those that are there, in the order of the base string.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Name, &Encoded<'a>)> {
        ALL.into_iter().zip(&self.values).filter_map(|(name, value)| Some((name, value.as_ref()?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_names_agree() {
        assert!(ALL.is_sorted());
        assert!(ALL.is_sorted_by_key(|name| name.text()));
        for name in ALL {
            assert_eq!(Name::from_text(name.text()), Some(name));
        }
        assert_eq!(Name::from_text("oauth_extra"), None);
        assert_eq!(Name::from_text("token"), None);
    }
}
