//! The protocol parameters (RFC 5849, sections 2 and 3.1, and the body hash extension).

use std::borrow::Cow;

use crate::written::{OwnedWritten, Written};

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
pub(crate) const REQUIRED: [Name; 5] = [
    Name::ConsumerKey,
    Name::SignatureMethod,
    Name::Signature,
    Name::Timestamp,
    Name::Nonce,
];

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
    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        Some(match text.strip_prefix(b"oauth_")? {
            b"body_hash" => Self::BodyHash,
            b"callback" => Self::Callback,
            b"consumer_key" => Self::ConsumerKey,
            b"nonce" => Self::Nonce,
            b"signature" => Self::Signature,
            b"signature_method" => Self::SignatureMethod,
            b"timestamp" => Self::Timestamp,
            b"token" => Self::Token,
            b"verifier" => Self::Verifier,
            b"version" => Self::Version,
            _ => return None,
        })
    }
}

/// The values of the protocol parameters of one request, each there at most once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Values<'a>([Option<Written<'a>>; ALL.len()]);

impl<'a> Values<'a> {
    /// Puts a value in. `false` when there was one already.
    #[inline]
    pub(crate) fn insert(&mut self, name: Name, value: Written<'a>) -> bool {
        let slot = &mut self.0[name as usize];
        let is_first = slot.is_none();
        *slot = Some(value);
        is_first
    }

    pub(crate) fn get(&self, name: Name) -> Option<Written<'a>> {
        self.0[name as usize]
    }

    /// Whether there is a value that is not empty.
    pub(crate) fn has(&self, name: Name) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// The decoded value as text; the name as an error when it is none.
    pub(crate) fn text(&self, name: Name) -> Result<Option<Cow<'a, str>>, Name> {
        self.get(name)
            .map(|value| value.decode_text().ok_or(name))
            .transpose()
    }

    /// Those that are there, in the order of the base string.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Name, Written<'a>)> {
        ALL.into_iter()
            .zip(&self.0)
            .filter_map(|(name, value)| Some((name, (*value)?)))
    }
}

/// Values that belong to nobody else, encoded once.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnedValues([Option<OwnedWritten>; ALL.len()]);

impl OwnedValues {
    /// Sets a value that is not encoded yet; an empty one means none.
    pub(crate) fn set(&mut self, name: Name, value: &str) {
        self.0[name as usize] = (!value.is_empty()).then(|| OwnedWritten::new(value));
    }

    pub(crate) fn borrowed(&self) -> Values<'_> {
        Values(
            self.0
                .each_ref()
                .map(|value| value.as_ref().map(OwnedWritten::borrowed)),
        )
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
            assert_eq!(Name::from_bytes(name.text().as_bytes()), Some(name));
        }
        assert_eq!(Name::from_bytes(b"oauth_extra"), None);
        assert_eq!(Name::from_bytes(b"token"), None);
    }
}
