//! An HTTP request as it travels, seen by whoever signs or verifies it.

use crate::percent;
use crate::url::{self, Authority, Origin, Target, UrlError};

/// The parts of a request that OAuth looks at, borrowed and exactly as sent.
///
/// A client names the absolute URL; a server that knows its public [`Origin`] gives that and the raw request target.
/// Never pass a URL that a URL library has re-serialised: the signature covers what was sent.
///
/// ```
/// use pumphouse_oauth1::{Origin, Request};
///
/// // a client
/// let request = Request::new("POST", "https://api.example.org/items?tag[]=a")
///     .with_content_type("application/x-www-form-urlencoded; charset=utf-8")
///     .with_body(b"title=one+two");
///
/// // a server
/// let origin = Origin::parse("https://api.example.org")?;
/// let headers = [("authorization", "OAuth oauth_token=\"t\""), ("content-type", "application/json")];
/// let request = Request::at(&origin, "POST", "/items?tag[]=a").with_headers(headers).with_body(b"{}");
/// # Ok::<(), pumphouse_oauth1::UrlError>(())
/// ```
#[derive(Clone, Copy)]
pub struct Request<'a> {
    method: &'a str,
    address: Address<'a>,
    other: Option<(&'a Origin, &'a str)>,
    host: Option<&'a str>,
    authorization: Option<&'a [u8]>,
    authorization_repeated: bool,
    content_type: Option<&'a [u8]>,
    content_type_repeated: bool,
    body: Body<'a>,
    body_hash: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Address<'a> {
    Url(&'a str),
    Target { origin: &'a Origin, target: &'a str },
}

/// What is known of the body.
#[derive(Clone, Copy)]
pub(crate) enum Body<'a> {
    Whole(&'a [u8]),
    /// It is sent or read piece by piece and not at hand.
    Streamed,
}

/// Where a request goes, taken apart. It holds nothing but borrowed pieces, which are put right when they are written.
#[derive(Clone, Copy, Default)]
pub(crate) struct Located<'a> {
    scheme: &'a str,
    authority: Authority<'a>,
    /// Scheme and authority as the base string has them, when somebody wrote them already.
    encoded_origin: Option<&'a str>,
    pub(crate) target: Target<'a>,
}

/// The media type of forms.
const FORM: &[u8] = b"application/x-www-form-urlencoded";

impl<'a> Request<'a> {
    /// A request to an absolute URL.
    pub fn new(method: &'a str, url: &'a str) -> Self {
        Self::with_address(method, Address::Url(url))
    }

    /// A request that arrived at a server: the origin under which clients know it, and the target of the request line.
    pub fn at(origin: &'a Origin, method: &'a str, target: &'a str) -> Self {
        Self::with_address(method, Address::Target { origin, target })
    }

    fn with_address(method: &'a str, address: Address<'a>) -> Self {
        Self {
            method,
            address,
            other: None,
            host: None,
            authorization: None,
            authorization_repeated: false,
            content_type: None,
            content_type_repeated: false,
            body: Body::Whole(b""),
            body_hash: None,
        }
    }

    /// Where else the request may have been sent, as its sender sees it: a server may have more names than its public origin. A signature
    /// that does not fit the first address is compared with the one for this, of which the path alone is read. Rules about TLS must hold for
    /// both. It has no effect on signing.
    ///
    /// Take only names that reach nobody else: a signature that a client made for another server must not be good here.
    #[must_use]
    pub fn or_at(mut self, origin: &'a Origin, target: &'a str) -> Self {
        self.other = Some((origin, target));
        self
    }

    /// The `Host` header, when it is sent and says something else than the URL (RFC 5849, section 3.4.1.2).
    /// It has no effect on a request made with [`Request::at`], whose origin is known.
    #[must_use]
    pub fn with_host(mut self, host: &'a str) -> Self {
        self.host = Some(host);
        self
    }

    /// The value of the `Authorization` header. Call it once for each such header: a second one makes the request ambiguous,
    /// and it will be refused.
    #[must_use]
    pub fn with_authorization(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.authorization_repeated |= self.authorization.is_some();
        self.authorization = Some(value.as_ref());
        self
    }

    /// The value of the `Content-Type` header. It decides whether the body is a form and takes part in the signature.
    /// Call it once for each such header: a server refuses a second one, because others may go by the first.
    #[must_use]
    pub fn with_content_type(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.content_type_repeated |= self.content_type.is_some();
        self.content_type = Some(value.as_ref());
        self
    }

    /// Takes from all headers of the request those that matter: `Host`, `Authorization` and `Content-Type`, in any case.
    #[must_use]
    pub fn with_headers<N, V>(mut self, headers: impl IntoIterator<Item = (&'a N, &'a V)>) -> Self
    where
        N: AsRef<str> + ?Sized + 'a,
        V: AsRef<[u8]> + ?Sized + 'a,
    {
        for (name, value) in headers {
            let name = name.as_ref();
            if name.eq_ignore_ascii_case("authorization") {
                self = self.with_authorization(value);
            } else if name.eq_ignore_ascii_case("content-type") {
                self = self.with_content_type(value);
            } else if name.eq_ignore_ascii_case("host")
                && let Ok(host) = std::str::from_utf8(value.as_ref())
            {
                self = self.with_host(host);
            }
        }
        self
    }

    /// The whole body.
    #[must_use]
    pub fn with_body(mut self, body: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        self.body = Body::Whole(body.as_ref());
        self
    }

    /// Says that there is a body which is not at hand because it is streamed. Its hash must be known otherwise, or left out.
    /// A form is covered by the signature and cannot be streamed: it will be refused, in signing and in verifying.
    #[must_use]
    pub fn with_streamed_body(mut self) -> Self {
        self.body = Body::Streamed;
        self
    }

    /// The value of `oauth_body_hash` to sign, when it was computed beforehand, for example with a
    /// [`BodyHasher`](crate::body_hash::BodyHasher) over a file that is streamed later. It has no effect on verification.
    #[must_use]
    pub fn with_known_body_hash(mut self, hash: &'a str) -> Self {
        self.body_hash = Some(hash);
        self
    }

    /// The method, as sent.
    pub fn method(&self) -> &'a str {
        self.method
    }

    pub(crate) fn authorization(&self) -> Option<&'a [u8]> {
        self.authorization
    }

    pub(crate) fn has_repeated_authorization(&self) -> bool {
        self.authorization_repeated
    }

    pub(crate) fn body(&self) -> Body<'a> {
        self.body
    }

    pub(crate) fn known_body_hash(&self) -> Option<&'a str> {
        self.body_hash
    }

    /// Whether somebody else may take the body for a form when this crate does not, or the other way round: what a handler reads
    /// as form fields then would not be what was signed.
    pub(crate) fn has_ambiguous_media_type(&self) -> bool {
        let value = self.content_type.unwrap_or_default();
        let names_form = value
            .windows(FORM.len())
            .any(|part| part.eq_ignore_ascii_case(FORM));
        self.content_type_repeated || (names_form && !self.is_form())
    }

    /// The body, when it is a single-part form (RFC 5849, section 3.4.1.3.1).
    pub(crate) fn form(&self) -> Option<&'a [u8]> {
        match self.body {
            Body::Whole(body) if self.is_form() => Some(body),
            _ => None,
        }
    }

    /// Whether the media type is `application/x-www-form-urlencoded`, in any case and with any parameters.
    pub(crate) fn is_form(&self) -> bool {
        let Some(value) = self.content_type else {
            return false;
        };
        let end = value
            .iter()
            .position(|&byte| byte == b';')
            .unwrap_or(value.len());
        value[..end].trim_ascii().eq_ignore_ascii_case(FORM)
    }

    /// The absolute URL, when the request was made with one.
    pub(crate) fn url(&self) -> Option<&'a str> {
        match self.address {
            Address::Url(url) => Some(url),
            Address::Target { .. } => None,
        }
    }

    #[inline(always)]
    pub(crate) fn locate(&self) -> Result<Located<'a>, UrlError> {
        match self.address {
            Address::Url(url) => {
                let parts = url::split(url)?;
                let authority = self.host.unwrap_or(parts.authority);
                Ok(Located {
                    scheme: parts.scheme,
                    authority: Authority::parse(parts.scheme, authority)?,
                    encoded_origin: None,
                    target: parts.target,
                })
            }
            Address::Target { origin, target } => {
                let mut located = Located::default();
                located.set(origin, target)?;
                Ok(located)
            }
        }
    }

    /// The same, written where it stays.
    #[inline(always)]
    pub(crate) fn locate_into(&self, located: &mut Located<'a>) -> Result<(), UrlError> {
        match self.address {
            Address::Url(_) => *located = self.locate()?,
            Address::Target { origin, target } => located.set(origin, target)?,
        }
        Ok(())
    }

    /// The other address, if there is one that can be read.
    pub(crate) fn locate_other(&self) -> Option<Located<'a>> {
        let (origin, target) = self.other?;
        let mut located = Located::default();
        located.set(origin, target).ok()?;
        Some(located)
    }

    /// The origin of the other address.
    pub(crate) fn other_origin(&self) -> Option<&'a Origin> {
        self.other.map(|(origin, _)| origin)
    }
}

impl<'a> Located<'a> {
    #[inline(always)]
    fn set(&mut self, origin: &'a Origin, target: &'a str) -> Result<(), UrlError> {
        self.scheme = origin.scheme();
        self.authority = origin.parsed_authority();
        self.encoded_origin = Some(origin.encoded());
        self.target = url::split_request_target(target)?;
        Ok(())
    }

    /// As the base string URI has it, without the encoding.
    pub(crate) fn origin(&self) -> String {
        format!("{}://{}", self.scheme.to_ascii_lowercase(), self.authority)
    }

    /// How long origin and path usually are in the base string, or less.
    pub(crate) fn length(&self) -> usize {
        2 * self.target.path_length() + 128
    }

    pub(crate) fn query(&self) -> &'a [u8] {
        self.target.query.as_bytes()
    }

    /// Scheme and authority as the base string has them.
    #[inline]
    pub(crate) fn encode_origin_into(&self, out: &mut Vec<u8>) {
        if let Some(encoded) = self.encoded_origin {
            return out.extend_from_slice(encoded.as_bytes());
        }
        if self.scheme == "https" {
            out.extend_from_slice(b"https%3A%2F%2F");
        } else {
            percent::encode_into(out, self.scheme.to_ascii_lowercase().as_bytes());
            out.extend_from_slice(b"%3A%2F%2F");
        }
        self.authority.encode_into(out);
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    pub(crate) fn is_loopback(&self) -> bool {
        self.authority.is_loopback()
    }
}

impl std::fmt::Debug for Request<'_> {
    /// Names method and address only: headers, query and body may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Request");
        debug.field("method", &self.method);
        if let Ok(located) = self.locate() {
            debug
                .field("origin", &located.origin())
                .field("path", &located.target.path());
        }
        debug.finish_non_exhaustive()
    }
}
