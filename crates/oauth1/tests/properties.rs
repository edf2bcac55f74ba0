//! What holds of every request: what is signed verifies, and nothing else does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use pumphouse_oauth1::explain::Steps;
use pumphouse_oauth1::signature::BoundKeys;
use pumphouse_oauth1::verify::TlsRule;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, HmacSha1, HmacSha256, HmacSha512, Keys, Origin, Placement,
    Plaintext, Policy, Problem, Request, Secret, SignatureMethod, Signer, TokenCredentials,
    Unverified, percent,
};

const FORM: &str = "application/x-www-form-urlencoded";
const NOW: u64 = 1_500_000_000;

/// A request, credentials and a way of signing, all arbitrary.
#[derive(Clone, Debug)]
struct Case {
    method: String,
    origin: String,
    target: String,
    content_type: String,
    body: Vec<u8>,
    client: (String, String),
    token: Option<(String, String)>,
    signature_method: usize,
    placement: Placement,
    realm: Option<String>,
    body_hash: bool,
    version: bool,
}

fn methods() -> [std::sync::Arc<dyn SignatureMethod>; 4] {
    use std::sync::Arc;
    [
        Arc::new(HmacSha1),
        Arc::new(HmacSha256),
        Arc::new(HmacSha512),
        Arc::new(Plaintext),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let address = (
        "GET|POST|PUT|DELETE|PATCH|HEAD|M-SEARCH",
        "https?://([a-z][a-z0-9.-]{0,8}[a-z]|\\[::1\\]|192\\.0\\.2\\.1|[A-Z]{3}\\.example)(:(80|443|8080))?",
        "(/[!-\"$->@-~]{0,8}){1,3}(\\?[!-\"$-~]{0,24}(é|☃)?)?",
    );
    let content = (
        prop_oneof![
            Just(FORM.to_owned()),
            Just(format!("{FORM}; charset=UTF-8")),
            Just("application/json".to_owned())
        ],
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..40),
            "([a-c%+&=;é]{0,6}=?%?[0-9a-f]{0,2}&?){0,4}".prop_map(String::into_bytes)
        ],
    );
    let credentials = (
        (".{1,12}", ".{0,12}"),
        prop::option::of((".{1,12}", ".{0,12}")),
    );
    let placement = prop_oneof![
        Just(Placement::Header),
        Just(Placement::Query),
        Just(Placement::Body)
    ];
    let options = (
        0..4_usize,
        placement,
        prop::option::of("[ -~é]{0,12}"),
        any::<bool>(),
        any::<bool>(),
    );
    (address, content, credentials, options).prop_map(|(address, content, credentials, options)| {
        Case {
            method: address.0,
            origin: address.1,
            target: address.2,
            content_type: content.0,
            body: content.1,
            client: credentials.0,
            token: credentials.1,
            signature_method: options.0,
            placement: options.1,
            realm: options.2,
            body_hash: options.3,
            version: options.4,
        }
    })
}

/// A request as it arrives.
#[derive(Clone)]
struct Arrived {
    method: String,
    origin: Origin,
    target: String,
    authorization: Option<String>,
    content_type: String,
    body: Vec<u8>,
}

impl Arrived {
    fn request(&self) -> Request<'_> {
        let request = Request::at(&self.origin, &self.method, &self.target)
            .with_content_type(&self.content_type);
        let request = request.with_body(&self.body);
        match &self.authorization {
            Some(value) => request.with_authorization(value),
            None => request,
        }
    }
}

impl Case {
    fn signer(&self) -> Signer {
        let mut signer = Signer::new(ClientCredentials::new(
            self.client.0.as_str(),
            self.client.1.as_str(),
        ))
        .with_method(methods()[self.signature_method].clone())
        .with_placement(self.placement)
        .with_plaintext_without_tls();
        if let Some((token, secret)) = &self.token {
            signer = signer.with_token(TokenCredentials::new(token.as_str(), secret.as_str()));
        }
        if let Some(realm) = &self.realm {
            signer = signer.with_realm(realm);
        }
        if self.body_hash {
            signer = signer.with_body_hash(BodyHash::Sha1);
        }
        if self.version {
            signer
        } else {
            signer.without_version()
        }
    }

    /// Signs and sends. `None` when the placement does not fit the body.
    fn send(&self) -> Option<Arrived> {
        let url = format!("{}{}", self.origin, self.target);
        let request = Request::new(&self.method, &url)
            .with_content_type(&self.content_type)
            .with_body(&self.body);
        let signed = match self.signer().sign(&request) {
            Ok(signed) => signed,
            Err(error) => {
                let has_form = self.content_type.starts_with(FORM)
                    && !["GET", "HEAD"].contains(&&*self.method);
                assert!(self.placement == Placement::Body && !has_form, "{error}");
                return None;
            }
        };
        let target = signed
            .url()
            .map_or(self.target.as_str(), |url| &url[self.origin.len()..]);
        Some(Arrived {
            method: self.method.clone(),
            origin: Origin::parse(&self.origin).unwrap(),
            target: target.to_owned(),
            authorization: signed.authorization().map(str::to_owned),
            content_type: self.content_type.clone(),
            body: signed.body().unwrap_or(&self.body).to_vec(),
        })
    }

    fn verify(&self, arrived: &Arrived) -> Result<Steps, Problem> {
        let policy = Policy::new()
            .with_method(Plaintext)
            .with_timestamp_window(u64::MAX)
            .with_tls(TlsRule::Never);
        let request = arrived.request();
        let unverified = Unverified::parse(&request, &policy, NOW)?;
        let steps = unverified.steps();
        let (client_secret, token_secret) = (
            Secret::new(self.client.1.as_str()),
            Secret::new(self.token.as_ref().map_or("", |token| token.1.as_str())),
        );
        let mut keys = Keys::new(&self.client.0, &client_secret);
        if let Some((token, _)) = &self.token {
            keys = keys.with_token(token, &token_secret);
        }
        let bound = BoundKeys::new(&keys, &policy);
        let verify = |keys: &Keys<'_>| {
            unverified
                .clone()
                .verify(keys, |nonce| nonce.timestamp > 0 && !nonce.nonce.is_empty())
        };
        let verified = verify(&keys);
        let outcome =
            |verified: &Result<_, Problem>| verified.as_ref().map(|_| ()).map_err(Problem::code);
        assert_eq!(outcome(&verify(&bound.keys())), outcome(&verified));
        let verified = verified?;
        // PLAINTEXT does not even cover the identifiers.
        let is_theirs = verified.client_key() == self.client.0
            && verified.token() == self.token.as_ref().map(|token| token.0.as_str());
        assert!(is_theirs || self.signature_method == 3);
        Ok(steps)
    }
}

/// Changes one byte, keeping text text.
fn changed(text: &str, at: usize, to: u8) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let at = at.checked_rem(bytes.len())?;
    if bytes[at] == to {
        return None;
    }
    bytes[at] = to;
    String::from_utf8(bytes).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_signed_verifies(case in case()) {
        if let Some(arrived) = case.send() {
            prop_assert!(case.verify(&arrived).is_ok(), "{:?}", case.verify(&arrived));
        }
    }

    /// A changed byte is noticed, unless it changes nothing but the way in which the same parameters are written.
    #[test]
    fn a_changed_byte_fails(case in case(), place in 0..4_usize, at in any::<usize>(), to in 0x21..0x7f_u8) {
        let Some(arrived) = case.send() else { return Ok(()) };
        let before = case.verify(&arrived).unwrap();
        let mut other = arrived.clone();
        match place {
            0 => other.method = changed(&arrived.method, at, to).unwrap_or_else(|| "OTHER".to_owned()),
            1 => other.target = changed(&arrived.target, at, to).unwrap_or_else(|| "/other".to_owned()),
            2 => other.authorization = arrived.authorization.as_ref().and_then(|value| changed(value, at, to)),
            _ => {
                let length = other.body.len();
                if length == 0 { other.body.push(to) } else { other.body[at % length] = to }
            }
        }
        // PLAINTEXT covers nothing but itself; other bodies are covered when they are hashed.
        let is_covered = case.signature_method != 3 && (place != 3 || case.content_type.starts_with(FORM) || case.body_hash);
        match case.verify(&other) {
            Err(_) => {}
            Ok(after) if is_covered && place != 3 => prop_assert_eq!(before, after),
            Ok(after) => prop_assert!(!is_covered || before == after && (case.content_type.starts_with(FORM) || arrived.body == other.body)),
        }
    }

    #[test]
    fn another_secret_fails(case in case(), other in ".{1,12}") {
        let Some(arrived) = case.send() else { return Ok(()) };
        if other != case.client.1 {
            let case = Case { client: (case.client.0.clone(), other.clone()), ..case.clone() };
            prop_assert_eq!(case.verify(&arrived), Err(Problem::SignatureInvalid));
        }
        if let Some((token, secret)) = &case.token && *secret != other {
            let case = Case { token: Some((token.clone(), other)), ..case.clone() };
            prop_assert_eq!(case.verify(&arrived), Err(Problem::SignatureInvalid));
        }
    }

    #[test]
    fn encoding_can_be_undone(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let encoded = percent::encode(&bytes);
        prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
        prop_assert_eq!(&*percent::decode(encoded.as_bytes()), &*bytes);
    }
}
