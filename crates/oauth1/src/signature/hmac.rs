//! HMAC-SHA1 (RFC 5849, section 3.4.2) and its two successors, which every implementation understands alike.

use ::hmac::digest::{FixedOutput, Output, Update};
use ::hmac::{Hmac, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{BoundMethod, Keys, MethodError, SignatureMethod};
use crate::percent;
use crate::secret::equal_in_constant_time;

/// HMAC-SHA1, the method that every provider knows, and the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct HmacSha1;

/// HMAC-SHA256: not in RFC 5849, but widely offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct HmacSha256;

/// HMAC-SHA512: not in RFC 5849, but offered.
#[derive(Clone, Copy, Debug, Default)]
pub struct HmacSha512;

impl SignatureMethod for HmacSha1 {
    fn name(&self) -> &str {
        "HMAC-SHA1"
    }

    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        sign::<Hmac<Sha1>>(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        verify::<Hmac<Sha1>>(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        bind::<Hmac<Sha1>>(keys)
    }
}

impl SignatureMethod for HmacSha256 {
    fn name(&self) -> &str {
        "HMAC-SHA256"
    }

    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        sign::<Hmac<Sha256>>(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        verify::<Hmac<Sha256>>(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        bind::<Hmac<Sha256>>(keys)
    }
}

impl SignatureMethod for HmacSha512 {
    fn name(&self) -> &str {
        "HMAC-SHA512"
    }

    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        sign::<Hmac<Sha512>>(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        verify::<Hmac<Sha512>>(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        bind::<Hmac<Sha512>>(keys)
    }
}

/// HMAC that has taken in its key.
struct Bound<M>(M);

impl<M: Update + FixedOutput + Clone + Send + Sync> BoundMethod for Bound<M> {
    fn sign(&self, base_string: &[u8]) -> Result<String, MethodError> {
        let mut mac = self.0.clone();
        mac.update(base_string);
        Ok(into_signature(&mac.finalize_fixed()))
    }

    fn verify(&self, base_string: &[u8], signature: &[u8]) -> bool {
        let mut mac = self.0.clone();
        mac.update(base_string);
        is_signature(&mac.finalize_fixed(), signature)
    }
}

fn bind<M: KeyInit + Update + FixedOutput + Clone + Send + Sync + 'static>(
    keys: &Keys<'_>,
) -> Option<Box<dyn BoundMethod>> {
    let mac = M::new_from_slice(&keys.shared_key());
    Some(Box::new(Bound(mac.ok()?)))
}

fn sign<M: KeyInit + Update + FixedOutput>(
    base_string: &[u8],
    keys: &Keys<'_>,
) -> Result<String, MethodError> {
    digest::<M>(&keys.shared_key(), base_string)
        .map(|digest| into_signature(&digest))
        .ok_or(MethodError::SigningFailed)
}

fn verify<M: KeyInit + Update + FixedOutput>(
    base_string: &[u8],
    keys: &Keys<'_>,
    signature: &[u8],
) -> bool {
    digest::<M>(&keys.shared_key(), base_string)
        .is_some_and(|digest| is_signature(&digest, signature))
}

/// Base64 has one spelling of each digest, so signatures are compared as they are written.
fn is_signature(digest: &[u8], signature: &[u8]) -> bool {
    equal_in_constant_time(in_base64(digest, &mut { LONGEST }), signature)
}

/// HMAC takes keys of every length, so there is always a digest.
///
/// All is done in this one place, where the compiler puts the parts of HMAC together; moved between functions, its state is
/// copied each time.
#[inline(never)]
fn digest<M: KeyInit + Update + FixedOutput>(key: &[u8], base_string: &[u8]) -> Option<Output<M>> {
    let mut mac = M::new_from_slice(key).ok()?;
    mac.update(base_string);
    Some(mac.finalize_fixed())
}

/// Room for the longest digest, that of SHA-512, in base64.
const LONGEST: [u8; 88] = [0; 88];

fn in_base64<'m>(digest: &[u8], memory: &'m mut [u8; 88]) -> &'m [u8] {
    let length = STANDARD.encode_slice(digest, memory).unwrap_or(0);
    &memory[..length]
}

fn into_signature(digest: &[u8]) -> String {
    percent::into_text(in_base64(digest, &mut { LONGEST }).to_vec())
}

/// The digest with a key that is given as it is; `None` for other methods. For explaining wrong signatures.
pub(crate) fn keyed_with(method: &str, key: &[u8], base_string: &[u8]) -> Option<Vec<u8>> {
    match method {
        "HMAC-SHA1" => digest::<Hmac<Sha1>>(key, base_string).map(|digest| digest.to_vec()),
        "HMAC-SHA256" => digest::<Hmac<Sha256>>(key, base_string).map(|digest| digest.to_vec()),
        "HMAC-SHA512" => digest::<Hmac<Sha512>>(key, base_string).map(|digest| digest.to_vec()),
        _ => None,
    }
}
