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

const DIGITS: &[u8; 16] = b"0123456789ABCDEF";

/// Percent-encodes bytes (RFC 5849, section 3.6).
///
/// ```
/// use pumphouse_oauth1::percent::encode;
///
/// assert_eq!(encode("a b+c~"), "a%20b%2Bc~");
/// assert_eq!(encode("☃"), "%E2%98%83");
/// ```
pub fn encode(text: impl AsRef<[u8]>) -> String {
    into_text(encode_bytes(text.as_ref()).into_owned())
}

/// Undoes [`encode`]: `%XX` becomes a byte, everything else (`+` too) stays.
/// This is how values in an `Authorization` header are read.
pub fn decode(text: &[u8]) -> Cow<'_, [u8]> {
    decode_with::<false>(text)
}

/// Undoes the encoding of `application/x-www-form-urlencoded`: like [`decode`], and `+` is a space.
/// This is how names and values in a query and in a form body are read.
pub fn decode_form(text: &[u8]) -> Cow<'_, [u8]> {
    decode_with::<true>(text)
}

/// [`encode`], borrowing when there is nothing to encode.
pub(crate) fn encode_bytes(text: &[u8]) -> Cow<'_, [u8]> {
    if is_unreserved_throughout(text) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(3 * text.len());
    encode_into(&mut out, text);
    Cow::Owned(out)
}

/// Appends the encoding of `text`.
pub(crate) fn encode_into(out: &mut Vec<u8>, text: &[u8]) {
    // Long text with nothing to encode (secrets mostly) is recognised faster than it is searched.
    if text.len() >= 32 && is_unreserved_throughout(text) {
        return out.extend_from_slice(text);
    }
    let mut rest = text;
    loop {
        let run = rest
            .iter()
            .position(|&byte| !is_unreserved(byte))
            .unwrap_or(rest.len());
        let (run, after) = rest.split_at(run);
        out.extend_from_slice(run);
        let Some((&byte, after)) = after.split_first() else {
            return;
        };
        out.extend_from_slice(&escape(byte));
        rest = after;
    }
}

/// The same for text that goes into text.
pub(crate) fn encode_text_into(out: &mut String, text: &str) {
    let mut rest = text;
    loop {
        let (run, after) = rest.split_at(count_unreserved(rest.as_bytes()));
        out.push_str(run);
        let Some(character) = after.chars().next() else {
            return;
        };
        let (reserved, after) = after.split_at(character.len_utf8());
        for byte in reserved.bytes() {
            out.extend(escape(byte).map(char::from));
        }
        rest = after;
    }
}

const fn escape(byte: u8) -> [u8; 3] {
    [
        b'%',
        DIGITS[(byte >> 4) as usize],
        DIGITS[(byte & 15) as usize],
    ]
}

/// Appends the encoding of text that is encoded already: of its bytes only `%` needs it.
pub(crate) fn encode_again_into(out: &mut Vec<u8>, encoded: &[u8]) {
    let mut pieces = encoded.split(|&byte| byte == b'%');
    out.extend_from_slice(pieces.next().unwrap_or_default());
    for piece in pieces {
        out.extend_from_slice(b"%25");
        out.extend_from_slice(piece);
    }
}

/// Whether all characters are unreserved, as they are in most text.
pub(crate) fn is_unreserved_throughout(text: &[u8]) -> bool {
    all_bytes(text, computes_as_unreserved)
}

/// Whether all bytes are of a kind, looking at many without a branch for each, so that the compiler makes vector instructions of it.
/// `is_of_kind` must be computed, not looked up.
#[inline(always)]
pub(crate) fn all_bytes(text: &[u8], is_of_kind: impl Fn(u8) -> bool + Copy) -> bool {
    if let Some(last) = text.last_chunk::<16>() {
        // Some are looked at twice, which is faster than one by one.
        let (chunks, _) = text.as_chunks::<16>();
        return all_of_chunk(last, is_of_kind)
            && chunks.iter().all(|chunk| all_of_chunk(chunk, is_of_kind));
    }
    if let (Some(first), Some(last)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
        return all_of_chunk(first, is_of_kind) & all_of_chunk(last, is_of_kind);
    }
    text.iter().all(|&byte| is_of_kind(byte))
}

#[inline(always)]
fn all_of_chunk<const N: usize>(chunk: &[u8; N], is_of_kind: impl Fn(u8) -> bool) -> bool {
    chunk.iter().fold(true, |all, &byte| all & is_of_kind(byte))
}

/// How many unreserved characters there are at the beginning.
#[inline]
pub(crate) fn count_unreserved(text: &[u8]) -> usize {
    let mut rest = text;
    while let Some((eight, after)) = rest.split_first_chunk() {
        let count = count_unreserved_of_eight(*eight);
        if count < 8 {
            return text.len() - rest.len() + count;
        }
        rest = after;
    }
    let counted = text.len() - rest.len();
    let is_reserved = |&byte: &u8| !is_unreserved(byte);
    counted + rest.iter().position(is_reserved).unwrap_or(rest.len())
}

/// The same for eight bytes, all at once: the highest bit of each byte of a word tells what the byte is.
#[inline(always)]
const fn count_unreserved_of_eight(text: [u8; 8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = ONES << 7;
    /// Bytes below 128 in a range: adding what is missing to 128 sets the highest bit of those that reach so far.
    const fn between(word: u64, first: u8, last: u8) -> u64 {
        (word + ONES * (128 - first as u64)) & !(word + ONES * (127 - last as u64))
    }
    let word = u64::from_le_bytes(text);
    let low = word & !HIGHEST;
    let unreserved = between(low | (ONES << 5), b'a', b'z')
        | between(low, b'0', b'9')
        | between(low, b'-', b'.')
        | between(low, b'_', b'_')
        | between(low, b'~', b'~');
    let reserved = (word | !unreserved) & HIGHEST;
    reserved.trailing_zeros() as usize / 8
}

/// How much at the beginning is what [`encode`] gives for what it decodes to, and whether it is without escapes.
pub(crate) fn count_canonical(text: &[u8]) -> (usize, bool) {
    let mut count = count_unreserved(text);
    let plain = count;
    while let [b'%', high, low, after @ ..] = &text[count..] {
        if !is_canonical_escape(*high, *low) {
            break;
        }
        count += 3 + count_unreserved(after);
    }
    (count, count == plain)
}

fn is_canonical_escape(high: u8, low: u8) -> bool {
    let is_upper = !high.is_ascii_lowercase() && !low.is_ascii_lowercase();
    is_upper && hex_pair(high, low).is_some_and(|byte| !is_unreserved(byte))
}

const fn is_unreserved(byte: u8) -> bool {
    UNRESERVED[byte as usize]
}

/// The same as [`is_unreserved`], by arithmetic instead of memory.
const fn computes_as_unreserved(byte: u8) -> bool {
    let is_letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    let is_digit = byte.wrapping_sub(b'0') < 10;
    is_letter | is_digit | (byte == b'-') | (byte == b'.') | (byte == b'_') | (byte == b'~')
}

fn decode_with<const PLUS_IS_SPACE: bool>(text: &[u8]) -> Cow<'_, [u8]> {
    if count_plain::<PLUS_IS_SPACE>(text) == text.len() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    decode_into::<PLUS_IS_SPACE>(&mut out, text);
    Cow::Owned(out)
}

/// How many bytes at the beginning stand for themselves.
fn count_plain<const PLUS_IS_SPACE: bool>(text: &[u8]) -> usize {
    let is_special = |&byte: &u8| byte == b'%' || (PLUS_IS_SPACE && byte == b'+');
    text.iter().position(is_special).unwrap_or(text.len())
}

/// Appends what `text` decodes to.
pub(crate) fn decode_into<const PLUS_IS_SPACE: bool>(out: &mut Vec<u8>, text: &[u8]) {
    let (run, mut rest) = text.split_at(count_plain::<PLUS_IS_SPACE>(text));
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
            out.push(if byte == b'+' { b' ' } else { byte });
            after
        };
        let (run, after) = after.split_at(count_plain::<PLUS_IS_SPACE>(after));
        out.extend_from_slice(run);
        rest = after;
    }
}

fn hex_pair(high: u8, low: u8) -> Option<u8> {
    Some(hex_digit(high)? << 4 | hex_digit(low)?)
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// Bytes that we wrote ourselves, as text. They are ASCII, or pieces of text that came in as text.
pub(crate) fn into_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_at_each_place_ends_the_count_or_does_not() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut text = *b"aZ09-._~aZ09-._~aZ09";
                text[place] = byte;
                let expected = if is_unreserved(byte) { 20 } else { place };
                assert_eq!(count_unreserved(&text), expected, "{byte} at {place}");
            }
        }
    }

    #[test]
    fn canonical_is_what_encoding_the_decoding_gives() {
        for text in [
            "",
            "abc-._~",
            "%20%2B%FF",
            "a%3Db",
            "a+b",
            "%c3%a9",
            "%41",
            "100%",
            "%zz",
            "a%2",
            "é",
            "a b",
        ] {
            let again = encode(decode(text.as_bytes()));
            assert_eq!(
                count_canonical(text.as_bytes()).0 == text.len(),
                again == text,
                "{text}"
            );
        }
        assert_eq!(count_canonical(b"ab%2Fc\""), (6, false));
        assert_eq!(count_canonical(b"0123456789abcdefghij\""), (20, true));
    }

    #[test]
    fn unreserved_characters_are_counted_wherever_the_first_other_stands() {
        for length in 0..50 {
            let mut text = vec![b'a'; length];
            assert_eq!(count_unreserved(&text), length);
            assert!(is_unreserved_throughout(&text));
            for at in (0..length).rev() {
                text[at] = b'"';
                assert_eq!(count_unreserved(&text), at);
                assert!(!is_unreserved_throughout(&text));
            }
        }
    }

    #[test]
    fn both_ways_of_knowing_unreserved_characters_agree() {
        for byte in 0..=255 {
            assert_eq!(is_unreserved(byte), computes_as_unreserved(byte), "{byte}");
        }
    }

    #[test]
    fn text_is_encoded_like_bytes() {
        for text in ["", "abc", "a+/b==", "é☃", "aé", "éa", "%"] {
            let mut out = String::from("before ");
            encode_text_into(&mut out, text);
            assert_eq!(out, format!("before {}", encode(text)));
        }
    }

    #[test]
    fn encoding_again_is_encoding_of_encoded_text() {
        for byte in 0..=255_u8 {
            let once = encode([byte]);
            let mut twice = Vec::new();
            encode_again_into(&mut twice, once.as_bytes());
            assert_eq!(twice, encode(&once).as_bytes());
        }
    }
}
