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

/// 128 random bits from the operating system, written as 26 lower-case letters and digits:
/// an alphabet and a length that even providers with narrow rules accept.
///
/// The bits are fetched for many nonces at once: a nonce must be new, not secret, and asking for each alone takes longer than signing.
/// So a process that forks and goes on in both halves without `exec` must give one of them nonces of its own
/// ([`Signer::with_nonces`](crate::Signer::with_nonces)).
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomNonce;

/// The digits of nonces: 32, so that each holds five bits.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl NonceSource for RandomNonce {
    fn nonce(&self) -> Result<String, RandomError> {
        Ok(percent::into_text(Self::digits()?.to_vec()))
    }
}

impl RandomNonce {
    /// How many digits hold 128 bits.
    pub(crate) const LENGTH: usize = 26;

    /// The digits of a new nonce.
    pub(crate) fn digits() -> Result<[u8; Self::LENGTH], RandomError> {
        let halves = POOL.with_borrow_mut(Pool::take)?;
        let mut nonce = [b'0'; Self::LENGTH];
        let (digits, _) = nonce.as_chunks_mut::<13>();
        for (digits, mut half) in digits.iter_mut().zip(halves) {
            // Thirteen digits of five bits hold the half whole.
            for digit in digits {
                *digit = DIGITS[usize::try_from(half & 31).unwrap_or_default()];
                half >>= 5;
            }
        }
        Ok(nonce)
    }
}

thread_local! {
    static POOL: RefCell<Pool> = const { RefCell::new(Pool { random: [0; 1024], left: 0 }) };
}

/// Random bytes that have not been used.
struct Pool {
    random: [u8; 1024],
    left: usize,
}

impl Pool {
    /// Two halves of a nonce, never given before.
    fn take(&mut self) -> Result<[u64; 2], RandomError> {
        if self.left == 0 {
            fill_random(&mut self.random)?;
            self.left = self.random.len();
        }
        let (chunks, _) = self.random[..self.left].as_chunks::<8>();
        let halves = chunks
            .last_chunk::<2>()
            .ok_or(RandomError)?
            .map(u64::from_ne_bytes);
        self.left -= 16;
        Ok(halves)
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
                .all(|nonce| nonce.len() == 26 && nonce.bytes().all(|byte| DIGITS.contains(&byte)))
        );
    }
}
