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
    Ok(format!(
        "{}://{}{}",
        located.scheme(),
        located.authority(),
        path_or_slash(located.path)
    ))
}

/// The parameters that are signed (RFC 5849, section 3.4.1.3.1): those of the query, then those of a form body.
/// Protocol parameters of a header are not among them; add them before building the base string.
///
/// # Errors
/// When the URL is malformed.
pub fn collect_parameters<'a>(request: &Request<'a>) -> Result<Params<'a>, UrlError> {
    let query = read_form(request.locate()?.query);
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
    // One parameter, the usual number, is sorted.
    let (single, several);
    let others = if others.len() < 2 {
        single = others.iter().next().map(Param::encode);
        single.as_slice()
    } else {
        several = others.sorted();
        &several
    };
    let others_length: usize = others
        .iter()
        .map(|(name, value)| 2 * (name.len() + value.len()) + 6)
        .sum();
    let mut out = Vec::with_capacity(method.len() + 2 * located.path.len() + others_length + 512);
    write_method(&mut out, method);
    out.push(b'&');
    located.write_encoded_origin(&mut out);
    percent::encode_into(&mut out, path_or_slash(located.path).as_bytes());
    out.push(b'&');

    // Every pair is preceded by an ampersand; the first one separates nothing and goes with the one before.
    let end = out.len() - 1;
    out.truncate(end);
fn path_or_slash(path: &str) -> &str {
    if path.is_empty() { "/" } else { path }
}

fn write_method(out: &mut Vec<u8>, method: &str) {
    if method.bytes().all(|byte| byte.is_ascii_uppercase()) {
        out.extend_from_slice(method.as_bytes());
    } else {
        percent::encode_into(out, method.to_uppercase().as_bytes());
    }
}
