//! Request parameters: ordered pairs with repetitions, never a map (RFC 5849, section 3.4.1.3).

use std::borrow::Cow;
use std::fmt;

use crate::percent::{self, Encoded};

/// One name and value.
///
/// Both are held in the encoding of the base string, so that parameters which arrive encoded that way
/// (nearly all of them) are borrowed and need no work.
#[derive(Clone, PartialEq, Eq)]
pub struct Param<'a> {
    pub(crate) name: Encoded<'a>,
    pub(crate) value: Encoded<'a>,
}

impl<'a> Param<'a> {
    /// A parameter of a decoded name and value.
    pub fn new(name: &'a str, value: &'a str) -> Self {
        Self { name: Encoded::new(name), value: Encoded::new(value) }
    }

    /// A parameter of a decoded name and value which need not be text.
    pub fn from_bytes(name: &[u8], value: &[u8]) -> Param<'static> {
        Param { name: Encoded::of_bytes(name), value: Encoded::of_bytes(value) }
    }

    /// The decoded name.
    pub fn name(&self) -> Cow<'_, [u8]> {
        self.name.decoded()
    }

    /// The decoded value.
    pub fn value(&self) -> Cow<'_, [u8]> {
        self.value.decoded()
    }

    /// Whether the name belongs to the protocol, that is, begins with `oauth_`.
    pub fn is_protocol(&self) -> bool {
        self.name.text.starts_with("oauth_")
    }

    /// The name as text, for messages.
    pub(crate) fn lossy_name(&self) -> String {
        String::from_utf8_lossy(&self.name()).into_owned()
    }

    /// Encoded name and value: the order of the base string (RFC 5849, section 3.4.1.3.2) is the order of these.
    pub(crate) fn sort_key(&self) -> (&str, &str) {
        (&self.name.text, &self.value.text)
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With PLAINTEXT the signature is the secrets themselves; xAuth sends a password.
        let is_secret = matches!(&*self.name.text, "oauth_signature" | "oauth_verifier" | "x_auth_password");
        let value = if is_secret { "(redacted)" } else { &*self.value.text };
        write!(f, "{}={value}", self.name.text)
    }
}

/// Parameters in the order in which they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params<'a> {
    pairs: Vec<Param<'a>>,
}

impl<'a> Params<'a> {
    /// No parameters yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a query or a form body: pieces between `&`, split at the first `=`, `+` for a space, `%XX` for a byte.
    ///
    /// Blank names and values count, empty pieces do not, `;` separates nothing, and nothing is refused.
    pub fn from_form(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        let mut params = Self::new();
        params.extend_from_form(text.as_ref());
        params
    }

    pub(crate) fn extend_from_form(&mut self, form: &'a [u8]) {
        match std::str::from_utf8(form) {
            Ok(text) => self.pairs.extend(pieces(form).map(|piece| read_pair(text, piece))),
            // Raw bytes that are not text are kept as they are.
            Err(_) => self.pairs.extend(pieces(form).map(|piece| {
                let (name, value) = split_pair(&form[piece]);
                Param::from_bytes(&percent::decode_form(name), &percent::decode_form(value))
            })),
        }
    }

    /// Adds one at the end.
    pub fn push(&mut self, param: Param<'a>) {
        self.pairs.push(param);
    }

    /// The pairs in their order.
    pub fn iter(&self) -> std::slice::Iter<'_, Param<'a>> {
        self.pairs.iter()
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.pairs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// The decoded value of the first parameter of that name, when there is one and it is UTF-8.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.pairs.iter().find(|pair| *pair.name() == *name.as_bytes())?.value.decoded_text()
    }

    /// The normalised parameters (RFC 5849, section 3.4.1.3.2): encoded, sorted by name and then value, joined.
    /// A parameter `oauth_signature` is left out.
    pub fn normalised(&self) -> String {
        let pairs: Vec<_> = self.signed().iter().map(|pair| format!("{}={}", pair.name.text, pair.value.text)).collect();
        pairs.join("&")
    }

    /// The pairs that are signed, sorted.
    pub(crate) fn signed(&self) -> Vec<&Param<'a>> {
        let mut pairs: Vec<_> = self.pairs.iter().filter(|pair| pair.name.text != "oauth_signature").collect();
        pairs.sort_unstable_by_key(|pair| pair.sort_key());
        pairs
    }
}

impl fmt::Debug for Params<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.pairs).finish()
    }
}

impl<'a> Extend<Param<'a>> for Params<'a> {
    fn extend<T: IntoIterator<Item = Param<'a>>>(&mut self, params: T) {
        self.pairs.extend(params);
    }
}

impl<'a> IntoIterator for Params<'a> {
    type Item = Param<'a>;
    type IntoIter = std::vec::IntoIter<Param<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.pairs.into_iter()
    }
}

impl<'p, 'a> IntoIterator for &'p Params<'a> {
    type Item = &'p Param<'a>;
    type IntoIter = std::slice::Iter<'p, Param<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// How many pairs a query or form body holds, without reading them.
pub(crate) fn count_form(form: &[u8]) -> usize {
    pieces(form).count()
}

/// Where the pieces between ampersands stand.
fn pieces(form: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut start = 0;
    let ranges = form.split(|&byte| byte == b'&').map(move |piece| {
        let range = start..start + piece.len();
        start = range.end + 1;
        range
    });
    ranges.filter(|range| !range.is_empty())
}

fn read_pair(text: &str, piece: std::ops::Range<usize>) -> Param<'_> {
    // Ampersands and equals signs are characters of their own: no cut falls into another.
    let piece = &text[piece];
    let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
    Param { name: Encoded::from_form(name), value: Encoded::from_form(value) }
}

fn split_pair(piece: &[u8]) -> (&[u8], &[u8]) {
    let at = piece.iter().position(|&byte| byte == b'=');
    at.map_or((piece, &[]), |at| (&piece[..at], &piece[at + 1..]))
}
