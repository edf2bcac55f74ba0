//! Nonces: made by clients, remembered by servers (RFC 5849, section 3.3).

use std::cell::RefCell;

use crate::percent;

/// The operating system gave no random bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct RandomError;

/// Fills a buffer from the operating system's random source.
pub(crate) fn fill_random(buffer: &mut [u8]) -> Result<(), RandomError> {
    getrandom::fill(buffer).map_err(|_| RandomError)
}

/// Makes a nonce for each request.
pub trait NonceSource: Send + Sync {
    /// A text that this client has not used with the same token in the same second.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    fn nonce(&self) -> Result<String, RandomError>;
}

impl<N: NonceSource + ?Sized> NonceSource for std::sync::Arc<N> {
    fn nonce(&self) -> Result<String, RandomError> {
        (**self).nonce()
    }
}

/// 80 random bits from the operating system, written as 20 hexadecimal digits:
/// an alphabet and a length that even providers with narrow rules accept.
///
/// Nonces are told apart only among requests of one client and token with the same timestamp (RFC 5849, section 3.3), so these
/// bits are more than enough.
///
/// They are fetched for many nonces at once: a nonce must be new, not secret, and asking for each alone takes longer than signing.
/// So a process that forks and goes on in both halves without `exec` must give one of them nonces of its own
/// ([`Signer::with_nonces`](crate::Signer::with_nonces)).
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomNonce;

const DIGITS: &[u8; 16] = b"0123456789abcdef";

impl NonceSource for RandomNonce {
    fn nonce(&self) -> Result<String, RandomError> {
        Ok(percent::into_text(Self::digits()?.to_vec()))
    }
}

/// How many random bytes a nonce holds.
const BYTES: usize = 10;

impl RandomNonce {
    pub(crate) const LENGTH: usize = 2 * BYTES;

    /// The digits of a new nonce.
    pub(crate) fn digits() -> Result<[u8; Self::LENGTH], RandomError> {
        let random = POOL.with_borrow_mut(Pool::take)?;
        let mut nonce = [0; Self::LENGTH];
        let (pairs, _) = nonce.as_chunks_mut();
        for (pair, byte) in pairs.iter_mut().zip(random) {
            *pair = [byte >> 4, byte & 15].map(|digit| DIGITS[usize::from(digit)]);
        }
        Ok(nonce)
    }
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { random: [[0; BYTES]; 100], left: 0 }) };
}

/// Random bytes for nonces, of which the first have not been used.
struct Pool {
    random: [[u8; BYTES]; 100],
    left: usize,
}

impl Pool {
    /// The bytes of a nonce, never given before.
    fn take(&mut self) -> Result<[u8; BYTES], RandomError> {
        if self.left == 0 {
            fill_random(self.random.as_flattened_mut())?;
            self.left = self.random.len();
        }
        self.left -= 1;
        Ok(self.random[self.left])
    }
}

/// The same nonce every time, for tests and for repeating a signature. A provider takes it once.
#[derive(Clone, Debug)]
pub struct FixedNonce(pub String);

impl NonceSource for FixedNonce {
    fn nonce(&self) -> Result<String, RandomError> {
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_new_and_modest() {
        let nonces: std::collections::HashSet<_> =
            (0..1_000).map(|_| RandomNonce.nonce().unwrap()).collect();
        assert_eq!(nonces.len(), 1_000);
        assert!(
            nonces
                .iter()
                .all(|nonce| nonce.len() == 20 && nonce.bytes().all(|byte| DIGITS.contains(&byte)))
        );
    }
}
