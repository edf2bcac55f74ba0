//! RSA-SHA1 (RFC 5849, section 3.4.3) and its two successors: RSASSA-PKCS1-v1_5 with the client's key pair.
//!
//! The private-key path computes in constant time and is blinded with random numbers of the operating system, which is how
//! release 0.10 of the RSA implementation answers the Marvin attack (RUSTSEC-2023-0071). That attack needs a decryption oracle
//! besides; signing is none. Verification compares the whole encoded message, so lax-padding forgeries have no room.

mod keys;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

pub use self::keys::{KeyError, RsaPrivateKey, RsaPublicKey};
use super::{Keys, MethodError, SignatureMethod};

macro_rules! rsa_method {
    ($(#[$doc:meta])* $name:ident, $wire:literal, $digest:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $name(Option<RsaPrivateKey>);

        impl $name {
            /// For signing. The shared secrets take no part.
            pub fn signing_with(key: RsaPrivateKey) -> Self {
                Self(Some(key))
            }

            /// For verifying with the public keys that clients registered.
            pub fn verifying() -> Self {
                Self(None)
            }
        }

        impl SignatureMethod for $name {
            fn name(&self) -> &str {
                $wire
            }

            fn sign(&self, base_string: &[u8], _keys: &Keys<'_>) -> Result<String, MethodError> {
                let key = self.0.as_ref().ok_or(MethodError::KeyMissing)?;
                let signature = key.inner().pkcs1v15_sign::<$digest>(base_string);
                signature.map(|signature| STANDARD.encode(signature)).map_err(|_| MethodError::SigningFailed)
            }

            fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
                let Some(key) = keys.rsa_public_key() else { return false };
                let Ok(signature) = STANDARD.decode(signature) else { return false };
                key.inner().pkcs1v15_verify::<$digest>(base_string, &signature).is_ok()
            }
        }
    };
}

rsa_method! {
    /// RSA-SHA1. SHA-1 no longer resists collisions: use it only where the provider knows nothing better.
    RsaSha1, "RSA-SHA1", Sha1
}

rsa_method! {
    /// RSA-SHA256: not in RFC 5849, but offered.
    RsaSha256, "RSA-SHA256", Sha256
}

rsa_method! {
    /// RSA-SHA512: not in RFC 5849, but offered.
    RsaSha512, "RSA-SHA512", Sha512
}

/// Whether this is the signature of another method than the one that the request names; for those who look for their mistake.
pub(crate) fn verify_with_public_key(
    method: &str,
    base_string: &[u8],
    keys: &Keys<'_>,
    signature: &[u8],
) -> bool {
    match method {
        "RSA-SHA1" => RsaSha1::verifying().verify(base_string, keys, signature),
        "RSA-SHA256" => RsaSha256::verifying().verify(base_string, keys, signature),
        "RSA-SHA512" => RsaSha512::verifying().verify(base_string, keys, signature),
        _ => false,
    }
}
