//! Names and values as they were written, decoded and encoded only when somebody asks.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::percent;

/// A name or value, and how it is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Written<'a> {
    text: &'a [u8],
    spelling: Spelling,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// All characters are unreserved: its own encoding and its own decoding.
    Plain,
    /// Percent-encoded exactly as the base string wants it.
    Canonical,
    /// Percent-encoded in some way.
    Header,
    /// Percent-encoded in some way, with backslashes before some characters.
    QuotedHeader,
    /// Form-encoded in some way.
    Form,
    /// Not encoded.
    Decoded,
}

impl<'a> Written<'a> {
    /// Text that is spelled as the base string wants it, and whether it is without escapes.
    pub(crate) const fn canonical(text: &'a [u8], is_plain: bool) -> Self {
        Self {
            text,
            spelling: if is_plain {
                Spelling::Plain
            } else {
                Spelling::Canonical
            },
        }
    }

    /// Text that is not encoded.
    pub(crate) fn decoded(text: &'a [u8]) -> Self {
        Self {
            text,
            spelling: Spelling::Decoded,
        }
    }

    /// A name or value of a header.
    pub(crate) fn in_header(text: &'a [u8]) -> Self {
        Self::recognise(text, Spelling::Header)
    }

    /// The inside of a quoted string of a header that holds backslashes.
    pub(crate) fn in_quotes(text: &'a [u8]) -> Self {
        Self {
            text,
            spelling: Spelling::QuotedHeader,
        }
    }

    /// A name or value of a query or form.
    pub(crate) fn in_form(text: &'a [u8]) -> Self {
        Self::recognise(text, Spelling::Form)
    }

    /// Nearly everybody writes what needs no decoding, or what the base string wants anyway.
    fn recognise(text: &'a [u8], otherwise: Spelling) -> Self {
        match percent::count_canonical(text) {
            (length, is_plain) if length == text.len() => Self::canonical(text, is_plain),
            _ => Self {
                text,
                spelling: otherwise,
            },
        }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// How many bytes are written; what they decode to is hardly ever longer.
    pub(crate) fn written_length(self) -> usize {
        self.text.len()
    }

    /// The decoded bytes.
    #[inline(always)]
    pub(crate) fn decode(self) -> Cow<'a, [u8]> {
        match self.spelling {
            Spelling::Plain | Spelling::Decoded => Cow::Borrowed(self.text),
            spelling => decode_spelling(self.text, spelling),
        }
    }

    /// Appends the decoded bytes.
    pub(crate) fn decode_into(self, out: &mut Vec<u8>) {
        match self.spelling {
            Spelling::Canonical | Spelling::Header => {
                percent::decode_into::<false>(out, self.text);
            }
            _ => out.extend_from_slice(&self.decode()),
        }
    }

    /// The decoded text; `None` when it is not UTF-8.
    #[inline(always)]
    pub(crate) fn decode_text(self) -> Option<Cow<'a, str>> {
        match self.decode() {
            Cow::Borrowed(bytes) => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Cow::Owned(bytes) => String::from_utf8(bytes).ok().map(Cow::Owned),
        }
    }

    /// The text of a quoted string or token whose percent signs mean nothing (the realm).
    pub(crate) fn unquoted_text(self) -> Cow<'a, str> {
        match self.spelling {
            Spelling::QuotedHeader => {
                Cow::Owned(String::from_utf8_lossy(&without_backslashes(self.text)).into_owned())
            }
            _ => String::from_utf8_lossy(self.text),
        }
    }

    /// The bytes as the normalised parameters have them.
    pub(crate) fn encode(self) -> Cow<'a, [u8]> {
        match self.spelling {
            Spelling::Plain | Spelling::Canonical => Cow::Borrowed(self.text),
            _ => match self.decode() {
                Cow::Borrowed(bytes) => percent::encode_bytes(bytes),
                Cow::Owned(bytes) => Cow::Owned(percent::encode_bytes(&bytes).into_owned()),
            },
        }
    }

    /// Appends the bytes as the base string has them: encoded twice.
    #[inline(always)]
    pub(crate) fn encode_twice_into(self, out: &mut Vec<u8>) {
        match self.spelling {
            Spelling::Plain => out.extend_from_slice(self.text),
            Spelling::Canonical => percent::encode_again_into(out, self.text),
            _ => percent::encode_again_into(out, &self.encode()),
        }
    }
}

/// What [`Written::decode`] does when text is not plain, as it hardly ever is. It takes the parts,
/// because values that functions are given whole have to lie in memory, and reading them back there takes long.
fn decode_spelling(text: &[u8], spelling: Spelling) -> Cow<'_, [u8]> {
    match spelling {
        Spelling::Plain | Spelling::Decoded => Cow::Borrowed(text),
        Spelling::Canonical | Spelling::Header => percent::decode(text),
        Spelling::QuotedHeader => {
            Cow::Owned(percent::decode(&without_backslashes(text)).into_owned())
        }
        Spelling::Form => percent::decode_form(text),
    }
}

/// Text that was encoded once, for many uses. It is wiped when dropped: a verifier is a secret.
#[derive(Clone)]
pub(crate) struct OwnedWritten {
    encoded: Zeroizing<String>,
    is_plain: bool,
}

impl OwnedWritten {
    /// Of text that is not encoded.
    pub(crate) fn new(decoded: String) -> Self {
        let decoded = Zeroizing::new(decoded);
        if percent::is_unreserved_throughout(decoded.as_bytes()) {
            return Self {
                encoded: decoded,
                is_plain: true,
            };
        }
        Self {
            encoded: Zeroizing::new(percent::encode(decoded.as_bytes())),
            is_plain: false,
        }
    }

    pub(crate) fn borrowed(&self) -> Written<'_> {
        Written::canonical(self.encoded.as_bytes(), self.is_plain)
    }

    /// The text as headers and the normalised parameters have it.
    pub(crate) fn encoded(&self) -> &str {
        &self.encoded
    }
}

/// A number, written in decimal digits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WrittenNumber {
    /// The digits stand at the end, and zeros before them: 20 are enough for every number.
    digits: [[u8; 8]; 3],
    start: usize,
}

impl WrittenNumber {
    #[inline]
    pub(crate) fn new(number: u64) -> Self {
        const BASE: u64 = 100_000_000;
        let digits = [number / BASE / BASE, number / BASE % BASE, number % BASE].map(eight_digits);
        let first = digits.iter().position(|&digits| digits != 0).unwrap_or(2);
        let zeros = digits[first].trailing_zeros() as usize / 8;
        Self {
            digits: digits.map(|digits| (digits | ASCII_ZEROS).to_le_bytes()),
            // Zero itself has a digit, too.
            start: (8 * first + zeros).min(23),
        }
    }

    pub(crate) fn borrowed(&self) -> Written<'_> {
        Written::canonical(self.bytes(), true)
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.digits.as_flattened()[self.start..]
    }

    pub(crate) fn text(&self) -> &str {
        // Digits are text.
        std::str::from_utf8(self.bytes()).unwrap_or_default()
    }
}

/// The digits of a number below 100,000,000, the first in the lowest byte, all at once: halves of the number in the halves of a word,
/// then halves of these in its quarters, then single digits in its bytes, divided by multiplying and shifting.
fn eight_digits(number: u64) -> u64 {
    let halves = (number / 10_000) | ((number % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let quarters = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((quarters * 103) >> 10) & 0x000f_000f_000f_000f;
    tens | ((quarters - 10 * tens) << 8)
}

const ASCII_ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// Removes the backslashes of a quoted string (RFC 9110, section 5.6.4). Each stands before the character that it protects.
fn without_backslashes(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.iter();
    while let Some(&byte) = bytes.next() {
        out.extend(if byte == b'\\' {
            bytes.next().copied()
        } else {
            Some(byte)
        });
    }
    out
}

impl std::fmt::Debug for Written<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.encode()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_of_writing_is_decoded_in_its_way() {
        for (text, header, form) in [
            ("plain-._~", "plain-._~", "plain-._~"),
            ("a+b", "a%2Bb", "a%20b"),
            ("%c3%a9", "%C3%A9", "%C3%A9"),
            ("%41", "A", "A"),
            ("100%", "100%25", "100%25"),
            ("%zz", "%25zz", "%25zz"),
            ("%2B%2520", "%2B%2520", "%2B%2520"),
        ] {
            assert_eq!(
                Written::in_header(text.as_bytes()).encode(),
                header.as_bytes(),
                "{text}"
            );
            assert_eq!(
                Written::in_form(text.as_bytes()).encode(),
                form.as_bytes(),
                "{text}"
            );
        }
        assert_eq!(
            Written::in_quotes(br#"a\"b\\%41\%42"#).decode(),
            br#"a"b\AB"#.as_slice()
        );
        assert_eq!(Written::in_quotes(br#"a\"%41"#).unquoted_text(), r#"a"%41"#);
        assert_eq!(Written::decoded(b"%41+").encode(), b"%2541%2B".as_slice());
    }

    #[test]
    fn numbers_are_written_in_digits() {
        for number in [
            0,
            7,
            10,
            9_999,
            10_000,
            99_999_999,
            100_000_000,
            1_500_000_000,
            u64::MAX,
        ] {
            assert_eq!(WrittenNumber::new(number).text(), number.to_string());
        }
        for number in (0..100_000_000).step_by(9_973) {
            let digits = (eight_digits(number) | ASCII_ZEROS).to_le_bytes();
            assert_eq!(digits, *format!("{number:08}").as_bytes());
        }
    }

    #[test]
    fn canonical_text_is_not_copied() {
        for text in ["", "abc-._~", "%20%2B%FF", "a%3Db"] {
            assert!(
                matches!(Written::in_form(text.as_bytes()).encode(), Cow::Borrowed(_)),
                "{text}"
            );
        }
    }

    #[test]
    fn encoding_twice_is_encoding_the_encoding() {
        for text in ["abc", "%20", "a+b", "%zz", "é"] {
            let written = Written::in_form(text.as_bytes());
            let mut twice = Vec::new();
            written.encode_twice_into(&mut twice);
            assert_eq!(twice, percent::encode(written.encode()).as_bytes());
        }
    }
}
