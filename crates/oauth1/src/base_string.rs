//! The signature base string (RFC 5849, section 3.4.1).

use crate::params::{EncodedPair, Param, Params, read_form};
use crate::percent;
use crate::protocol::{Name, Values};
use crate::request::{Located, Request};
use crate::url::UrlError;

/// The base string URI (RFC 5849, section 3.4.1.2): scheme, host, port and path, without query.
///
/// ```
/// use pumphouse_oauth1::{Request, base_string};
///
/// let request = Request::new("GET", "HTTP://EXAMPLE.COM:80/r%20v/X?id=123");
/// assert_eq!(base_string::uri(&request)?, "http://example.com/r%20v/X");
/// # Ok::<(), pumphouse_oauth1::UrlError>(())
/// ```
///
/// # Errors
/// When the URL is malformed.
pub fn uri(request: &Request<'_>) -> Result<String, UrlError> {
    let located = request.locate()?;
    let path = located.target.path();
    let path = if path.is_empty() { "/" } else { &path };
    Ok(located.origin() + path)
}

/// The parameters that are signed (RFC 5849, section 3.4.1.3.1): those of the query, then those of a form body.
/// Protocol parameters of a header are not among them; add them before building the base string.
///
/// # Errors
/// When the URL is malformed.
pub fn collect_parameters<'a>(request: &Request<'a>) -> Result<Params<'a>, UrlError> {
    let query = read_form(request.locate()?.query());
    Ok(query
        .chain(read_form(request.form().unwrap_or_default()))
        .collect())
}

/// The signature base string: method, URI and normalised parameters, each encoded, joined by `&`.
///
/// # Errors
/// When the URL is malformed.
pub fn build(request: &Request<'_>, params: &Params<'_>) -> Result<String, UrlError> {
    Ok(percent::into_text(write(
        request.method(),
        &request.locate()?,
        &Values::default(),
        params,
    )))
}

/// Writes the base string of protocol parameters (but for the signature) and others in one piece of memory.
pub(crate) fn write(
    method: &str,
    located: &Located<'_>,
    protocol: &Values<'_>,
    others: &Params<'_>,
) -> Vec<u8> {
    let others = Sorted::new(others);
    let mut pairs = PairWriter::new(method, located, others.length() + 512);
    pairs.push_all(protocol, others.signed());
    pairs.out
}

/// The same, with protocol parameters that are written already and take `length` bytes or a little more.
/// `None` when others belong among them.
pub(crate) fn write_around(
    method: &str,
    located: &Located<'_>,
    others: &Params<'_>,
    length: usize,
    write_protocol: impl FnOnce(&mut Vec<u8>),
) -> Option<Vec<u8>> {
    let others = Sorted::new(others);
    let signed = others.signed();
    let (before, rest) =
        signed.split_at(signed.partition_point(|(name, _)| **name < b"oauth_"[..]));
    if rest
        .first()
        .is_some_and(|(name, _)| **name <= b"oauth_version"[..])
    {
        return None;
    }
    let mut pairs = PairWriter::new(method, located, others.length() + length + 64);
    before.iter().for_each(|other| pairs.push_other(other));
    pairs.push("%26");
    write_protocol(&mut pairs.out);
    rest.iter().for_each(|other| pairs.push_other(other));
    Some(pairs.out)
}

/// The part of the base string that holds the protocol parameters alone.
pub(crate) fn protocol_part(protocol: &Values<'_>) -> Vec<u8> {
    let mut pairs = PairWriter {
        start: 0,
        out: Vec::new(),
    };
    pairs.push_all(protocol, &[]);
    pairs.out
}

/// The encoded parameters that are signed, in their order. Up to one, the usual number, is sorted and needs no memory.
enum Sorted<'a> {
    UpToOne(Option<EncodedPair<'a>>),
    Several(Vec<EncodedPair<'a>>),
}

impl<'a> Sorted<'a> {
    fn new(params: &Params<'a>) -> Self {
        let is_signed = |(name, _): &EncodedPair<'_>| **name != *b"oauth_signature";
        if params.len() <= 1 {
            return Self::UpToOne(params.iter().next().map(Param::encode).filter(is_signed));
        }
        let mut pairs = params.sorted();
        pairs.retain(is_signed);
        Self::Several(pairs)
    }

    fn signed(&self) -> &[EncodedPair<'a>] {
        match self {
            Self::UpToOne(pair) => pair.as_slice(),
            Self::Several(pairs) => pairs,
        }
    }

    /// How long they are in the base string, at most.
    fn length(&self) -> usize {
        self.signed()
            .iter()
            .map(|(name, value)| 3 * (name.len() + value.len()) + 6)
            .sum()
    }
}

struct PairWriter {
    start: usize,
    out: Vec<u8>,
}

impl PairWriter {
    /// Writes everything before the parameters. `length` is how long these will be.
    fn new(method: &str, located: &Located<'_>, length: usize) -> Self {
        let mut out = Vec::with_capacity(method.len() + located.length() + length);
        write_method(&mut out, method);
        out.push(b'&');
        located.encode_origin_into(&mut out);
        located.target.encode_path_into(&mut out);
        out.push(b'&');
        Self {
            start: out.len(),
            out,
        }
    }

    fn push_all(&mut self, protocol: &Values<'_>, mut others: &[EncodedPair<'_>]) {
        for (name, value) in protocol.iter().filter(|(name, _)| *name != Name::Signature) {
            // Known names never stand among the others, so names decide alone.
            while let [other, rest @ ..] = others
                && *other.0 < *name.text().as_bytes()
            {
                self.push_other(other);
                others = rest;
            }
            self.push_name(name);
            value.encode_twice_into(&mut self.out);
        }
        others.iter().for_each(|other| self.push_other(other));
    }

    /// Writes what comes before a value of the protocol.
    #[inline(always)]
    fn push_name(&mut self, name: Name) {
        let text = name.text_in_base_string();
        if self.out.len() == self.start {
            return self.push(text);
        }
        let end = self.out.len() + text.len();
        self.out
            .extend_from_slice(name.filled_text_in_base_string());
        self.out.truncate(end);
    }

    /// Writes what comes before a value: an ampersand, unless this is the first pair, the name and an equals sign.
    fn push(&mut self, before: &str) {
        let before = if self.out.len() == self.start {
            &before["%26".len()..]
        } else {
            before
        };
        self.out.extend_from_slice(before.as_bytes());
    }

    fn push_other(&mut self, (name, value): &EncodedPair<'_>) {
        self.push("%26");
        percent::encode_again_into(&mut self.out, name);
        self.out.extend_from_slice(b"%3D");
        percent::encode_again_into(&mut self.out, value);
    }
}

fn write_method(out: &mut Vec<u8>, method: &str) {
    if method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        out.extend_from_slice(method.as_bytes());
    } else {
        percent::encode_into(out, method.to_uppercase().as_bytes());
    }
}
