//! HMAC-SHA1 (RFC 5849, section 3.4.2) and its two successors, which every implementation understands alike.

use ::hmac::{Hmac, KeyInit, Mac};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{BoundMethod, Keys, MethodError, SignatureMethod};

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
        Some(Box::new(Bound(keyed::<Hmac<Sha1>>(keys)?)))
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
        Some(Box::new(Bound(keyed::<Hmac<Sha256>>(keys)?)))
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
        Some(Box::new(Bound(keyed::<Hmac<Sha512>>(keys)?)))
    }
}

/// HMAC that has taken in its key.
struct Bound<M>(M);

impl<M: Mac + Clone + Send + Sync> BoundMethod for Bound<M> {
    fn sign(&self, base_string: &[u8]) -> Result<String, MethodError> {
        Ok(sign_with(self.0.clone(), base_string))
    }
}

/// HMAC takes keys of every length: there is always one.
#[inline]
fn keyed<M: KeyInit>(keys: &Keys<'_>) -> Option<M> {
    M::new_from_slice(&keys.shared_key()).ok()
}

fn sign<M: Mac + KeyInit>(base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
    keyed::<M>(keys)
        .map(|mac| sign_with(mac, base_string))
        .ok_or(MethodError::SigningFailed)
}

fn sign_with<M: Mac>(mut mac: M, base_string: &[u8]) -> String {
    mac.update(base_string);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn verify<M: Mac + KeyInit>(base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
    // Decoding first makes the comparison one of two digests of fixed length. 66 bytes hold the longest, undecodable ends included.
    let mut digest = [0; 66];
    let digest = match STANDARD.decode_slice(signature, &mut digest) {
        Ok(length) => &digest[..length],
        Err(_) => &[],
    };
    let Some(mut mac) = keyed::<M>(keys) else {
        return false;
    };
    mac.update(base_string);
    mac.verify_slice(digest).is_ok()
}

/// The digest with a key that is given as it is; `None` for other methods. For explaining wrong signatures.
pub(crate) fn keyed_with(method: &str, key: &[u8], base_string: &[u8]) -> Option<Vec<u8>> {
    fn digest<M: Mac + KeyInit>(key: &[u8], base_string: &[u8]) -> Option<Vec<u8>> {
        let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
        mac.update(base_string);
        Some(mac.finalize().into_bytes().to_vec())
    }
    match method {
        "HMAC-SHA1" => digest::<Hmac<Sha1>>(key, base_string),
        "HMAC-SHA256" => digest::<Hmac<Sha256>>(key, base_string),
        "HMAC-SHA512" => digest::<Hmac<Sha512>>(key, base_string),
        _ => None,
    }
}
