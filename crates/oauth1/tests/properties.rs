//! What holds of every request: what is signed verifies, and nothing else does.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use pumphouse_oauth1::explain::Steps;
use pumphouse_oauth1::signature::BoundKeys;
use pumphouse_oauth1::verify::TlsRule;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, HmacSha1, HmacSha256, HmacSha512, Keys, Origin, Placement,
    Plaintext, Policy, Problem, Request, RsaPrivateKey, RsaPublicKey, RsaSha1, RsaSha256,
    RsaSha512, Secret, SignatureMethod, Signer, TokenCredentials, Unverified, percent,
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

/// PLAINTEXT among them, which covers nothing but itself.
const PLAINTEXT: usize = 3;

/// Those that share secrets with the provider.
const SHARED: std::ops::Range<usize> = 0..4;

/// Those that sign with a private key.
const RSA: std::ops::Range<usize> = 4..7;

fn methods() -> [Arc<dyn SignatureMethod>; 7] {
    static KEY: LazyLock<RsaPrivateKey> = LazyLock::new(|| {
        RsaPrivateKey::from_pem(include_str!("data/rsa2048.private-pkcs8.pem")).unwrap()
    });
    [
        Arc::new(HmacSha1),
        Arc::new(HmacSha256),
        Arc::new(HmacSha512),
        Arc::new(Plaintext),
        Arc::new(RsaSha1::signing_with(KEY.clone())),
        Arc::new(RsaSha256::signing_with(KEY.clone())),
        Arc::new(RsaSha512::signing_with(KEY.clone())),
    ]
}

static PUBLIC_KEY: LazyLock<RsaPublicKey> =
    LazyLock::new(|| RsaPublicKey::from_pem(include_str!("data/rsa2048.public-spki.pem")).unwrap());

static OTHER_PUBLIC_KEY: LazyLock<RsaPublicKey> = LazyLock::new(|| {
    RsaPublicKey::from_pem(include_str!("data/rsa2048_other.public-spki.pem")).unwrap()
});

fn case(methods: std::ops::Range<usize>) -> impl Strategy<Value = Case> {
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
        methods,
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
        self.verify_with(arrived, &PUBLIC_KEY)
    }

    fn verify_with(&self, arrived: &Arrived, public_key: &RsaPublicKey) -> Result<Steps, Problem> {
        let policy = methods()
            .into_iter()
            .fold(Policy::new(), Policy::with_method)
            .with_timestamp_window(u64::MAX)
            .with_tls(TlsRule::Never);
        let request = arrived.request();
        let unverified = Unverified::parse(&request, &policy, NOW)?;
        let steps = unverified.steps();
        let (client_secret, token_secret) = (
            Secret::new(self.client.1.as_str()),
            Secret::new(self.token.as_ref().map_or("", |token| token.1.as_str())),
        );
        let mut keys = Keys::new(&self.client.0, &client_secret).with_rsa_public_key(public_key);
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
        assert!(is_theirs || self.signature_method == PLAINTEXT);
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

/// Which of four parts is changed, where, and to what.
type Change = (usize, usize, u8);

fn change() -> impl Strategy<Value = Change> {
    (0..4_usize, any::<usize>(), 0x21..0x7f_u8)
}

/// A changed byte is noticed, unless it changes nothing but the way in which the same parameters are written.
fn change_fails(case: &Case, (place, at, to): Change) -> Result<(), TestCaseError> {
    let Some(arrived) = case.send() else {
        return Ok(());
    };
    let before = case.verify(&arrived).unwrap();
    let mut other = arrived.clone();
    let or = |changed: Option<String>, otherwise: &str| changed.unwrap_or(otherwise.to_owned());
    match place {
        0 => other.method = or(changed(&arrived.method, at, to), "OTHER"),
        1 => other.target = or(changed(&arrived.target, at, to), "/other"),
        2 => {
            let value = arrived.authorization.as_ref();
            other.authorization = value.and_then(|value| changed(value, at, to));
        }
        _ => match other.body.len() {
            0 => other.body.push(to),
            length => other.body[at % length] = to,
        },
    }
    // Bodies that are no forms are covered when they are hashed.
    let is_form = case.content_type.starts_with(FORM);
    let is_covered =
        case.signature_method != PLAINTEXT && (place != 3 || is_form || case.body_hash);
    match case.verify(&other) {
        Err(_) => {}
        Ok(after) if is_covered && place != 3 => prop_assert_eq!(before, after),
        Ok(after) => {
            let is_same = before == after && (is_form || arrived.body == other.body);
            prop_assert!(!is_covered || is_same);
        }
    }
    Ok(())
}

proptest! {
    // Signing with a private key takes a thousand times as long.
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_signed_with_a_private_key_verifies_with_its_public_key_alone(case in case(RSA)) {
        let Some(arrived) = case.send() else { return Ok(()) };
        prop_assert!(case.verify(&arrived).is_ok(), "{:?}", case.verify(&arrived));
        let other = case.verify_with(&arrived, &OTHER_PUBLIC_KEY);
        prop_assert_eq!(other, Err(Problem::SignatureInvalid));
        // The secrets have no part in it.
        let case = Case { client: (case.client.0.clone(), "another".to_owned()), ..case };
        prop_assert!(case.verify(&arrived).is_ok());
    }

    #[test]
    fn a_changed_byte_fails_with_a_private_key(case in case(RSA), change in change()) {
        change_fails(&case, change)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn what_is_signed_verifies(case in case(SHARED)) {
        if let Some(arrived) = case.send() {
            prop_assert!(case.verify(&arrived).is_ok(), "{:?}", case.verify(&arrived));
        }
    }

    #[test]
    fn a_changed_byte_fails(case in case(SHARED), change in change()) {
        change_fails(&case, change)?;
    }

    #[test]
    fn another_secret_fails(case in case(SHARED), other in ".{1,12}") {
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
