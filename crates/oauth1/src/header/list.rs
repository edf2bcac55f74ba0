//! Lists of `name="value"` pairs, as OAuth headers hold them.

use super::HeaderError;
use crate::params::Param;
use crate::percent;
use crate::protocol::Name;
use crate::written::Written;

/// One pair as it stands in the header, without quotes.
pub(crate) struct Pair<'a> {
    pub(crate) name: &'a [u8],
    pub(crate) value: Written<'a>,
}

impl<'a> Pair<'a> {
    pub(crate) fn is_realm(&self) -> bool {
        self.name.eq_ignore_ascii_case(b"realm")
    }

    pub(crate) fn param(&self) -> Param<'a> {
        Param {
            name: Written::in_header(self.name),
            value: self.value,
        }
    }
}

/// The pairs of an OAuth header; `None` when the scheme is another one.
pub(crate) fn pairs(value: &[u8]) -> Option<Scanner<'_>> {
    strip_scheme(value).map(Scanner::new)
}

/// What follows the scheme OAuth, in any letter case.
fn strip_scheme(value: &[u8]) -> Option<&[u8]> {
    let (scheme, rest) = value.trim_ascii_start().split_at_checked(5)?;
    let is_separated = rest.first().is_none_or(|&byte| is_space(byte));
    (scheme.eq_ignore_ascii_case(b"OAuth") && is_separated).then_some(rest)
}

/// Reads pairs one after the other.
pub(crate) struct Scanner<'a> {
    rest: &'a [u8],
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(list: &'a [u8]) -> Self {
        Self { rest: list }
    }

    /// The next pair, or `None` at the end. Commas may be too many everywhere and missing nowhere.
    pub(crate) fn next_pair(&mut self) -> Result<Option<Pair<'a>>, HeaderError> {
        self.skip_separators();
        if self.rest.is_empty() {
            return Ok(None);
        }
        let name = self.take_while(is_word);
        self.skip_spaces();
        self.rest = self
            .rest
            .strip_prefix(b"=")
            .filter(|_| !name.is_empty())
            .ok_or(HeaderError::Malformed)?;
        self.skip_spaces();
        let value = match self.rest.strip_prefix(b"\"") {
            Some(text) => self.quoted(text)?,
            None => Written::in_header(self.take_while(is_word)),
        };
        self.skip_spaces();
        if matches!(self.rest.first(), None | Some(b',')) {
            Ok(Some(Pair { name, value }))
        } else {
            Err(HeaderError::Malformed)
        }
    }

    /// The next pair when it is a protocol parameter written as nearly everybody writes it: `name="value"`, a comma, a space,
    /// and nothing to decode but what the base string wants encoded. Otherwise [`next_pair`](Self::next_pair) has to read it.
    #[inline(always)]
    pub(crate) fn next_simple_pair(&mut self) -> Option<(Name, Written<'a>)> {
        let text = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
        let (name, text) = Name::at_start(text)?;
        let text = text.strip_prefix(b"=\"")?;
        let (length, is_plain) = percent::count_canonical(text);
        let (value, after) = text.split_at(length);
        self.rest = match after {
            [b'"'] => &[],
            [b'"', b',', rest @ ..] => rest,
            _ => return None,
        };
        Some((name, Written::canonical(value, is_plain)))
    }

    /// Whether nothing is left, not even spaces.
    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The name of a scheme, when one stands next: a word, and then the end, a comma, or a space and something that is no equals sign.
    pub(crate) fn next_scheme(&mut self) -> Option<&'a [u8]> {
        let before = self.rest;
        let word = self.take_while(is_word);
        let is_spaced = self.rest.first().is_some_and(|&byte| is_space(byte));
        self.skip_spaces();
        let is_scheme = match self.rest.first() {
            None | Some(b',') => true,
            Some(b'=') => false,
            Some(_) => is_spaced,
        };
        if !word.is_empty() && is_scheme {
            return Some(word);
        }
        self.rest = before;
        None
    }

    /// Passes over credentials that are no list of pairs (`token68` in RFC 9110, section 11.2), when they stand next.
    pub(crate) fn skip_token68(&mut self) {
        let before = self.rest;
        let is_there = !self
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"-._~+/".contains(&byte))
            .is_empty();
        self.take_while(|byte| byte == b'=');
        self.skip_spaces();
        if !is_there || !matches!(self.rest.first(), None | Some(b',')) {
            self.rest = before;
        }
    }

    pub(crate) fn skip_separators(&mut self) {
        self.take_while(|byte| is_space(byte) || byte == b',');
    }

    /// A quoted string (RFC 9110, section 5.6.4), whose first quote is gone.
    fn quoted(&mut self, text: &'a [u8]) -> Result<Written<'a>, HeaderError> {
        let mut end = text
            .iter()
            .position(|byte| matches!(byte, b'"' | b'\\'))
            .ok_or(HeaderError::Malformed)?;
        let has_backslashes = text[end] == b'\\';
        // A backslash protects the character after it.
        while text[end] == b'\\' {
            let after = text.get(end + 2..).ok_or(HeaderError::Malformed)?;
            let next = after
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\'))
                .ok_or(HeaderError::Malformed)?;
            end += 2 + next;
        }
        let (inside, after) = text.split_at(end);
        self.rest = &after[1..];
        Ok(if has_backslashes {
            Written::in_quotes(inside)
        } else {
            Written::in_header(inside)
        })
    }

    fn take_while(&mut self, is_wanted: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self
            .rest
            .iter()
            .position(|&byte| !is_wanted(byte))
            .unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn skip_spaces(&mut self) {
        self.take_while(is_space);
    }
}

/// A byte of a name or of a value without quotes.
fn is_word(byte: u8) -> bool {
    !is_space(byte) && !matches!(byte, b'=' | b',' | b';' | b'"')
}

fn is_space(byte: u8) -> bool {
    // A folded header line (RFC 9112, section 5.2) reaches us with its line end.
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
