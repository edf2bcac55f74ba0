//! The signature base string (RFC 5849, section 3.4.1).

use crate::params::{Param, Params};
use crate::percent::{self, Encoded};
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
    Ok(format!("{}://{}{}", located.scheme(), located.authority(), path_or_slash(located.path)))
}

/// The parameters that are signed (RFC 5849, section 3.4.1.3.1): those of the query, then those of a form body.
/// Protocol parameters of a header are not among them; add them before building the base string.
///
/// # Errors
/// When the URL is malformed.
pub fn collect_parameters<'a>(request: &Request<'a>) -> Result<Params<'a>, UrlError> {
    let mut params = Params::new();
    params.extend_from_form(request.locate()?.query);
    params.extend_from_form(request.form().unwrap_or_default());
    Ok(params)
}

/// The signature base string: method, URI and normalised parameters, each encoded, joined by `&`.
///
/// # Errors
/// When the URL is malformed.
pub fn build(request: &Request<'_>, params: &Params<'_>) -> Result<String, UrlError> {
    Ok(write(request.method(), &request.locate()?, &Values::default(), &params.signed()))
}

/// Writes the base string of protocol parameters (but for the signature) and sorted others in one piece of memory.
pub(crate) fn write(method: &str, located: &Located<'_>, protocol: &Values<'_>, others: &[&Param<'_>]) -> String {
    let protocol_length: usize = protocol.iter().map(|(_, value)| value.text.len() + 30).sum();
    let others_length: usize = others.iter().map(|pair| pair.name.text.len() + pair.value.text.len() + 6).sum();
    let mut out = String::with_capacity(method.len() + 2 * located.path.len() + protocol_length + 2 * others_length + 128);
    write_method(&mut out, method);
    out.push('&');
    located.write_encoded_origin(&mut out);
    percent::encode_into(&mut out, path_or_slash(located.path));
    out.push('&');
    let mut pairs = PairWriter { out, is_first: true };

    let mut others = others.iter().peekable();
    for (name, value) in protocol.iter().filter(|(name, _)| *name != Name::Signature) {
        while let Some(other) = others.next_if(|other| other.sort_key() < (name.text(), &value.text)) {
            pairs.push_param(other);
        }
        pairs.push_protocol(name, value);
    }
    others.for_each(|other| pairs.push_param(other));
    pairs.out
}

struct PairWriter {
    out: String,
    is_first: bool,
}

impl PairWriter {
    fn push_protocol(&mut self, name: Name, value: &Encoded<'_>) {
        self.separate();
        self.out.push_str(name.text());
        self.out.push_str("%3D");
        value.encode_again_into(&mut self.out);
    }

    fn push_param(&mut self, param: &Param<'_>) {
        self.separate();
        param.name.encode_again_into(&mut self.out);
        self.out.push_str("%3D");
        param.value.encode_again_into(&mut self.out);
    }

    fn separate(&mut self) {
        if !std::mem::take(&mut self.is_first) {
            self.out.push_str("%26");
        }
    }
}

fn path_or_slash(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

fn write_method(out: &mut String, method: &str) {
    if method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        out.push_str(method);
    } else {
        percent::encode_into(out, &method.to_uppercase());
    }
}
