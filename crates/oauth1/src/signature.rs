//! Signature methods (RFC 5849, section 3.4): how a base string becomes a signature, and how one is checked.
//!
//! The trait [`SignatureMethod`] serves both sides, so a method of one's own can be signed with and verified alike.

mod bound;
mod hmac;
mod plaintext;
#[cfg(feature = "rsa")]
mod rsa;

use zeroize::Zeroizing;

use self::bound::Bound;
pub use self::bound::BoundKeys;
pub(crate) use self::hmac::keyed_with;
pub use self::hmac::{HmacSha1, HmacSha256, HmacSha512};
pub use self::plaintext::Plaintext;
#[cfg(feature = "rsa")]
pub(crate) use self::rsa::verify_with_public_key;
#[cfg(feature = "rsa")]
pub use self::rsa::{KeyError, RsaPrivateKey, RsaPublicKey, RsaSha1, RsaSha256, RsaSha512};

use crate::percent;
use crate::secret::Secret;

/// A way of signing base strings.
///
/// Implement it for a method that this crate does not know, or to sign with a key that lives elsewhere
/// (for signing that must wait, see [`Prepared`](crate::sign::Prepared)).
///
/// ```
/// use pumphouse_oauth1::signature::{Keys, MethodError, SignatureMethod};
///
/// /// A checksum, for a test bench without keys. Proves nothing.
/// struct Sum;
///
/// impl SignatureMethod for Sum {
///     fn name(&self) -> &str {
///         "X-SUM"
///     }
///     fn sign(&self, base_string: &[u8], _: &Keys<'_>) -> Result<String, MethodError> {
///         Ok(base_string.iter().map(|&byte| u64::from(byte)).sum::<u64>().to_string())
///     }
///     fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
///         self.sign(base_string, keys).is_ok_and(|own| own.as_bytes() == signature)
///     }
/// }
/// # use pumphouse_oauth1::{ClientCredentials, Request, Signer};
/// # let signer = Signer::new(ClientCredentials::new("key", "secret")).with_method(Sum);
/// # assert!(signer.sign(&Request::new("GET", "http://example.org/")).is_ok());
/// ```
pub trait SignatureMethod: Send + Sync {
    /// The value of `oauth_signature_method`. It is compared exactly, letter case included.
    fn name(&self) -> &str;

    /// The value of `oauth_signature`, not percent-encoded.
    ///
    /// # Errors
    /// When there is no key to sign with, or it fails.
    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError>;

    /// Whether this is the signature of the base string. Must take the same time wherever the difference is,
    /// and must not fail on any text.
    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool;

    /// Does once what depends on the keys alone, for who signs or verifies many requests with the same keys.
    /// `None`, the default, when there is nothing to gain.
    fn bind(&self, _keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        None
    }

    /// Whether the signature is the secrets themselves, so that it may travel over TLS only and
    /// nonce and timestamp protect nothing and may be absent (RFC 5849, sections 3.1 and 3.4.4).
    fn reveals_secrets(&self) -> bool {
        false
    }
}

impl<M: SignatureMethod + ?Sized> SignatureMethod for std::sync::Arc<M> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        (**self).sign(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        (**self).verify(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        (**self).bind(keys)
    }

    fn reveals_secrets(&self) -> bool {
        (**self).reveals_secrets()
    }
}

/// A signature method with its keys, from [`SignatureMethod::bind`].
pub trait BoundMethod: Send + Sync {
    /// The value of `oauth_signature`: the same as [`SignatureMethod::sign`] gives.
    ///
    /// # Errors
    /// When signing fails.
    fn sign(&self, base_string: &[u8]) -> Result<String, MethodError>;

    /// The same as [`SignatureMethod::verify`] gives.
    fn verify(&self, base_string: &[u8], signature: &[u8]) -> bool;
}

/// Why a signature could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MethodError {
    /// The method needs a private key and was made without one.
    #[error("this signature method needs a private key, and none was given")]
    KeyMissing,
    /// The key was there, and signing failed: the key is too small for the hash, or whatever keeps it refused.
    #[error("signing with the given key failed")]
    SigningFailed,
}

/// Whose keys a request is signed or verified with.
#[derive(Clone, Copy)]
pub struct Keys<'a> {
    client_key: &'a str,
    client_secret: &'a Secret,
    token: Option<(&'a str, &'a Secret)>,
    #[cfg(feature = "rsa")]
    rsa_public_key: Option<&'a RsaPublicKey>,
    /// Methods that took in just these keys already.
    bound: &'a [Bound],
}

impl<'a> Keys<'a> {
    /// Those of a client alone: a two-legged request, or the first of the dance. The token secret is empty then.
    pub fn new(client_key: &'a str, client_secret: &'a Secret) -> Self {
        Self {
            client_key,
            client_secret,
            token: None,
            #[cfg(feature = "rsa")]
            rsa_public_key: None,
            bound: &[],
        }
    }

    /// And those of the token that the request carries.
    #[must_use]
    pub fn with_token(mut self, token: &'a str, secret: &'a Secret) -> Self {
        self.token = Some((token, secret));
        self.bound = &[];
        self
    }

    /// And the public key that the client registered.
    #[cfg(feature = "rsa")]
    #[must_use]
    pub fn with_rsa_public_key(mut self, key: &'a RsaPublicKey) -> Self {
        self.rsa_public_key = Some(key);
        self.bound = &[];
        self
    }

    /// `oauth_consumer_key`: by it a method of one's own can find keys that it keeps itself.
    pub fn client_key(&self) -> &'a str {
        self.client_key
    }

    /// `oauth_token`, when the request carries one.
    pub fn token(&self) -> Option<&'a str> {
        self.token.map(|(token, _)| token)
    }

    /// The registered public key, when there is one.
    #[cfg(feature = "rsa")]
    pub fn rsa_public_key(&self) -> Option<&'a RsaPublicKey> {
        self.rsa_public_key
    }

    /// Whether a method takes this for the signature of a base string.
    pub(crate) fn verify(
        &self,
        method: &dyn SignatureMethod,
        base_string: &[u8],
        signature: &[u8],
    ) -> bool {
        match self.bound.iter().find(|bound| bound.is(method)) {
            Some(bound) => bound.verify(base_string, signature),
            None => method.verify(base_string, self, signature),
        }
    }

    /// The two secrets as they are, the one of the token empty when there is none.
    pub(crate) fn exposed(&self) -> (&'a str, &'a str) {
        (
            self.client_secret.expose(),
            self.token.map_or("", |(_, secret)| secret.expose()),
        )
    }

    /// The two secrets when both are their own percent-encoding, as they nearly always are.
    fn plain(&self) -> Option<(&'a str, &'a str)> {
        let is_plain =
            self.client_secret.is_plain() && self.token.is_none_or(|(_, secret)| secret.is_plain());
        is_plain.then(|| self.exposed())
    }

    /// The shared secrets as HMAC and PLAINTEXT take them (RFC 5849, section 3.4.2):
    /// both encoded, with an ampersand between them that is there even when they are empty.
    pub fn shared_key(&self) -> Zeroizing<Vec<u8>> {
        let (client, token) = self.exposed();
        // Room for the worst case, so that the buffer never moves and leaves a copy behind.
        let mut key = Zeroizing::new(Vec::with_capacity(3 * (client.len() + token.len()) + 1));
        percent::encode_into(&mut key, client.as_bytes());
        key.push(b'&');
        percent::encode_into(&mut key, token.as_bytes());
        key
    }
}

/// Without RSA no client has a public key.
#[cfg(not(feature = "rsa"))]
pub(crate) fn verify_with_public_key(_: &str, _: &[u8], _: &Keys<'_>, _: &[u8]) -> bool {
    false
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys")
            .field("client_key", &self.client_key)
            .field("token", &self.token())
            .finish_non_exhaustive()
    }
}
