//! The `Authorization` header (RFC 5849, section 3.5.1) and its counterpart `WWW-Authenticate`.

mod challenge;
mod list;

use std::borrow::Cow;
use std::collections::HashSet;

pub use self::challenge::Challenge;
pub(crate) use self::list::pairs;
use crate::params::Params;

/// Why a header is no OAuth header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The scheme is another one.
    #[error("the header does not use the scheme OAuth")]
    OtherScheme,
    /// The list of parameters does not follow the grammar.
    #[error(
        "the parameters of the OAuth header are malformed: write name=\"value\" pairs separated by commas"
    )]
    Malformed,
    /// A protocol parameter or the realm stands there more than once.
    #[error("the OAuth header holds the parameter {0:?} more than once")]
    Duplicated(String),
    /// It holds more parameters than any honest one.
    #[error("the OAuth header holds more than 1000 parameters")]
    TooMany,
}

/// So many parameters a header may hold: as many as the usual [`Limits`](crate::verify::Limits) let a request have.
const MOST_PARAMETERS: usize = 1_000;

/// The contents of an OAuth header: the realm, which is never signed, and the parameters in their order.
///
/// ```
/// use pumphouse_oauth1::header::Authorization;
///
/// let header = Authorization::parse(br#"oauth realm="Photos", oauth_token="a%20b", oauth_nonce="n""#)?;
/// assert_eq!(header.realm(), Some("Photos"));
/// assert_eq!(header.params().get("oauth_token").as_deref(), Some("a b"));
/// # Ok::<(), pumphouse_oauth1::header::HeaderError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authorization<'a> {
    realm: Option<Cow<'a, str>>,
    params: Params<'a>,
}

impl<'a> Authorization<'a> {
    /// Of parts, to be written with [`to_string`](ToString::to_string).
    pub fn new(realm: Option<&'a str>, params: Params<'a>) -> Self {
        Self {
            realm: realm.map(Cow::Borrowed),
            params,
        }
    }

    /// Reads a header value. Lenient in spacing, folded lines, empty list items and missing quotes; strict in everything else.
    ///
    /// # Errors
    /// When the scheme is not OAuth (in any letter case), the grammar is violated, a protocol parameter is repeated, or there are more than 1,000.
    pub fn parse(value: &'a [u8]) -> Result<Self, HeaderError> {
        let mut header = Self::default();
        let mut names = HashSet::new();
        let mut pairs = pairs(value).ok_or(HeaderError::OtherScheme)?;
        while let Some(pair) = pairs.next_pair()? {
            if pair.is_realm() {
                if header.realm.replace(pair.value.unquoted_text()).is_some() {
                    return Err(HeaderError::Duplicated("realm".to_owned()));
                }
                continue;
            }
            let param = pair.param();
            if param.is_protocol() && !names.insert(param.name()) {
                return Err(HeaderError::Duplicated(param.lossy_name()));
            }
            if header.params.len() == MOST_PARAMETERS {
                return Err(HeaderError::TooMany);
            }
            header.params.push(param);
        }
        Ok(header)
    }

    /// The realm, when there is one.
    pub fn realm(&self) -> Option<&str> {
        self.realm.as_deref()
    }

    /// The parameters but for the realm, decoded exactly once.
    pub fn params(&self) -> &Params<'a> {
        &self.params
    }
}

impl std::fmt::Display for Authorization<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&write(self.realm(), &self.params))
    }
}

/// Writes a header value: the realm as a quoted string, then the parameters, percent-encoded.
pub(crate) fn write(realm: Option<&str>, params: &Params<'_>) -> String {
    let mut out = String::new();
    write_scheme(&mut out, realm);
    for param in params {
        let (name, value) = param.encode();
        write_pair(
            &mut out,
            &String::from_utf8_lossy(&name),
            &String::from_utf8_lossy(&value),
        );
    }
    out
}

pub(crate) fn write_scheme(out: &mut String, realm: Option<&str>) {
    out.push_str("OAuth ");
    if let Some(realm) = realm {
        out.push_str("realm=");
        write_quoted(out, realm);
    }
}

/// Writes a pair that is percent-encoded already.
pub(crate) fn write_pair(out: &mut String, name: &str, value: &str) {
    if !out.ends_with(' ') {
        out.push_str(", ");
    }
    out.push_str(name);
    out.push_str("=\"");
    out.push_str(value);
    out.push('"');
}

/// A quoted string (RFC 9110, section 5.6.4). Control characters, which no header can carry, become spaces.
fn write_quoted(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            _ if character.is_ascii_control() => out.push(' '),
            _ => out.push(character),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_hold_so_many_parameters_and_no_more() {
        let header = |count: usize| {
            let pairs: Vec<_> = (0..count).map(|n| format!("oauth_{n}=\"v\"")).collect();
            format!("OAuth {}", pairs.join(","))
        };
        let most = header(MOST_PARAMETERS);
        let parsed = Authorization::parse(most.as_bytes());
        assert_eq!(
            parsed.map(|header| header.params.len()),
            Ok(MOST_PARAMETERS)
        );
        let more = header(MOST_PARAMETERS + 1);
        assert_eq!(
            Authorization::parse(more.as_bytes()),
            Err(HeaderError::TooMany)
        );
    }
}
