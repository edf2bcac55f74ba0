//! A signature computed with one or two mistakes made on purpose.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::mistake::Mistake;
use crate::percent;
use crate::protocol::Name;
use crate::signature::{Keys, keyed_with};
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
    encoding: Encoding,
    is_sorted: bool,
    has_query_in_uri: bool,
    raw_query: String,
    key: String,
    signature_method: String,
}

type Pair = (Vec<u8>, Vec<u8>);

/// How a careless client might percent-encode.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Right,
    None,
    Twice,
    LowerCase,
    SpaceAsPlus,
    MarksKept,
    TildeEncoded,
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
            encoding: Encoding::Right,
            is_sorted: true,
            has_query_in_uri: false,
            raw_query: unverified.raw_query(),
            key: percent::into_text(keys.shared_key().to_vec()),
            signature_method: unverified.method_name().to_owned(),
        }
    }

    /// Makes a mistake.
    pub(super) fn make(&mut self, mistake: &Mistake, unverified: &Unverified<'_>, keys: &Keys<'_>) {
        let (client, token) = keys.exposed();
        match mistake {
            Mistake::TokenSecretMissing => self.key = percent::encode(client) + "&",
            Mistake::ClientSecretMissing => self.key = String::from("&") + &percent::encode(token),
            Mistake::AmpersandMissing => {
                self.key = percent::encode(client) + &percent::encode(token);
            }
            Mistake::SecretsNotEncoded => self.key = format!("{client}&{token}"),
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
            Mistake::ParametersNotEncoded => self.encoding = Encoding::None,
            Mistake::ParametersEncodedTwice => self.encoding = Encoding::Twice,
            Mistake::LowerCaseHexadecimal => self.encoding = Encoding::LowerCase,
            Mistake::SpaceAsPlus => self.encoding = Encoding::SpaceAsPlus,
            Mistake::MarksNotEncoded => self.encoding = Encoding::MarksKept,
            Mistake::TildeEncoded => self.encoding = Encoding::TildeEncoded,
            Mistake::NotSorted => self.is_sorted = false,
            Mistake::ParameterNotSigned(name) => {
                for pairs in [&mut self.header, &mut self.query, &mut self.body] {
                    pairs.retain(|(own, _)| own != name.as_bytes());
                }
            }
            Mistake::RealmSigned => self.header.extend(
                unverified
                    .realm()
                    .map(|realm| (b"realm".to_vec(), realm.as_bytes().to_vec())),
            ),
            Mistake::OtherSignatureMethod(method) => self.signature_method = (*method).to_owned(),
            // These concern the signature, not what is signed.
            Mistake::SignatureEncodedTwice | Mistake::SignatureNotBase64 => {}
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

    fn toggle_slash(&mut self) {
        match self.path.strip_suffix('/') {
            Some(without) => self.path = without.to_owned(),
            None => self.path.push('/'),
        }
    }

    fn base_string(&self) -> String {
        let mut pairs: Vec<_> = [&self.header, &self.query, &self.body]
            .into_iter()
            .flatten()
            .filter(|(name, _)| name != Name::Signature.text().as_bytes())
            .map(|(name, value)| (self.encoding.apply(name), self.encoding.apply(value)))
            .collect();
        if self.is_sorted {
            pairs.sort();
        }
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let mut uri = format!("{}://{}{}", self.scheme, self.authority, self.path);
        if self.has_query_in_uri && !self.raw_query.is_empty() {
            uri = uri + "?" + &self.raw_query;
        }
        let method = percent::encode(&self.method);
        [
            method,
            percent::encode(uri),
            percent::encode(pairs.join("&")),
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
        let base_string = self.base_string();
        match self.signature_method.as_str() {
            "PLAINTEXT" => self.key.as_bytes() == signature,
            method => match keyed_with(method, self.key.as_bytes(), base_string.as_bytes()) {
                Some(digest) => STANDARD.encode(digest).as_bytes() == signature,
                None => unverified.method_verifies(base_string.as_bytes(), keys, signature),
            },
        }
    }

    /// The digest of the right base string, when the method has one.
    pub(super) fn digest(&self) -> Option<Vec<u8>> {
        keyed_with(
            &self.signature_method,
            self.key.as_bytes(),
            self.base_string().as_bytes(),
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

impl Encoding {
    fn apply(self, text: &[u8]) -> String {
        let encoded = percent::encode(text);
        match self {
            Self::Right => encoded,
            Self::None => String::from_utf8_lossy(text).into_owned(),
            Self::Twice => percent::encode(encoded),
            Self::LowerCase => lower_case_escapes(&encoded),
            Self::SpaceAsPlus => encoded.replace("%20", "+"),
            Self::MarksKept => [
                ("%21", "!"),
                ("%27", "'"),
                ("%28", "("),
                ("%29", ")"),
                ("%2A", "*"),
            ]
            .iter()
            .fold(encoded, |text, (escape, mark)| text.replace(escape, mark)),
            Self::TildeEncoded => encoded.replace('~', "%7E"),
        }
    }
}

fn lower_case_escapes(encoded: &str) -> String {
    let mut pieces = encoded.split('%');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (escape, rest) = piece.split_at(piece.len().min(2));
        out = out + "%" + &escape.to_ascii_lowercase() + rest;
    }
    out
}
