//! Lists of `name="value"` pairs, as OAuth headers hold them.

use std::borrow::Cow;

use super::HeaderError;
use crate::params::Param;
use crate::percent::{self, Encoded};

/// One pair as it stands in the header, quotes and backslashes removed, percent-encoding left.
pub(crate) struct Pair<'a> {
    pub(crate) name: &'a str,
    pub(crate) value: Value<'a>,
}

pub(crate) struct Value<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Known to consist of unreserved characters.
    is_plain: bool,
}

impl<'a> Value<'a> {
    pub(crate) fn encoded(self) -> Encoded<'a> {
        match self.text {
            Cow::Borrowed(text) if self.is_plain => Encoded { text: Cow::Borrowed(text), is_plain: true },
            Cow::Borrowed(text) => Encoded::from_header(text),
            Cow::Owned(text) => Encoded::of_bytes(&percent::decode(text.as_bytes())),
        }
    }
}

impl<'a> Pair<'a> {
    pub(crate) fn is_realm(&self) -> bool {
        self.name.eq_ignore_ascii_case("realm")
    }

    pub(crate) fn into_param(self) -> Param<'a> {
        Param { name: Encoded::from_header(self.name), value: self.value.encoded() }
    }
}

/// The pairs of an OAuth header.
///
/// # Errors
/// When the scheme is another one, or the value is no text.
pub(crate) fn pairs(value: &[u8]) -> Result<Scanner<'_>, HeaderError> {
    let list = strip_scheme(value).ok_or(HeaderError::OtherScheme)?;
    std::str::from_utf8(list).map(Scanner::new).map_err(|_| HeaderError::Malformed)
}

/// What follows the scheme OAuth, in any letter case.
pub(crate) fn strip_scheme(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.trim_ascii_start().split_at_checked(5)?;
    let is_separated = rest.first().is_none_or(|&byte| is_space(byte));
    (scheme.eq_ignore_ascii_case(b"OAuth") && is_separated).then_some(rest)
}

/// Reads pairs one after the other.
pub(crate) struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(list: &'a str) -> Self {
        Self { rest: list }
    }

    /// The next pair, or `None` at the end. Commas may be too many everywhere and missing nowhere.
    pub(crate) fn next_pair(&mut self) -> Result<Option<Pair<'a>>, HeaderError> {
        if let Some(pair) = self.next_simple_pair() {
            return Ok(Some(pair));
        }
        self.skip_separators();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let name = self.take_while(is_word);
        self.skip_spaces();
        self.rest = self.rest.strip_prefix('=').filter(|_| !name.is_empty()).ok_or(HeaderError::Malformed)?;
        self.skip_spaces();
        let value = if self.rest.starts_with('"') { self.quoted()? } else { self.unquoted() };
        self.skip_spaces();
        if self.rest.is_empty() || self.rest.starts_with(',') {
            Ok(Some(Pair { name, value }))
        } else {
            Err(HeaderError::Malformed)
        }
    }

    /// The next pair when it is written as nearly everybody writes it, with nothing to decode: `name="value"`, a comma, a space.
    fn next_simple_pair(&mut self) -> Option<Pair<'a>> {
        let text = self.rest.strip_prefix(' ').unwrap_or(self.rest);
        let (name, after) = split_unreserved(text);
        let (value, after) = split_unreserved(after.strip_prefix("=\"")?);
        let after = after.strip_prefix('"')?;
        if name.is_empty() || !(after.is_empty() || after.starts_with(',')) {
            return None;
        }
        self.rest = after.strip_prefix(',').unwrap_or(after);
        Some(Pair { name, value: Value { text: Cow::Borrowed(value), is_plain: true } })
    }

    /// The name of a scheme, when one stands next: a word, a space and then something that is no equals sign.
    pub(crate) fn next_scheme(&mut self) -> Option<&'a str> {
        let before = self.rest;
        let word = self.take_while(is_word);
        let is_spaced = self.rest.bytes().next().is_some_and(is_space);
        self.skip_spaces();
        if !word.is_empty() && is_spaced && !self.rest.is_empty() && !self.rest.starts_with(['=', ',']) {
            return Some(word);
        }
        self.rest = before;
        None
    }

    pub(crate) fn skip_separators(&mut self) {
        self.take_while(|byte| is_space(byte) || byte == b',');
    }

    fn unquoted(&mut self) -> Value<'a> {
        Value { text: Cow::Borrowed(self.take_while(is_word)), is_plain: false }
    }

    /// A quoted string (RFC 9110, section 5.6.4).
    fn quoted(&mut self) -> Result<Value<'a>, HeaderError> {
        let text = &self.rest[1..];
        let end = text.find(['"', '\\']).ok_or(HeaderError::Malformed)?;
        if text.as_bytes()[end] == b'"' {
            self.rest = &text[end + 1..];
            return Ok(Value { text: Cow::Borrowed(&text[..end]), is_plain: false });
        }
        let mut value = text[..end].to_owned();
        let mut characters = text[end..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.rest = &text[end + at + 1..];
                    return Ok(Value { text: Cow::Owned(value), is_plain: false });
                }
                '\\' => value.push(characters.next().ok_or(HeaderError::Malformed)?.1),
                _ => value.push(character),
            }
        }
        Err(HeaderError::Malformed)
    }

    fn take_while(&mut self, is_wanted: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().position(|byte| !is_wanted(byte)).unwrap_or(self.rest.len());
        // All that ends a run is ASCII, so the cut falls between characters.
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_spaces(&mut self) {
        self.take_while(is_space);
    }
}

fn split_unreserved(text: &str) -> (&str, &str) {
    text.split_at(percent::count_unreserved(text.as_bytes()))
}

/// A byte of a name or of a value without quotes.
fn is_word(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'=' | b',' | b';' | b'"')
}

fn is_space(byte: u8) -> bool {
    // A folded header line (RFC 9112, section 5.2) reaches us with its line end.
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
