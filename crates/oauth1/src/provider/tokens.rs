//! Making tokens, secrets and verifiers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::nonce::{RandomError, fill_random};
use crate::secret::Secret;

/// Makes what a provider gives out. All of it must be unguessable (RFC 5849, section 4.9).
pub trait TokenSource: Send + Sync {
    /// A token, temporary or not.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    fn token(&self) -> Result<String, RandomError>;

    /// The secret of a token.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    fn secret(&self) -> Result<Secret, RandomError>;

    /// A verifier. People may have to type it; when it is short, count wrong ones (see [`Store::wrong_verifier`](super::Store::wrong_verifier)).
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    fn verifier(&self) -> Result<Secret, RandomError>;
}

/// 16 random bytes for tokens and verifiers, 32 for secrets, in URL-safe base64 without padding: 22 and 43 characters.
#[derive(Clone, Copy, Debug, Default)]
pub struct UrlSafeTokens;

impl TokenSource for UrlSafeTokens {
    fn token(&self) -> Result<String, RandomError> {
        random_text::<16>()
    }

    fn secret(&self) -> Result<Secret, RandomError> {
        random_text::<32>().map(Secret::new)
    }

    fn verifier(&self) -> Result<Secret, RandomError> {
        random_text::<16>().map(Secret::new)
    }
}

fn random_text<const BYTES: usize>() -> Result<String, RandomError> {
    let mut random = Zeroizing::new([0; BYTES]);
    fill_random(random.as_mut())?;
    Ok(URL_SAFE_NO_PAD.encode(*random))
}
