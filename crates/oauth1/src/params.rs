//! Request parameters: ordered pairs with repetitions, never a map (RFC 5849, section 3.4.1.3).

use std::borrow::Cow;
use std::fmt;

use crate::percent;
use crate::protocol::Name;
use crate::written::Written;

/// One name and value, as they were written.
#[derive(Clone, Copy)]
pub struct Param<'a> {
    pub(crate) name: Written<'a>,
    pub(crate) value: Written<'a>,
}

impl<'a> Param<'a> {
    /// A parameter of a name and value that are not encoded.
    pub fn new(
        name: &'a (impl AsRef<[u8]> + ?Sized),
        value: &'a (impl AsRef<[u8]> + ?Sized),
    ) -> Self {
        Self {
            name: Written::decoded(name.as_ref()),
            value: Written::decoded(value.as_ref()),
        }
    }

    /// The decoded name.
    pub fn name(&self) -> Cow<'a, [u8]> {
        self.name.decode()
    }

    /// The decoded value.
    pub fn value(&self) -> Cow<'a, [u8]> {
        self.value.decode()
    }

    /// Whether the name belongs to the protocol, that is, begins with `oauth_`.
    pub fn is_protocol(&self) -> bool {
        self.name().starts_with(b"oauth_")
    }

    pub(crate) fn known_name(&self) -> Option<Name> {
        Name::from_bytes(&self.name())
    }

    /// The name as text, for messages.
    pub(crate) fn lossy_name(&self) -> String {
        String::from_utf8_lossy(&self.name()).into_owned()
    }

    /// Name and value as the normalised parameters have them. Their order is the order of these pairs.
    pub(crate) fn encode(&self) -> EncodedPair<'a> {
        (self.name.encode(), self.value.encode())
    }
}

/// An encoded name and value.
pub(crate) type EncodedPair<'a> = (Cow<'a, [u8]>, Cow<'a, [u8]>);

impl PartialEq for Param<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.value() == other.value()
    }
}

impl Eq for Param<'_> {}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // With PLAINTEXT the signature is the secrets themselves; xAuth sends a password.
        let is_secret = [
            b"oauth_signature".as_slice(),
            b"oauth_verifier",
            b"oauth_token_secret",
            b"oauth_session_handle",
            b"x_auth_password",
        ]
        .contains(&&*self.name());
        if is_secret {
            write!(f, "{:?}=(redacted)", self.name)
        } else {
            write!(f, "{:?}={:?}", self.name, self.value)
        }
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
        read_form(text.as_ref()).collect()
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
        self.pairs
            .iter()
            .find(|pair| *pair.name() == *name.as_bytes())?
            .value
            .decode_text()
    }

    /// The normalised parameters (RFC 5849, section 3.4.1.3.2): encoded, sorted by name and then value, joined.
    /// A parameter `oauth_signature` is left out.
    pub fn normalised(&self) -> String {
        let mut pairs = self.sorted();
        pairs.retain(|(name, _)| **name != *b"oauth_signature");
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| [name, b"=".as_slice(), value].concat())
            .collect();
        percent::into_text(pairs.join(b"&".as_slice()))
    }

    /// The pairs, encoded and sorted.
    pub(crate) fn sorted(&self) -> Vec<EncodedPair<'a>> {
        let mut pairs: Vec<_> = self.pairs.iter().map(Param::encode).collect();
        pairs.sort_unstable();
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

impl<'a> FromIterator<Param<'a>> for Params<'a> {
    fn from_iter<T: IntoIterator<Item = Param<'a>>>(params: T) -> Self {
        Self {
            pairs: params.into_iter().collect(),
        }
    }
}

impl<'p, 'a> IntoIterator for &'p Params<'a> {
    type Item = &'p Param<'a>;
    type IntoIter = std::slice::Iter<'p, Param<'a>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// The pairs of a query or form body, one after the other.
pub(crate) fn read_form(form: &[u8]) -> impl Iterator<Item = Param<'_>> {
    pieces(form).map(|piece| {
        let end = piece
            .iter()
            .position(|&byte| byte == b'=')
            .unwrap_or(piece.len());
        let (name, value) = piece.split_at(end);
        let value = value.strip_prefix(b"=").unwrap_or(value);
        Param {
            name: Written::in_form(name),
            value: Written::in_form(value),
        }
    })
}

/// How many pairs a query or form body holds, without reading them.
pub(crate) fn count_form(form: &[u8]) -> usize {
    pieces(form).count()
}

fn pieces(form: &[u8]) -> impl Iterator<Item = &[u8]> {
    form.split(|&byte| byte == b'&')
        .filter(|piece| !piece.is_empty())
}
