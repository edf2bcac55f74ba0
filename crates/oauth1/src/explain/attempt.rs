//! A signature computed with one or two mistakes made on purpose.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::encoding::Encoding;
use super::mistake::Mistake;
use crate::percent;
use crate::protocol::Name;
use crate::signature::{Keys, keyed_with, verify_with_public_key};
use crate::url;
use crate::verify::Unverified;

/// What a careless client might have signed, in the pieces in which it can go wrong.
#[derive(Clone)]
pub(super) struct Attempt {
    method: String,
    scheme: String,
    authority: String,
    path: String,
    query: Vec<Pair>,
    body: Vec<Pair>,
    header: Vec<Pair>,
    /// Applied one after the other.
    encodings: Vec<Encoding>,
    order: Order,
    has_query_in_uri: bool,
    has_encoded_uri: bool,
    has_encoded_parameters: bool,
    has_empty_signature: bool,
    raw_query: String,
    key: String,
    signature_method: String,
}

type Pair = (Vec<u8>, Vec<u8>);

/// How a careless client might sort.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Right,
    /// Not at all: those of the header first.
    HeaderFirst,
    /// Not at all: those of the header last.
    HeaderLast,
    /// Parameters of the same name stay as they were sent.
    ByName,
    BeforeEncoding,
}

impl Attempt {
    /// Everything as it should be.
    pub(super) fn right(unverified: &Unverified<'_>, keys: &Keys<'_>) -> Self {
        let steps = unverified.steps();
        let (scheme, rest) = steps.base_string_uri.split_once("://").unwrap_or_default();
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let [header, query, body] = unverified.places();
        Self {
            method: unverified.method_sent().to_uppercase(),
            scheme: scheme.to_owned(),
            authority: authority.to_owned(),
            path: path.to_owned(),
            query,
            body,
            header,
            encodings: Vec::new(),
            order: Order::Right,
            has_query_in_uri: false,
            has_encoded_uri: true,
            has_encoded_parameters: true,
            has_empty_signature: false,
            raw_query: unverified.raw_query(),
            key: percent::into_text(keys.shared_key().to_vec()),
            signature_method: unverified.method_name().to_owned(),
        }
    }

    /// How long what is signed is, about; never nothing.
    pub(super) fn length(&self) -> usize {
        let pairs = [&self.header, &self.query, &self.body];
        let pairs = pairs.into_iter().flatten();
        let parameters: usize = pairs
            .map(|(name, value)| name.len() + value.len() + 2)
            .sum();
        self.path.len() + parameters + 1
    }

    /// Makes a mistake.
    pub(super) fn make(&mut self, mistake: &Mistake, unverified: &Unverified<'_>, keys: &Keys<'_>) {
        let (client, token) = keys.exposed();
        match mistake {
            Mistake::TokenSecretMissing => self.key = percent::encode(client) + "&",
            Mistake::ClientSecretMissing => self.key = String::from("&") + &percent::encode(token),
            Mistake::AmpersandMissing => {
                self.key = self.key.replacen('&', "", 1);
            }
            Mistake::SecretsNotEncoded => self.key = format!("{client}&{token}"),
            Mistake::SecretsEncodedTwice => {
                self.key = [client, token]
                    .map(|secret| percent::encode(percent::encode(secret)))
                    .join("&");
            }
            Mistake::SecretsSwapped => {
                self.key = percent::encode(token) + "&" + &percent::encode(client);
            }
            Mistake::OtherMethod(method) => self.method = (*method).to_owned(),
            Mistake::OtherScheme => self.swap_scheme(),
            Mistake::DefaultPortKept => {
                self.authority += if self.scheme == "https" {
                    ":443"
                } else {
                    ":80"
                }
            }
            Mistake::LetterCaseKept => self.keep_letter_case(unverified),
            Mistake::PortDropped => self.drop_port(),
            Mistake::QueryInUri => self.has_query_in_uri = true,
            Mistake::QueryIgnored => self.query.retain(|(name, _)| name.starts_with(b"oauth_")),
            Mistake::BodyIgnored => self.body.retain(|(name, _)| name.starts_with(b"oauth_")),
            Mistake::BodyTakenForForm => self.body = unverified.body_as_form(),
            Mistake::PathDecoded => {
                self.path =
                    String::from_utf8_lossy(&percent::decode(self.path.as_bytes())).into_owned();
            }
            Mistake::PathEncodedTwice => {
                self.path = self
                    .path
                    .split('/')
                    .map(percent::encode)
                    .collect::<Vec<_>>()
                    .join("/");
            }
            Mistake::TrailingSlash => self.toggle_slash(),
            Mistake::PlusTakenLiterally => self.query = literal_plus(&self.raw_query),
            Mistake::ParametersNotEncoded => self.encodings.push(Encoding::None),
            Mistake::ParametersEncodedTwice => self.encodings.push(Encoding::Twice),
            Mistake::LowerCaseHexadecimal => self.encodings.push(Encoding::LowerCase),
            Mistake::SpaceAsPlus => self.encodings.push(Encoding::SpaceAsPlus),
            Mistake::MarksNotEncoded => self.encodings.push(Encoding::MarksKept),
            Mistake::AsteriskNotEncoded => self.encodings.push(Encoding::AsteriskKept),
            Mistake::TildeEncoded => self.encodings.push(Encoding::TildeEncoded),
            Mistake::FormEncoded => {
                self.encodings.extend([
                    Encoding::SpaceAsPlus,
                    Encoding::AsteriskKept,
                    Encoding::TildeEncoded,
                ]);
            }
            Mistake::ParameterEncodedTwice(name) => {
                self.change_value(name, |value| percent::encode(value).into_bytes());
            }
            Mistake::ParameterSentEncodedTwice(name) => {
                self.change_value(name, |value| percent::decode(value).into_owned());
            }
            Mistake::EncodedInLatin1 => self.encodings.push(Encoding::Latin1),
            Mistake::PartsNotEncoded => {
                self.has_encoded_uri = false;
                self.has_encoded_parameters = false;
            }
            Mistake::UriNotEncoded => self.has_encoded_uri = false,
            Mistake::ParameterStringNotEncoded => self.has_encoded_parameters = false,
            Mistake::NotSorted => self.order = Order::HeaderFirst,
            Mistake::SortedByNameOnly => self.order = Order::ByName,
            Mistake::SortedBeforeEncoding => self.order = Order::BeforeEncoding,
            Mistake::ParameterNotSigned(name) => {
                for pairs in [&mut self.header, &mut self.query, &mut self.body] {
                    pairs.retain(|(own, _)| own != name.as_bytes());
                }
            }
            Mistake::ParameterNotSent(name) => {
                let is_version = *name == Name::Version.text();
                let value = if is_version { b"1.0".as_slice() } else { b"" };
                self.header.push((name.as_bytes().to_vec(), value.to_vec()));
            }
            Mistake::EmptySignatureSigned => self.has_empty_signature = true,
            Mistake::RealmSigned => self.header.extend(
                unverified
                    .realm()
                    .map(|realm| (b"realm".to_vec(), realm.as_bytes().to_vec())),
            ),
            Mistake::OtherSignatureMethod(method) => self.signature_method = (*method).to_owned(),
            // These concern the signature, not what is signed.
            Mistake::SignatureEncodedTwice
            | Mistake::SignatureNotEncoded
            | Mistake::SignatureNotBase64
            | Mistake::SignatureOfHexadecimal => {}
        }
    }

    fn swap_scheme(&mut self) {
        self.scheme = if self.scheme == "https" {
            "http"
        } else {
            "https"
        }
        .to_owned();
    }

    fn drop_port(&mut self) {
        if let Some((host, port)) = self.authority.rsplit_once(':')
            && port.bytes().all(|byte| byte.is_ascii_digit())
        {
            self.authority = host.to_owned();
        }
    }

    /// Scheme and host as the URL has them, if the request was given with its URL.
    fn keep_letter_case(&mut self, unverified: &Unverified<'_>) {
        let Some(Ok(sent)) = unverified.url_sent().map(url::split) else {
            return;
        };
        self.scheme = sent.scheme.to_owned();
        let host = sent
            .authority
            .rsplit_once('@')
            .map_or(sent.authority, |(_, host)| host);
        let without_default_port = host.get(..self.authority.len()).unwrap_or_default();
        if without_default_port.eq_ignore_ascii_case(&self.authority) {
            self.authority = without_default_port.to_owned();
        }
    }

    fn change_value(&mut self, name: &str, change: impl Fn(&[u8]) -> Vec<u8>) {
        let pairs = [&mut self.header, &mut self.query, &mut self.body]
            .into_iter()
            .flatten();
        for (_, value) in pairs.filter(|(own, _)| own == name.as_bytes()) {
            *value = change(value);
        }
    }

    fn toggle_slash(&mut self) {
        match self.path.strip_suffix('/') {
            Some(without) => self.path = without.to_owned(),
            None => self.path.push('/'),
        }
    }

    /// The parameters as they were joined.
    fn parameters(&self, order: Order) -> String {
        let mut places = [&self.header, &self.query, &self.body];
        if order == Order::HeaderLast {
            places.rotate_left(1);
        }
        let signature = Name::Signature.text().as_bytes();
        let empty_signature = (signature.to_vec(), Vec::new());
        let mut pairs: Vec<_> = places.into_iter().flatten().collect();
        pairs.retain(|(name, _)| name != signature);
        if self.has_empty_signature {
            pairs.push(&empty_signature);
        }
        if order == Order::BeforeEncoding {
            pairs.sort();
        }
        let encode = |text: &[u8]| {
            let right = percent::encode(text);
            self.encodings
                .iter()
                .fold(right, |text, encoding| encoding.apply(text))
        };
        let mut pairs: Vec<_> = pairs
            .into_iter()
            .map(|(name, value)| (encode(name), encode(value)))
            .collect();
        match order {
            Order::Right => pairs.sort(),
            Order::ByName => pairs.sort_by(|(left, _), (right, _)| left.cmp(right)),
            Order::HeaderFirst | Order::HeaderLast | Order::BeforeEncoding => {}
        }
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    }

    fn base_string(&self, order: Order) -> String {
        let mut uri = format!("{}://{}{}", self.scheme, self.authority, self.path);
        if self.has_query_in_uri && !self.raw_query.is_empty() {
            uri = uri + "?" + &self.raw_query;
        }
        let part = |text: String, is_encoded| {
            if is_encoded {
                percent::encode(text)
            } else {
                text
            }
        };
        [
            part(self.method.clone(), self.has_encoded_uri),
            part(uri, self.has_encoded_uri),
            part(self.parameters(order), self.has_encoded_parameters),
        ]
        .join("&")
    }

    /// Whether this is what was signed.
    pub(super) fn fits(
        &self,
        unverified: &Unverified<'_>,
        keys: &Keys<'_>,
        signature: &[u8],
    ) -> bool {
        // Whoever does not sort may begin with either.
        let orders = match self.order {
            Order::HeaderFirst => &[Order::HeaderFirst, Order::HeaderLast][..],
            _ => std::slice::from_ref(&self.order),
        };
        orders.iter().any(|&order| {
            let base_string = self.base_string(order);
            match self.signature_method.as_str() {
                "PLAINTEXT" => self.key.as_bytes() == signature,
                method => match keyed_with(method, self.key.as_bytes(), base_string.as_bytes()) {
                    Some(digest) => STANDARD.encode(digest).as_bytes() == signature,
                    None if method != unverified.method_name() => {
                        verify_with_public_key(method, base_string.as_bytes(), keys, signature)
                    }
                    None => unverified.method_verifies(base_string.as_bytes(), keys, signature),
                },
            }
        })
    }

    /// The digest of the right base string, when the method has one.
    pub(super) fn digest(&self) -> Option<Vec<u8>> {
        keyed_with(
            &self.signature_method,
            self.key.as_bytes(),
            self.base_string(self.order).as_bytes(),
        )
    }
}

/// The query as somebody reads it who does not know that `+` is a space there.
fn literal_plus(query: &str) -> Vec<Pair> {
    let pairs = query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| piece.split_once('=').unwrap_or((piece, "")));
    let decode = |text: &str| percent::decode(text.as_bytes()).into_owned();
    pairs
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}
