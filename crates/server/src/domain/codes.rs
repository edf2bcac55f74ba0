//! Codes that people prove something by. They are random, and only their hashes are kept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pumphouse_store::{CodeKind, NewCode, Transaction, UserKey};

use super::emails::Email;
use crate::error::Result;
use crate::ids;

/// Microseconds of a day.
pub(crate) const DAY: i64 = 24 * 3_600 * 1_000_000;

/// A code as somebody gave it, or as it is told once.
pub(crate) struct Code(String);

impl Code {
    /// A new one: 16 random bytes.
    pub(crate) fn random() -> Result<Self> {
        Ok(Self(ids::token()?))
    }

    /// What can be a code at all.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // Decoded, so that no two spellings are one code.
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 16).then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> [u8; 32] {
        ids::digest(&self.0)
    }

    /// Keeps it for somebody, for so many microseconds from now.
    pub(crate) fn keep(
        &self,
        tx: &Transaction<'_>,
        kind: CodeKind,
        owner: Option<UserKey>,
        email: Option<&Email>,
        (now, lifetime): (i64, i64),
    ) -> Result<()> {
        Ok(tx.insert_code(&NewCode {
            digest: &self.digest(),
            kind,
            owner,
            email: email.map(Email::as_str),
            created: now,
            expires: now + lifetime,
        })?)
    }
}
