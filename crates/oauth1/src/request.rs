//! An HTTP request as it travels, seen by whoever signs or verifies it.

use std::borrow::Cow;

use crate::percent;
use crate::url::{self, Origin, UrlError};

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
    host: Option<&'a str>,
    authorization: Option<&'a [u8]>,
    authorization_repeated: bool,
    content_type: Option<&'a [u8]>,
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

/// Where a request goes, taken apart.
#[derive(Clone)]
pub(crate) struct Located<'a> {
    origin: LocatedOrigin<'a>,
    pub(crate) path: Cow<'a, str>,
    pub(crate) query: &'a [u8],
}

#[derive(Clone)]
enum LocatedOrigin<'a> {
    Known(&'a Origin),
    Sent {
        scheme: &'a str,
        authority: Cow<'a, str>,
    },
}

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
            host: None,
            authorization: None,
            authorization_repeated: false,
            content_type: None,
            body: Body::Whole(b""),
            body_hash: None,
        }
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
    #[must_use]
    pub fn with_content_type(mut self, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
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
        value[..end]
            .trim_ascii()
            .eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
    }

    /// The absolute URL, when the request was made with one.
    pub(crate) fn url(&self) -> Option<&'a str> {
        match self.address {
            Address::Url(url) => Some(url),
            Address::Target { .. } => None,
        }
    }

    pub(crate) fn locate(&self) -> Result<Located<'a>, UrlError> {
        match self.address {
            Address::Url(url) => {
                let parts = url::split(url)?;
                let authority =
                    url::normalised_authority(parts.scheme, self.host.unwrap_or(parts.authority))?;
                let origin = LocatedOrigin::Sent {
                    scheme: parts.scheme,
                    authority,
                };
                Ok(Located {
                    origin,
                    path: parts.path,
                    query: parts.query.unwrap_or_default().as_bytes(),
                })
            }
            Address::Target { origin, target } => {
                let (path, query) = url::split_request_target(target)?;
                Ok(Located {
                    origin: LocatedOrigin::Known(origin),
                    path,
                    query: query.unwrap_or_default().as_bytes(),
                })
            }
        }
    }
}

impl Located<'_> {
    /// Lower case.
    pub(crate) fn scheme(&self) -> Cow<'_, str> {
        match &self.origin {
            LocatedOrigin::Known(origin) => Cow::Borrowed(origin.scheme()),
            LocatedOrigin::Sent { scheme, .. }
                if scheme.bytes().all(|byte| byte.is_ascii_lowercase()) =>
            {
                Cow::Borrowed(scheme)
            }
            LocatedOrigin::Sent { scheme, .. } => Cow::Owned(scheme.to_ascii_lowercase()),
        }
    }

    /// Lower case, without default port.
    pub(crate) fn authority(&self) -> &str {
        match &self.origin {
            LocatedOrigin::Known(origin) => origin.authority(),
            LocatedOrigin::Sent { authority, .. } => authority,
        }
    }

    /// Scheme and authority as the base string has them.
    pub(crate) fn write_encoded_origin(&self, out: &mut Vec<u8>) {
        match &self.origin {
            LocatedOrigin::Known(origin) => out.extend_from_slice(origin.encoded().as_bytes()),
            LocatedOrigin::Sent { authority, .. } => {
                percent::encode_into(out, self.scheme().as_bytes());
                out.extend_from_slice(b"%3A%2F%2F");
                percent::encode_into(out, authority.as_bytes());
            }
        }
    }

    pub(crate) fn is_secure(&self) -> bool {
        self.scheme() == "https"
    }

    pub(crate) fn is_loopback(&self) -> bool {
        url::is_loopback(self.authority())
    }
}

impl std::fmt::Debug for Request<'_> {
    /// Names method and address only: headers, query and body may hold secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Request");
        debug.field("method", &self.method);
        if let Ok(located) = self.locate() {
            debug
                .field("authority", &located.authority())
                .field("path", &located.path);
        }
        debug.finish_non_exhaustive()
    }
}
