//! A request with all its parameters, before and after the signature is known.

use zeroize::Zeroizing;

use super::SignError;
use super::parameters::ProtocolParameters;
use crate::params::Params;
use crate::percent;
use crate::request::Request;

/// Where the protocol parameters go (RFC 5849, section 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Into the `Authorization` header: the best place, since headers are not logged and not cached.
    #[default]
    Header,
    /// Into the query of the URL, after what stands there. URLs are logged, and caches do not know that the answer is private:
    /// servers should say so with `Cache-Control` (RFC 5849, section 4.4).
    Query,
    /// Into the form body, after what stands there. Only for bodies of the type `application/x-www-form-urlencoded`, and with
    /// methods that have a body: not with GET and HEAD.
    Body,
}

/// A request that lacks nothing but its signature.
pub struct Prepared<'a> {
    placement: Placement,
    url: Option<&'a str>,
    form: &'a [u8],
    protocol: ProtocolParameters<'a>,
    base_string: Vec<u8>,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(
        request: &Request<'a>,
        placement: Placement,
        protocol: ProtocolParameters<'a>,
        base_string: Vec<u8>,
    ) -> Result<Self, SignError> {
        let (url, form) = (request.url(), request.form());
        match placement {
            Placement::Body if is_without_body(request.method()) => return Err(SignError::NoBody),
            Placement::Body if form.is_none() => return Err(SignError::NoFormBody),
            Placement::Query if url.is_none() => return Err(SignError::NoUrl),
            _ => {}
        }
        Ok(Self {
            placement,
            url,
            form: form.unwrap_or_default(),
            protocol,
            base_string,
        })
    }

    /// The bytes to sign. They are ASCII.
    pub fn base_string(&self) -> &[u8] {
        &self.base_string
    }

    /// The protocol parameters in the order in which they are sent, but for the signature.
    pub fn protocol_parameters(&self) -> Params<'_> {
        self.protocol.in_sending_order()
    }

    /// Puts the signature (as the method gives it, not percent-encoded) and all other parameters into their place.
    pub fn complete(self, signature: &str) -> Signed {
        let place = match self.placement {
            Placement::Header => Place::Header(self.header(signature)),
            Placement::Query => Place::Query(self.query(signature)),
            Placement::Body => Place::Body(self.body(signature)),
        };
        Signed {
            place,
            signature: Zeroizing::new(signature.to_owned()),
        }
    }

    pub(crate) fn header(&self, signature: &str) -> String {
        self.protocol.header(signature)
    }

    pub(crate) fn query(&self, signature: &str) -> String {
        let url = self.url.unwrap_or_default();
        let (before, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
        let separator = match before.find('?') {
            None => "?",
            Some(at) if at + 1 == before.len() || before.ends_with('&') => "",
            Some(_) => "&",
        };
        [
            before,
            separator,
            &percent::into_text(self.form_of(signature)),
            fragment,
        ]
        .concat()
    }

    pub(crate) fn body(&self, signature: &str) -> Vec<u8> {
        let separator: &[u8] = if self.form.is_empty() || self.form.ends_with(b"&") {
            b""
        } else {
            b"&"
        };
        [self.form, separator, &self.form_of(signature)].concat()
    }

    fn form_of(&self, signature: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        for param in &self.protocol_parameters() {
            let (name, value) = param.encode();
            out.extend_from_slice(&[&name, b"=".as_slice(), &value, b"&"].concat());
        }
        out.extend_from_slice(b"oauth_signature=");
        percent::encode_into(&mut out, signature.as_bytes());
        out
    }
}

/// Whether a body with this method means nothing, so that servers and what lies between may drop it (RFC 9110, section 9.3).
fn is_without_body(method: &str) -> bool {
    ["GET", "HEAD"]
        .iter()
        .any(|own| method.eq_ignore_ascii_case(own))
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared")
            .field("placement", &self.placement)
            .finish_non_exhaustive()
    }
}

/// What signing adds to a request: exactly one of a header, a URL and a body.
#[derive(Clone)]
pub struct Signed {
    place: Place,
    signature: Zeroizing<String>,
}

#[derive(Clone)]
enum Place {
    Header(String),
    Query(String),
    Body(Vec<u8>),
}

impl Signed {
    /// The value of the `Authorization` header, when the parameters go there. It replaces any other.
    pub fn authorization(&self) -> Option<&str> {
        match &self.place {
            Place::Header(value) => Some(value),
            _ => None,
        }
    }

    /// The URL to request instead, when the parameters go into the query.
    pub fn url(&self) -> Option<&str> {
        match &self.place {
            Place::Query(url) => Some(url),
            _ => None,
        }
    }

    /// The body to send instead, when the parameters go there. Its content type stays.
    pub fn body(&self) -> Option<&[u8]> {
        match &self.place {
            Place::Body(body) => Some(body),
            _ => None,
        }
    }

    /// The signature alone, not percent-encoded. With PLAINTEXT it is the secrets.
    pub fn signature(&self) -> &str {
        &self.signature
    }
}

impl std::fmt::Debug for Signed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let place = match &self.place {
            Place::Header(_) => Placement::Header,
            Place::Query(_) => Placement::Query,
            Place::Body(_) => Placement::Body,
        };
        f.debug_struct("Signed")
            .field("place", &place)
            .finish_non_exhaustive()
    }
}
