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

/// The order in which they are sent; those that this crate does not know, the body hash and the signature follow.
pub(crate) const SENDING_ORDER: [Name; 8] = [
    Name::ConsumerKey,
    Name::Token,
    Name::SignatureMethod,
    Name::Timestamp,
    Name::Nonce,
    Name::Version,
    Name::Callback,
    Name::Verifier,
];

/// The parameters without which there is no signature; with PLAINTEXT the last two may be absent.
pub(crate) const REQUIRED: [Name; 5] = [
    Name::ConsumerKey,
    Name::SignatureMethod,
    Name::Signature,
    Name::Timestamp,
    Name::Nonce,
];

/// How they are written: alone, and in the base string with an ampersand before and an equals sign after.
///
/// A table, because which name comes next is hard to guess, and processors guess badly where a match jumps to.
const TEXTS: [(&str, &str); ALL.len()] = [
    ("oauth_body_hash", "%26oauth_body_hash%3D"),
    ("oauth_callback", "%26oauth_callback%3D"),
    ("oauth_consumer_key", "%26oauth_consumer_key%3D"),
    ("oauth_nonce", "%26oauth_nonce%3D"),
    ("oauth_signature", "%26oauth_signature%3D"),
    ("oauth_signature_method", "%26oauth_signature_method%3D"),
    ("oauth_timestamp", "%26oauth_timestamp%3D"),
    ("oauth_token", "%26oauth_token%3D"),
    ("oauth_verifier", "%26oauth_verifier%3D"),
    ("oauth_version", "%26oauth_version%3D"),
];

/// The second of them, filled up with zeros.
const FILLED: [[u8; 32]; ALL.len()] = {
    let mut filled = [[0; 32]; ALL.len()];
    let mut name = 0;
    while name < ALL.len() {
        let text = TEXTS[name].1.as_bytes();
        filled[name]
            .split_at_mut(text.len())
            .0
            .copy_from_slice(text);
        name += 1;
    }
    filled
};

impl Name {
    /// As it is written.
    pub(crate) const fn text(self) -> &'static str {
        TEXTS[self as usize].0
    }

    /// As it is written in the base string before its value, with the ampersand after the parameter before it.
    pub(crate) const fn text_in_base_string(self) -> &'static str {
        TEXTS[self as usize].1
    }

    /// The same, filled up to a length that all share: what has a fixed length is copied faster.
    pub(crate) const fn filled_text_in_base_string(self) -> &'static [u8; 32] {
        &FILLED[self as usize]
    }

    /// From how it is written.
    pub(crate) fn from_bytes(text: &[u8]) -> Option<Self> {
        Self::at_start(text)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(name, _)| name)
    }

    /// The one with which a text begins, and what follows it. Eight letters, compared as one number, tell which it must be.
    #[inline(always)]
    pub(crate) fn at_start(text: &[u8]) -> Option<(Self, &[u8])> {
        const BODY_HASH: u64 = u64::from_le_bytes(*b"oauth_bo");
        const CALLBACK: u64 = u64::from_le_bytes(*b"oauth_ca");
        const CONSUMER_KEY: u64 = u64::from_le_bytes(*b"oauth_co");
        const NONCE: u64 = u64::from_le_bytes(*b"oauth_no");
        const SIGNATURE: u64 = u64::from_le_bytes(*b"oauth_si");
        const TIMESTAMP: u64 = u64::from_le_bytes(*b"oauth_ti");
        const TOKEN: u64 = u64::from_le_bytes(*b"oauth_to");
        const VERSION: u64 = u64::from_le_bytes(*b"oauth_ve");
        let is = |name: Self, whole: &[u8]| Some((name, text.strip_prefix(whole)?));
        match u64::from_le_bytes(*text.first_chunk()?) {
            BODY_HASH => is(Self::BodyHash, b"oauth_body_hash"),
            CALLBACK => is(Self::Callback, b"oauth_callback"),
            CONSUMER_KEY => is(Self::ConsumerKey, b"oauth_consumer_key"),
            NONCE => is(Self::Nonce, b"oauth_nonce"),
            SIGNATURE => is(Self::SignatureMethod, b"oauth_signature_method")
                .or_else(|| is(Self::Signature, b"oauth_signature")),
            TIMESTAMP => is(Self::Timestamp, b"oauth_timestamp"),
            TOKEN => is(Self::Token, b"oauth_token"),
            VERSION => is(Self::Version, b"oauth_version")
                .or_else(|| is(Self::Verifier, b"oauth_verifier")),
            _ => None,
        }
    }
}

/// The values of the protocol parameters of one request, each there at most once.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Values<'a>([Option<Written<'a>>; ALL.len()]);

impl<'a> Values<'a> {
    /// Puts a value in. `false` when there was one already.
    #[inline(always)]
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

    /// The decoded value as text; the name as an error when it is none.
    #[inline(always)]
    pub(crate) fn text(&self, name: Name) -> Result<Option<Cow<'a, str>>, Name> {
        self.get(name)
            .map(|value| value.decode_text().ok_or(name))
            .transpose()
    }

    /// Those that are there, in the order of the base string.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Name, &Written<'a>)> {
        let pairs = ALL.iter().zip(&self.0);
        pairs.filter_map(|(name, value)| Some((*name, value.as_ref()?)))
    }
}

/// Values that belong to nobody else, encoded once.
#[derive(Clone, Default)]
pub(crate) struct OwnedValues([Option<OwnedWritten>; ALL.len()]);

impl OwnedValues {
    /// Sets a value that is not encoded yet; an empty one means none.
    pub(crate) fn set(&mut self, name: Name, value: &str) {
        self.0[name as usize] = (!value.is_empty()).then(|| OwnedWritten::new(value.to_owned()));
    }

    #[inline]
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
            assert_eq!(
                Name::at_start(format!("{}=", name.text()).as_bytes()),
                Some((name, b"=".as_slice()))
            );
            assert_eq!(name.text_in_base_string(), format!("%26{}%3D", name.text()));
        }
        for other in [
            "oauth_extra",
            "oauth_nonc",
            "oauth_nonsense",
            "oauth_verify",
            "oauth_tokens",
            "Oauth_token",
        ] {
            assert_eq!(Name::from_bytes(other.as_bytes()), None, "{other}");
        }
        assert_eq!(Name::from_bytes(b"token"), None);
    }
}
