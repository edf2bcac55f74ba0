//! A request with all its parameters, before and after the signature is known.

use zeroize::Zeroizing;

use super::{SignError, Signer};
use crate::base_string;
use crate::header;
use crate::params::{Param, Params, read_form};
use crate::percent;
use crate::protocol::{Name, OwnedValues, SENDING_ORDER, Values};
use crate::request::{Located, Request};
use crate::written::{OwnedWritten, Written, WrittenNumber};

/// Where the protocol parameters go (RFC 5849, section 3.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Placement {
    /// Into the `Authorization` header: the best place, since headers are not logged and not cached.
    #[default]
    Header,
    /// Into the query of the URL, after what stands there. URLs are logged, and caches do not know that the answer is private:
    /// servers should say so with `Cache-Control` (RFC 5849, section 4.4).
    Query,
    /// Into the form body, after what stands there. Only for bodies of the type `application/x-www-form-urlencoded`.
    Body,
}

/// A request that lacks nothing but its signature.
pub struct Prepared<'a> {
    signer: &'a Signer,
    placement: Placement,
    url: Option<&'a str>,
    form: &'a [u8],
    fresh: FreshValues,
    base_string: Vec<u8>,
}

/// The protocol parameters that are new with each request.
pub(super) struct FreshValues {
    pub(super) timestamp_and_nonce: Option<(WrittenNumber, OwnedWritten)>,
    pub(super) body_hash: Option<OwnedWritten>,
}

impl FreshValues {
    /// Together with those that are the same in every request.
    fn join<'v>(&'v self, fixed: &'v OwnedValues) -> Values<'v> {
        let mut values = fixed.borrowed();
        if let Some((timestamp, nonce)) = &self.timestamp_and_nonce {
            values.insert(Name::Timestamp, timestamp.borrowed());
            values.insert(Name::Nonce, nonce.borrowed());
        }
        if let Some(hash) = &self.body_hash {
            values.insert(Name::BodyHash, hash.borrowed());
        }
        values
    }
}

impl<'a> Prepared<'a> {
    #[inline]
    pub(super) fn new(
        signer: &'a Signer,
        request: &Request<'a>,
        located: &Located<'_>,
        fresh: FreshValues,
        placement: Placement,
    ) -> Result<Self, SignError> {
        let form = request.form();
        if request.is_form() && form.is_none() {
            return Err(SignError::BodyUnknown);
        }
        match placement {
            Placement::Body if form.is_none() => return Err(SignError::NoFormBody),
            Placement::Query if request.url().is_none() => return Err(SignError::NoUrl),
            _ => {}
        }
        let form = form.unwrap_or_default();
        let mut others: Params<'_> = read_form(located.query).chain(read_form(form)).collect();
        if let Some(param) = others.iter().find(|param| param.known_name().is_some()) {
            return Err(SignError::AlreadySigned(param.lossy_name()));
        }
        others.extend(
            signer
                .extra
                .iter()
                .map(|(name, value)| Param::new(name, value)),
        );
        let base_string = write_base_string(signer, request.method(), located, &fresh, &others);
        Ok(Self {
            signer,
            placement,
            url: request.url(),
            form,
            fresh,
            base_string,
        })
    }

    /// The bytes to sign. They are ASCII.
    pub fn base_string(&self) -> &[u8] {
        &self.base_string
    }

    /// The protocol parameters in the order in which they are sent, but for the signature.
    pub fn protocol_parameters(&self) -> Params<'_> {
        let values = self.fresh.join(&self.signer.fixed);
        let known = SENDING_ORDER.into_iter().filter_map(|name| {
            Some(Param {
                name: Written::canonical(name.text().as_bytes(), true),
                value: values.get(name)?,
            })
        });
        let extra = self
            .signer
            .extra
            .iter()
            .map(|(name, value)| Param::new(name, value));
        let hash = self.fresh.body_hash.as_ref().map(|hash| Param {
            name: Written::canonical(Name::BodyHash.text().as_bytes(), true),
            value: hash.borrowed(),
        });
        known.chain(extra).chain(hash).collect()
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
        let mut out = match &self.fresh.timestamp_and_nonce {
            Some((timestamp, nonce))
                if self.signer.extra.is_empty() && self.fresh.body_hash.is_none() =>
            {
                let template = &self.signer.ready().header;
                let [before, between, after] = template.pieces();
                let mut out = String::with_capacity(template.len() + 3 * signature.len() + 128);
                [before, timestamp.text(), between, nonce.encoded(), after]
                    .iter()
                    .for_each(|piece| out.push_str(piece));
                out
            }
            _ => header::write(self.signer.realm.as_deref(), &self.protocol_parameters()),
        };
        out.push_str(", oauth_signature=\"");
        percent::encode_text_into(&mut out, signature);
        out.push('"');
        out
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

/// Writes the base string: in one go when the parameters of the request stand before and after those of the protocol,
/// as they do but for odd names.
fn write_base_string(
    signer: &Signer,
    method: &str,
    located: &Located<'_>,
    fresh: &FreshValues,
    others: &Params<'_>,
) -> Vec<u8> {
    if let (Some((timestamp, nonce)), None) = (&fresh.timestamp_and_nonce, &fresh.body_hash) {
        let template = &signer.ready().base_string;
        let [before, between, after] = template.pieces();
        let write_protocol = |out: &mut Vec<u8>| {
            out.extend_from_slice(before.as_bytes());
            nonce.borrowed().encode_twice_into(out);
            out.extend_from_slice(between.as_bytes());
            timestamp.borrowed().encode_twice_into(out);
            out.extend_from_slice(after.as_bytes());
        };
        let length = template.len() + 64;
        if let Some(base_string) =
            base_string::write_around(method, located, others, length, write_protocol)
        {
            return base_string;
        }
    }
    base_string::write(method, located, &fresh.join(&signer.fixed), others)
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
