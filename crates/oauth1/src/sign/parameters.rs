//! The protocol parameters of one request, and how base string and header hold them.

use super::{SignError, Signer};
use crate::base_string;
use crate::header;
use crate::nonce::RandomNonce;
use crate::params::{Param, Params, read_form};
use crate::percent;
use crate::protocol::{Name, SENDING_ORDER, Values};
use crate::request::{Body, Located, Request};
use crate::written::{OwnedWritten, Written, WrittenNumber};

/// Those that the signer sends with every request, and those that are new with each.
pub(super) struct ProtocolParameters<'s> {
    signer: &'s Signer,
    /// Timestamp and nonce are `None` with PLAINTEXT alone, and only together.
    timestamp: Option<WrittenNumber>,
    nonce: Option<Nonce>,
    body_hash: Option<OwnedWritten>,
}

/// A nonce, which is a parameter of its own each time.
enum Nonce {
    /// Ours, which needs no encoding and no memory of its own.
    Random([u8; RandomNonce::LENGTH]),
    Given(OwnedWritten),
}

impl Nonce {
    #[inline(always)]
    fn new(signer: &Signer) -> Result<Self, SignError> {
        let Some(source) = &signer.nonces else {
            return Ok(Self::Random(RandomNonce::digits()?));
        };
        match source.nonce()? {
            nonce if nonce.is_empty() => Err(SignError::NonceEmpty),
            nonce => Ok(Self::Given(OwnedWritten::new(nonce))),
        }
    }

    fn borrowed(&self) -> Written<'_> {
        match self {
            Self::Random(digits) => Written::canonical(digits, true),
            Self::Given(nonce) => nonce.borrowed(),
        }
    }

    /// As headers have it.
    fn encoded(&self) -> &str {
        match self {
            // Digits are text.
            Self::Random(digits) => std::str::from_utf8(digits).unwrap_or_default(),
            Self::Given(nonce) => nonce.encoded(),
        }
    }
}

impl<'s> ProtocolParameters<'s> {
    #[inline(always)]
    pub(super) fn new(signer: &'s Signer, request: &Request<'_>) -> Result<Self, SignError> {
        let is_unique = signer.nonce_and_timestamp || !signer.method.reveals_secrets();
        let nonce = is_unique.then(|| Nonce::new(signer)).transpose()?;
        if signer.client.key().is_empty() {
            return Err(SignError::NoClientKey);
        }
        Ok(Self {
            signer,
            timestamp: is_unique.then(|| WrittenNumber::new(signer.clock.now())),
            nonce,
            body_hash: hash_of(signer, request)?.map(OwnedWritten::new),
        })
    }

    /// In the order in which they are sent, but for the signature.
    pub(super) fn in_sending_order(&self) -> Params<'_> {
        let values = self.values();
        let known = SENDING_ORDER.into_iter().filter_map(|name| {
            Some(Param {
                name: Written::canonical(name.text().as_bytes(), true),
                value: values.get(name)?,
            })
        });
        let hash = self.body_hash.as_ref().map(|hash| Param {
            name: Written::canonical(Name::BodyHash.text().as_bytes(), true),
            value: hash.borrowed(),
        });
        known.chain(self.extra()).chain(hash).collect()
    }

    /// Those with a known name.
    fn values(&self) -> Values<'_> {
        let mut values = self.signer.fixed.borrowed();
        let fresh = [
            (
                Name::Timestamp,
                self.timestamp.as_ref().map(WrittenNumber::borrowed),
            ),
            (Name::Nonce, self.nonce.as_ref().map(Nonce::borrowed)),
            (
                Name::BodyHash,
                self.body_hash.as_ref().map(OwnedWritten::borrowed),
            ),
        ];
        for (name, value) in fresh {
            if let Some(value) = value {
                values.insert(name, value);
            }
        }
        values
    }

    fn extra(&self) -> impl Iterator<Item = Param<'_>> {
        let extra = self.signer.extra.iter();
        extra.map(|(name, value)| Param::new(name, value.expose()))
    }

    /// The base string of a request with these parameters.
    pub(super) fn base_string(&self, request: &Request<'_>) -> Result<Vec<u8>, SignError> {
        // Large values are passed on by reference: what was just written in small pieces is slow to copy in large ones.
        match &request.locate() {
            Ok(located) => self.base_string_of(request, located),
            Err(error) => Err(SignError::Url(*error)),
        }
    }

    #[inline]
    fn base_string_of(
        &self,
        request: &Request<'_>,
        located: &Located<'_>,
    ) -> Result<Vec<u8>, SignError> {
        self.signer.check_transport(located)?;
        let mut others = request_parameters(request, located)?;
        others.extend(self.extra());
        Ok(self
            .base_string_by_template(request, located, &others)
            .unwrap_or_else(|| {
                base_string::write(request.method(), located, &self.values(), &others)
            }))
    }

    /// The base string in one go, when the other parameters stand before and after those of the protocol, as they do but for odd names.
    #[inline]
    fn base_string_by_template(
        &self,
        request: &Request<'_>,
        located: &Located<'_>,
        others: &Params<'_>,
    ) -> Option<Vec<u8>> {
        let (Some(timestamp), Some(nonce), None) = (&self.timestamp, &self.nonce, &self.body_hash)
        else {
            return None;
        };
        let template = &self.signer.ready().base_string;
        let [before, between, after] = template.pieces();
        let write_protocol = |out: &mut Vec<u8>| {
            out.extend_from_slice(before.as_bytes());
            nonce.borrowed().encode_twice_into(out);
            out.extend_from_slice(between.as_bytes());
            out.extend_from_slice(timestamp.bytes());
            out.extend_from_slice(after.as_bytes());
        };
        let length = template.len() + 64;
        base_string::write_around(request.method(), located, others, length, write_protocol)
    }

    /// The value of the `Authorization` header, with the signature.
    pub(super) fn header(&self, signature: &str) -> String {
        let mut out = self.header_by_template(signature).unwrap_or_else(|| {
            header::write(self.signer.realm.as_deref(), &self.in_sending_order())
        });
        out.push_str(", oauth_signature=\"");
        percent::encode_text_into(&mut out, signature);
        out.push('"');
        out
    }

    /// The header but for the signature, when nothing stands in it besides what the template has.
    #[inline]
    fn header_by_template(&self, signature: &str) -> Option<String> {
        let (timestamp, nonce) = (self.timestamp.as_ref()?, self.nonce.as_ref()?);
        if !self.signer.extra.is_empty() || self.body_hash.is_some() {
            return None;
        }
        let template = &self.signer.ready().header;
        let [before, between, after] = template.pieces();
        let mut out = String::with_capacity(template.len() + 3 * signature.len() + 128);
        out.push_str(before);
        out.push_str(timestamp.text());
        out.push_str(between);
        out.push_str(nonce.encoded());
        out.push_str(after);
        Some(out)
    }
}

/// The parameters of query and form body.
#[inline]
fn request_parameters<'a>(
    request: &Request<'a>,
    located: &Located<'a>,
) -> Result<Params<'a>, SignError> {
    let form = request.form();
    if request.is_form() && form.is_none() {
        return Err(SignError::BodyUnknown);
    }
    let form = form.unwrap_or_default();
    if located.query().is_empty() && form.is_empty() {
        return Ok(Params::new());
    }
    let params: Params<'_> = read_form(located.query()).chain(read_form(form)).collect();
    match params.iter().find(|param| param.known_name().is_some()) {
        Some(param) => Err(SignError::AlreadySigned(param.lossy_name())),
        None => Ok(params),
    }
}

fn hash_of(signer: &Signer, request: &Request<'_>) -> Result<Option<String>, SignError> {
    if request.is_form() {
        return Ok(None);
    }
    if let Some(hash) = request.known_body_hash() {
        return Ok(Some(hash.to_owned()));
    }
    match (signer.body_hash, request.body()) {
        (None, _) => Ok(None),
        (Some(kind), Body::Whole(body)) => Ok(Some(kind.of(body))),
        (Some(_), Body::Streamed) => Err(SignError::BodyUnknown),
    }
}
