//! Nonces: made by clients, remembered by servers (RFC 5849, section 3.3).

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

/// 128 random bits from the operating system, written as 22 letters and digits:
/// an alphabet and a length that even providers with narrow rules accept.
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomNonce;

impl NonceSource for RandomNonce {
    fn nonce(&self) -> Result<String, RandomError> {
        let mut random = [0; 16];
        fill_random(&mut random)?;
        let (high, low) = random.split_at(8);
        let mut nonce = String::with_capacity(22);
        for half in [high, low] {
            let mut number = half
                .iter()
                .fold(0, |number, &byte| number << 8 | u64::from(byte));
            // 62^11 exceeds 2^64: eleven digits hold the half whole.
            for _ in 0..11 {
                nonce.push(char::from(
                    ALPHANUMERIC[usize::try_from(number % 62).unwrap_or_default()],
                ));
                number /= 62;
            }
        }
        Ok(nonce)
    }
}

const ALPHANUMERIC: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The same nonce every time, for tests and for repeating a signature. A provider takes it once.
#[derive(Clone, Debug)]
pub struct FixedNonce(pub String);

impl NonceSource for FixedNonce {
    fn nonce(&self) -> Result<String, RandomError> {
        Ok(self.0.clone())
    }
}
