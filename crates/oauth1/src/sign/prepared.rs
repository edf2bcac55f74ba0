//! A request with all its parameters, before and after the signature is known.

use zeroize::Zeroizing;

use super::SignError;
use crate::base_string;
use crate::header;
use crate::params::{Param, Params};
use crate::percent;
use crate::protocol::{Name, Values};
use crate::request::{Located, Request};

/// Where the protocol parameters go (RFC 5849, section 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Into the `Authorization` header: the best place, since headers are not logged and not cached.
    #[default]
    Header,
    /// Into the query of the URL, after what stands there.
    Query,
    /// Into the form body, after what stands there. Only for bodies of the type `application/x-www-form-urlencoded`.
    Body,
}

/// A request that lacks nothing but its signature.
#[derive(Debug)]
pub struct Prepared<'a> {
    placement: Placement,
    realm: Option<&'a str>,
    url: Option<&'a str>,
    form: &'a [u8],
    protocol: Values<'a>,
    extra: &'a [Param<'static>],
    base_string: String,
}

/// The order in which protocol parameters are sent; those that this crate does not know and the signature follow.
const SENDING_ORDER: [Name; 9] = [
    Name::ConsumerKey,
    Name::Token,
    Name::SignatureMethod,
    Name::Timestamp,
    Name::Nonce,
    Name::Version,
    Name::Callback,
    Name::Verifier,
    Name::BodyHash,
];

impl<'a> Prepared<'a> {
    pub(super) fn new(
        request: &Request<'a>,
        located: &Located<'a>,
        protocol: Values<'a>,
        extra: &'a [Param<'static>],
        realm: Option<&'a str>,
        placement: Placement,
    ) -> Result<Self, SignError> {
        let form = request.form();
        match placement {
            Placement::Body if form.is_none() => return Err(SignError::NoFormBody),
            Placement::Query if request.url().is_none() => return Err(SignError::NoUrl),
            _ => {}
        }
        let form = form.unwrap_or_default();
        let mut sent = Params::new();
        sent.extend_from_form(located.query);
        sent.extend_from_form(form);
        if let Some(param) = sent.iter().find(|param| Name::from_text(&param.name.text).is_some()) {
            return Err(SignError::AlreadySigned(param.lossy_name()));
        }
        let mut others: Vec<&Param<'_>> = sent.iter().chain(extra).collect();
        others.sort_unstable_by_key(|param| param.sort_key());
        let base_string = base_string::write(request.method(), located, &protocol, &others);
        Ok(Self { placement, realm, url: request.url(), form, protocol, extra, base_string })
    }

    /// The text to sign. It is ASCII.
    pub fn base_string(&self) -> &str {
        &self.base_string
    }

    /// The protocol parameters in the order in which they are sent, but for the signature.
    pub fn protocol_parameters(&self) -> Params<'_> {
        let mut params = Params::new();
        for (name, value) in self.sent() {
            params.push(Param::from_bytes(name.as_bytes(), &percent::decode(value.as_bytes())));
        }
        params
    }

    /// Puts the signature (as the method gives it, not percent-encoded) and all other parameters into their place.
    pub fn complete(self, signature: &str) -> Signed {
        let place = match self.placement {
            Placement::Header => Place::Header(self.header(signature)),
            Placement::Query => Place::Query(self.query(signature)),
            Placement::Body => Place::Body(self.body(signature)),
        };
        Signed { place, signature: Zeroizing::new(signature.to_owned()) }
    }

    /// Names and values, encoded, in the order in which they are sent.
    fn sent(&self) -> impl Iterator<Item = (&str, &str)> {
        let known = SENDING_ORDER.into_iter().filter_map(|name| Some((name.text(), &*self.protocol.get(name)?.text)));
        known.chain(self.extra.iter().map(Param::sort_key))
    }

    pub(super) fn header(&self, signature: &str) -> String {
        let length: usize = self.sent().map(|(name, value)| name.len() + value.len() + 5).sum();
        let mut out = String::with_capacity(length + self.realm.map_or(0, str::len) + 3 * signature.len() + 64);
        header::write_scheme(&mut out, self.realm);
        for (name, value) in self.sent() {
            header::write_pair(&mut out, name, value);
        }
        header::write_signature(&mut out, signature);
        out
    }

    pub(super) fn query(&self, signature: &str) -> String {
        let url = self.url.unwrap_or_default();
        let (before, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
        let separator = match before.find('?') {
            None => "?",
            Some(at) if at + 1 == before.len() || before.ends_with('&') => "",
            Some(_) => "&",
        };
        [before, separator, &self.form_of(signature), fragment].concat()
    }

    pub(super) fn body(&self, signature: &str) -> Vec<u8> {
        let separator: &[u8] = if self.form.is_empty() || self.form.ends_with(b"&") { b"" } else { b"&" };
        [self.form, separator, self.form_of(signature).as_bytes()].concat()
    }

    fn form_of(&self, signature: &str) -> String {
        let mut out = String::new();
        for (name, value) in self.sent() {
            out.extend([name, "=", value, "&"]);
        }
        out.push_str("oauth_signature=");
        percent::encode_into(&mut out, signature);
        out
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
        f.debug_struct("Signed").field("place", &place).finish_non_exhaustive()
    }
}
