//! Percent-encoding as RFC 5849, section 3.6, has it, and the two ways of undoing it.
//!
//! Encoding keeps the letters, digits, `-`, `.`, `_` and `~` and writes every other byte as `%XX` with upper-case digits.
//! Decoding never fails: a `%` that no two hexadecimal digits follow stands for itself.
//! Everything works on bytes, so text that is not UTF-8 keeps its bytes.

use std::borrow::Cow;

/// What a byte is to the encoder: `true` when it stands for itself.
const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let b = byte as u8;
        table[byte] = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        byte += 1;
    }
    table
};

/// Percent-encodes bytes (RFC 5849, section 3.6).
///
/// ```
/// use pumphouse_oauth1::percent::encode;
///
/// assert_eq!(encode("a b+c~"), "a%20b%2Bc~");
/// assert_eq!(encode("☃"), "%E2%98%83");
/// ```
pub fn encode(text: impl AsRef<[u8]>) -> String {
    let text = text.as_ref();
    let mut out = String::with_capacity(text.len());
    for &byte in text {
        if is_unreserved(byte) { out.push(char::from(byte)) } else { push_escape(&mut out, byte) }
    }
    out
}

/// Undoes [`encode`]: `%XX` becomes a byte, everything else (`+` too) stays.
/// This is how values in an `Authorization` header are read.
pub fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    decode_with(text, false)
}

/// Undoes the encoding of `application/x-www-form-urlencoded`: like [`decode`], and `+` is a space.
/// This is how names and values in a query and in a form body are read.
pub fn decode_form(text: &[u8]) -> Cow<'_, [u8]> {
    decode_with(text, true)
}

/// [`encode`], borrowing when there is nothing to encode.
pub(crate) fn encode_text(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_unreserved) { Cow::Borrowed(text) } else { Cow::Owned(encode(text)) }
}

/// Appends the encoding of `text`.
pub(crate) fn encode_into(out: &mut String, text: &str) {
    let mut rest = text.as_bytes();
    let mut at = 0;
    loop {
        let run = count_unreserved(rest);
        // Between the bytes of one character there is no run: no cut falls there.
        out.push_str(text.get(at..at + run).unwrap_or_default());
        let Some((&byte, after)) = rest[run..].split_first() else { return };
        push_escape(out, byte);
        at += run + 1;
        rest = after;
    }
}

/// Appends the encoding of text that is encoded already: of its bytes only `%` needs it.
pub(crate) fn encode_again_into(out: &mut String, encoded: &str) {
    let mut pieces = encoded.split('%');
    out.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.push_str("%25");
        out.push_str(piece);
    }
}

/// Text as the base string has it: encoded, and whether that changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Encoded<'a> {
    pub(crate) text: Cow<'a, str>,
    /// All characters are unreserved: the text is its own encoding and its own decoding.
    pub(crate) is_plain: bool,
}

impl<'a> Encoded<'a> {
    /// Of text that is not encoded yet.
    pub(crate) fn new(decoded: &'a str) -> Self {
        let text = encode_text(decoded);
        Self { is_plain: matches!(text, Cow::Borrowed(_)), text }
    }

    /// Of bytes that are not encoded yet.
    pub(crate) fn of_bytes(decoded: &[u8]) -> Encoded<'static> {
        Encoded { text: Cow::Owned(encode(decoded)), is_plain: decoded.iter().copied().all(is_unreserved) }
    }

    /// Of text that is not encoded yet and nobody else needs.
    pub(crate) fn owned(decoded: String) -> Encoded<'static> {
        match Encoded::new(&decoded).text {
            Cow::Borrowed(_) => Encoded { text: Cow::Owned(decoded), is_plain: true },
            Cow::Owned(text) => Encoded { text: Cow::Owned(text), is_plain: false },
        }
    }

    /// The same, not copied.
    pub(crate) fn borrowed(&self) -> Encoded<'_> {
        Encoded { text: Cow::Borrowed(&self.text), is_plain: self.is_plain }
    }

    /// Of a value in a header.
    pub(crate) fn from_header(text: &'a str) -> Self {
        Self::recode(text, decode)
    }

    /// Of a name or value in a query or form.
    pub(crate) fn from_form(text: &'a str) -> Self {
        Self::recode(text, decode_form)
    }

    /// Decodes and encodes, borrowing when the text is written that way already, which it nearly always is.
    fn recode(text: &'a str, decode: fn(&[u8]) -> Cow<'_, [u8]>) -> Self {
        match Spelling::of(text.as_bytes()) {
            Spelling::Plain => Self { text: Cow::Borrowed(text), is_plain: true },
            Spelling::Canonical => Self { text: Cow::Borrowed(text), is_plain: false },
            Spelling::Other => Self::of_bytes(&decode(text.as_bytes())),
        }
    }

    /// The decoded bytes.
    pub(crate) fn decoded(&self) -> Cow<'_, [u8]> {
        if self.is_plain { Cow::Borrowed(self.text.as_bytes()) } else { decode(self.text.as_bytes()) }
    }

    /// The decoded text; `None` when it is not UTF-8.
    pub(crate) fn decoded_text(&self) -> Option<Cow<'a, str>> {
        if self.is_plain {
            return Some(self.text.clone());
        }
        String::from_utf8(decode(self.text.as_bytes()).into_owned()).ok().map(Cow::Owned)
    }

    /// Appends the encoding of the encoded text.
    pub(crate) fn encode_again_into(&self, out: &mut String) {
        if self.is_plain { out.push_str(&self.text) } else { encode_again_into(out, &self.text) }
    }
}

/// How text is written, seen from what [`encode`] would give for what it decodes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    /// The same, and without escapes.
    Plain,
    /// The same.
    Canonical,
    /// Otherwise.
    Other,
}

impl Spelling {
    fn of(text: &[u8]) -> Self {
        let mut rest = &text[count_unreserved(text)..];
        if rest.is_empty() {
            return Self::Plain;
        }
        while !rest.is_empty() {
            match rest {
                [b'%', high, low, after @ ..] if is_canonical_escape(*high, *low) => rest = &after[count_unreserved(after)..],
                _ => return Self::Other,
            }
        }
        Self::Canonical
    }
}

fn is_canonical_escape(high: u8, low: u8) -> bool {
    let is_upper = |digit: u8| digit.is_ascii_digit() || matches!(digit, b'A'..=b'F');
    is_upper(high) && is_upper(low) && hex_pair(high, low).is_some_and(|byte| !is_unreserved(byte))
}

const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// How many unreserved characters there are at the beginning.
pub(crate) fn count_unreserved(text: &[u8]) -> usize {
    text.iter().position(|&byte| !is_unreserved(byte)).unwrap_or(text.len())
}

/// All pairs of hexadecimal digits, one after the other.
const HEX_PAIRS: &str = {
    const BYTES: [u8; 512] = {
        let digits = b"0123456789ABCDEF";
        let mut pairs = [0; 512];
        let mut byte = 0;
        while byte < 256 {
            pairs[2 * byte] = digits[byte >> 4];
            pairs[2 * byte + 1] = digits[byte & 15];
            byte += 1;
        }
        pairs
    };
    match std::str::from_utf8(&BYTES) {
        Ok(pairs) => pairs,
        Err(_) => "",
    }
};

fn push_escape(out: &mut String, byte: u8) {
    let at = 2 * usize::from(byte);
    out.push('%');
    out.push_str(&HEX_PAIRS[at..at + 2]);
}

fn decode_with(text: &[u8], plus_is_space: bool) -> Cow<'_, [u8]> {
    let is_special = |byte: u8| byte == b'%' || (plus_is_space && byte == b'+');
    let Some(first) = text.iter().position(|&byte| is_special(byte)) else {
        return Cow::Borrowed(text);
    };
    let mut out = Vec::with_capacity(text.len());
    let (run, mut rest) = text.split_at(first);
    out.extend_from_slice(run);
    while let Some((&byte, after)) = rest.split_first() {
        let escaped = match (byte, after) {
            (b'%', [high, low, ..]) => hex_pair(*high, *low),
            _ => None,
        };
        let after = if let Some(escaped) = escaped {
            out.push(escaped);
            &after[2..]
        } else {
            out.push(if plus_is_space && byte == b'+' { b' ' } else { byte });
            after
        };
        let run = after.iter().position(|&byte| is_special(byte)).unwrap_or(after.len());
        out.extend_from_slice(&after[..run]);
        rest = &after[run..];
    }
    Cow::Owned(out)
}

const fn hex_pair(high: u8, low: u8) -> Option<u8> {
    match (hex_digit(high), hex_digit(low)) {
        (Some(high), Some(low)) => Some(high << 4 | low),
        _ => None,
    }
}

const fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recoding_borrows_what_is_canonical_already() {
        for text in ["", "abc-._~", "%20%2B%FF", "a%3Db"] {
            assert!(matches!(Encoded::from_form(text).text, Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn recoding_is_decoding_and_encoding() {
        for (text, form, header) in [
            ("a+b", "a%20b", "a%2Bb"),
            ("%c3%a9", "%C3%A9", "%C3%A9"),
            ("%41", "A", "A"),
            ("100%", "100%25", "100%25"),
            ("%zz", "%25zz", "%25zz"),
            ("a%2", "a%252", "a%252"),
        ] {
            assert_eq!(Encoded::from_form(text).text, form, "{text}");
            assert_eq!(Encoded::from_header(text).text, header, "{text}");
        }
    }

    #[test]
    fn encoding_again_is_encoding_of_encoded_text() {
        for byte in 0..=255_u8 {
            let once = encode([byte]);
            let mut twice = String::new();
            encode_again_into(&mut twice, &once);
            assert_eq!(twice, encode(&once));
        }
    }

    #[test]
    fn plain_text_is_its_own_decoding() {
        for text in ["", "abc", "a+b", "%41", "%2B", "é"] {
            let encoded = Encoded::from_form(text);
            assert_eq!(encoded.is_plain, encoded.text.bytes().all(is_unreserved), "{text}");
            assert_eq!(encoded.decoded(), decode_form(text.as_bytes()), "{text}");
        }
    }
}
