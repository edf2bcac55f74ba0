//! PLAINTEXT (RFC 5849, section 3.4.4): the secrets themselves, under the protection of TLS alone.

use super::{Keys, MethodError, SignatureMethod};
use crate::percent;
use crate::secret::equal_in_constant_time;

/// PLAINTEXT. The base string does not matter; only TLS keeps the secrets secret, so neither the
/// [`Signer`](crate::Signer) nor a [`Policy`](crate::verify::Policy) takes it over plain http unless told to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plaintext;

impl SignatureMethod for Plaintext {
    fn name(&self) -> &str {
        "PLAINTEXT"
    }

    fn sign(&self, _base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
        Ok(percent::into_text(keys.shared_key().to_vec()))
    }

    fn verify(&self, _base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        equal_in_constant_time(&keys.shared_key(), signature)
    }

    fn reveals_secrets(&self) -> bool {
        true
    }
}
