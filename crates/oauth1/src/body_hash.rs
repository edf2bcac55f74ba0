//! `oauth_body_hash`, the extension that covers bodies which are no forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::secret::equal_in_constant_time;

/// The hash of a body. The extension knows SHA-1 only, whatever the signature method; some providers take SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BodyHash {
    /// SHA-1, as the extension defines it.
    Sha1,
    /// SHA-256, as a few providers want it.
    Sha256,
}

impl BodyHash {
    /// The value of `oauth_body_hash` for a body: base64 of its hash.
    ///
    /// ```
    /// use pumphouse_oauth1::BodyHash;
    ///
    /// assert_eq!(BodyHash::Sha1.of(b"Hello World!"), "Lve95gjOVATpfV8EL5X4nxwjKHE=");
    /// ```
    pub fn of(self, body: &[u8]) -> String {
        match self {
            Self::Sha1 => STANDARD.encode(Sha1::digest(body)),
            Self::Sha256 => STANDARD.encode(Sha256::digest(body)),
        }
    }
}

/// What a request claims its body to be: a value of `oauth_body_hash`.
///
/// A server that reads the body piece by piece gets it from a verified request and compares when all has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedBodyHash {
    kind: BodyHash,
    digest: Vec<u8>,
}

impl ClaimedBodyHash {
    /// Reads a value; its length tells which hash it is. `None` when it is neither.
    pub fn parse(value: &str) -> Option<Self> {
        let digest = STANDARD.decode(value).ok()?;
        let kind = match digest.len() {
            20 => BodyHash::Sha1,
            32 => BodyHash::Sha256,
            _ => return None,
        };
        Some(Self { kind, digest })
    }

    /// Which hash was claimed.
    pub fn kind(&self) -> BodyHash {
        self.kind
    }

    /// Whether this is the body.
    pub fn matches(&self, body: &[u8]) -> bool {
        let mut hasher = BodyHasher::new(self.kind);
        hasher.update(body);
        self.matches_hasher(hasher)
    }

    /// Whether the pieces given to the hasher were the body.
    pub fn matches_hasher(&self, hasher: BodyHasher) -> bool {
        equal_in_constant_time(&hasher.digest(), &self.digest)
    }
}

/// Hashes a body that comes in pieces.
#[derive(Clone, Debug)]
pub struct BodyHasher(State);

#[derive(Clone, Debug)]
enum State {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl BodyHasher {
    /// Before the first piece.
    pub fn new(kind: BodyHash) -> Self {
        Self(match kind {
            BodyHash::Sha1 => State::Sha1(Sha1::new()),
            BodyHash::Sha256 => State::Sha256(Sha256::new()),
        })
    }

    /// Takes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        match &mut self.0 {
            State::Sha1(hasher) => hasher.update(piece),
            State::Sha256(hasher) => hasher.update(piece),
        }
    }

    /// The value of `oauth_body_hash`.
    pub fn finish(self) -> String {
        STANDARD.encode(self.digest())
    }

    fn digest(self) -> Vec<u8> {
        match self.0 {
            State::Sha1(hasher) => hasher.finalize().to_vec(),
            State::Sha256(hasher) => hasher.finalize().to_vec(),
        }
    }
}
