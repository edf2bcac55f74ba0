//! Text that must not be seen.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::percent;

/// A secret: a shared secret, a verifier, a password.
///
/// It does not print, is wiped when dropped, and is compared in a time that depends only on the lengths.
///
/// ```
/// use pumphouse_oauth1::Secret;
///
/// let secret = Secret::new("kd94hf93k423kf44");
/// assert_eq!(format!("{secret:?}"), "Secret(redacted)");
/// assert_eq!(secret.expose(), "kd94hf93k423kf44");
/// ```
#[derive(Clone)]
pub struct Secret {
    text: Zeroizing<String>,
    /// Whether the text is its own percent-encoding, as nearly all are: signing asks each time.
    is_plain: bool,
}

impl Secret {
    /// Takes the text over. Give a `String` away rather than a `&str` when the original should not stay in memory.
    pub fn new(text: impl Into<String>) -> Self {
        let text = Zeroizing::new(text.into());
        let is_plain = percent::is_unreserved_throughout(text.as_bytes());
        Self { text, is_plain }
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether the text is its own percent-encoding.
    pub(crate) fn is_plain(&self) -> bool {
        self.is_plain
    }

    /// Whether there is no text. An empty secret is legal in RFC 5849 and means that the signature proves nothing by itself.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl Default for Secret {
    /// The empty one.
    fn default() -> Self {
        Self::new("")
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        equal_in_constant_time(self.text.as_bytes(), other.text.as_bytes())
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Compares without telling by its duration where the first difference is: all differences are gathered, eight bytes at a time
/// and then those that are left, before anyone asks whether there are any.
pub(crate) fn equal_in_constant_time(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let (left_words, left_rest) = left.as_chunks();
    let (right_words, right_rest) = right.as_chunks();
    let words = left_words.iter().zip(right_words);
    let differences = words.fold(0, |differences, (left, right)| {
        differences | (u64::from_ne_bytes(*left) ^ u64::from_ne_bytes(*right))
    });
    let rest = left_rest.iter().zip(right_rest);
    let differences = rest.fold(differences, |differences, (left, right)| {
        differences | u64::from(left ^ right)
    });
    differences.ct_eq(&0).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_is_compared() {
        for length in 0..40 {
            let text = vec![b'a'; length];
            assert!(equal_in_constant_time(&text, &text));
            assert!(!equal_in_constant_time(&text, &vec![b'a'; length + 1]));
            for at in 0..length {
                let mut other = text.clone();
                other[at] = b'b';
                assert!(!equal_in_constant_time(&text, &other), "{at} of {length}");
            }
        }
    }
}
