//! HMAC-SHA1 (RFC 5849, section 3.4.2) and its two successors, which every implementation understands alike.

use ::hmac::digest::{Digest, FixedOutput, Output, Update};
use ::hmac::{EagerHash, Hmac, KeyInit};
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
        sign::<Sha1>(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        verify::<Sha1>(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        bind::<Sha1>(keys)
    }
}

impl SignatureMethod for HmacSha256 {
    fn name(&self) -> &str {
        "HMAC-SHA256"
    }

    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        sign::<Sha256>(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        verify::<Sha256>(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        bind::<Sha256>(keys)
    }
}

impl SignatureMethod for HmacSha512 {
    fn name(&self) -> &str {
        "HMAC-SHA512"
    }

    fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        sign::<Sha512>(base_string, keys)
    }

    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        verify::<Sha512>(base_string, keys, signature)
    }

    fn bind(&self, keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>> {
        bind::<Sha512>(keys)
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

fn bind<D: EagerHash>(keys: &Keys<'_>) -> Option<Box<dyn BoundMethod>>
where
    Hmac<D>: Update + FixedOutput + KeyInit + Clone + Send + Sync + 'static,
{
    Some(Box::new(Bound(keyed::<D>(keys)?)))
}

fn sign<D: EagerHash>(base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError>
where
    Hmac<D>: Update + FixedOutput + KeyInit,
{
    digest::<D>(keys, base_string)
        .map(|digest| into_signature(&digest))
        .ok_or(MethodError::SigningFailed)
}

fn verify<D: EagerHash>(base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool
where
    Hmac<D>: Update + FixedOutput + KeyInit,
{
    digest::<D>(keys, base_string).is_some_and(|digest| is_signature(&digest, signature))
}

/// HMAC that has taken in the shared secrets.
///
/// A key that is longer than a block is hashed first (RFC 2104, section 2), and secrets that need no encoding are hashed where
/// they stand.
#[inline(always)]
fn keyed<D: EagerHash>(keys: &Keys<'_>) -> Option<Hmac<D>>
where
    Hmac<D>: KeyInit,
{
    match keys.plain() {
        Some((client, token)) if client.len() + token.len() >= D::block_size() => {
            let mut hash = D::new();
            for part in [client, "&", token] {
                Digest::update(&mut hash, part);
            }
            Hmac::new_from_slice(&hash.finalize()).ok()
        }
        _ => Hmac::new_from_slice(&keys.shared_key()).ok(),
    }
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
fn digest<D: EagerHash>(keys: &Keys<'_>, base_string: &[u8]) -> Option<Output<Hmac<D>>>
where
    Hmac<D>: Update + FixedOutput + KeyInit,
{
    let mut mac = keyed::<D>(keys)?;
    mac.update(base_string);
    let mut digest = Output::<Hmac<D>>::default();
    mac.finalize_into(&mut digest);
    Some(digest)
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
        "HMAC-SHA1" => digest_of_text::<Hmac<Sha1>>(key, base_string),
        "HMAC-SHA256" => digest_of_text::<Hmac<Sha256>>(key, base_string),
        "HMAC-SHA512" => digest_of_text::<Hmac<Sha512>>(key, base_string),
        _ => None,
    }
}

fn digest_of_text<M: KeyInit + Update + FixedOutput>(
    key: &[u8],
    base_string: &[u8],
) -> Option<Vec<u8>> {
    let mut mac = M::new_from_slice(key).ok()?;
    mac.update(base_string);
    Some(mac.finalize_fixed().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn secrets_are_the_same_key_however_they_are_taken_in() {
        let methods: [&dyn SignatureMethod; 3] = [&HmacSha1, &HmacSha256, &HmacSha512];
        let secrets = ["", "a", "a&b", "\u{e9}"].map(str::to_owned).into_iter();
        let longer = (20..140)
            .step_by(7)
            .flat_map(|length| ["x", "%"].map(|c| c.repeat(length)));
        let secrets: Vec<_> = secrets.chain(longer).map(Secret::new).collect();
        for client in &secrets {
            for token in &secrets {
                let keys = Keys::new("client", client).with_token("token", token);
                for method in methods {
                    let digest = keyed_with(method.name(), &keys.shared_key(), b"text").unwrap();
                    let expected = STANDARD.encode(digest);
                    assert_eq!(method.sign(b"text", &keys), Ok(expected.clone()));
                    assert!(method.verify(b"text", &keys, expected.as_bytes()));
                    assert_eq!(method.bind(&keys).unwrap().sign(b"text"), Ok(expected));
                }
            }
        }
    }
}
