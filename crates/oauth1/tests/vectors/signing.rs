//! Every signing case through the signer, and what comes out of it through the verifier.

use pumphouse_oauth1::header::Authorization;
use pumphouse_oauth1::nonce::FixedNonce;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, FixedClock, HmacSha1, HmacSha256, HmacSha512, Keys, Params,
    Placement, Plaintext, Policy, Request, Secret, SignatureMethod, Signer, TokenCredentials,
    Unverified, base_string,
};
use serde_json::Value;

use crate::data::{body, cases, headers, strings, text};

#[test]
fn signing_cases() {
    check_all(include_str!("../data/signing.json"), 201);
}

#[test]
fn published_examples() {
    check_all(include_str!("../data/published.json"), 10);
}

/// Requests that a well-known implementation signs wrongly or refuses.
#[test]
fn deviations_of_others() {
    check_all(include_str!("../data/deviations.json"), 17);
}

fn check_all(text: &str, count: usize) {
    let cases = cases(text);
    assert_eq!(cases.len(), count);
    let failures: Vec<_> = cases.iter().filter_map(|case| check(case).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The method of a case; `None` for RSA when it is not compiled in.
fn method(case: &Value) -> Option<Box<dyn SignatureMethod>> {
    Some(match text(case, "method").unwrap() {
        "HMAC-SHA1" => Box::new(HmacSha1),
        "HMAC-SHA256" => Box::new(HmacSha256),
        "HMAC-SHA512" => Box::new(HmacSha512),
        "PLAINTEXT" => Box::new(Plaintext),
        #[cfg(feature = "rsa")]
        name => {
            use pumphouse_oauth1::{RsaPrivateKey, RsaSha1, RsaSha256, RsaSha512};
            let key = RsaPrivateKey::from_pem(crate::data::key(&format!(
                "{}.private-pkcs8",
                text(case, "rsa").unwrap()
            )))
            .unwrap();
            match name {
                "RSA-SHA1" => Box::new(RsaSha1::signing_with(key)),
                "RSA-SHA256" => Box::new(RsaSha256::signing_with(key)),
                "RSA-SHA512" => Box::new(RsaSha512::signing_with(key)),
                _ => panic!("no method {name}"),
            }
        }
        #[cfg(not(feature = "rsa"))]
        _ => return None,
    })
}

struct Boxed(Box<dyn SignatureMethod>);

impl SignatureMethod for Boxed {
    fn name(&self) -> &str {
        self.0.name()
    }
    fn sign(
        &self,
        base_string: &[u8],
        keys: &Keys<'_>,
    ) -> Result<String, pumphouse_oauth1::signature::MethodError> {
        self.0.sign(base_string, keys)
    }
    fn verify(&self, base_string: &[u8], keys: &Keys<'_>, signature: &[u8]) -> bool {
        self.0.verify(base_string, keys, signature)
    }
    fn reveals_secrets(&self) -> bool {
        self.0.reveals_secrets()
    }
}

fn placement(case: &Value) -> Placement {
    match text(case, "place").unwrap() {
        "header" => Placement::Header,
        "query" => Placement::Query,
        "body" => Placement::Body,
        other => panic!("no placement {other}"),
    }
}

fn signer(case: &Value, method: Box<dyn SignatureMethod>) -> Signer {
    let sent = |name: &str| text(&case["sent"], name);
    let client = strings(&case["client"]);
    let mut signer = Signer::new(ClientCredentials::new(client[0], client[1]))
        .with_method(Boxed(method))
        .with_placement(placement(case))
        .with_plaintext_without_tls();
    if case.get("token").is_some() {
        let token = strings(&case["token"]);
        signer = signer.with_token(TokenCredentials::new(token[0], token[1]));
    }
    match (sent("oauth_timestamp"), sent("oauth_nonce")) {
        (Some(timestamp), Some(nonce)) => {
            signer = signer
                .with_clock(FixedClock(timestamp.parse().unwrap()))
                .with_nonces(FixedNonce(nonce.to_owned()));
        }
        _ => signer = signer.without_nonce_and_timestamp(),
    }
    if let Some(realm) = text(case, "realm") {
        signer = signer.with_realm(realm);
    }
    if let Some(callback) = text(case, "callback") {
        signer = signer.with_callback(callback);
    }
    if let Some(verifier) = text(case, "verifier") {
        signer = signer.with_verifier(verifier);
    }
    if case.get("version") == Some(&Value::Bool(false)) {
        signer = signer.without_version();
    }
    if case.get("hash").is_some() {
        signer = signer.with_body_hash(BodyHash::Sha1);
    }
    signer
}

fn check(case: &Value) -> Result<(), String> {
    let Some(method) = method(case) else {
        return Ok(());
    };
    let name = text(case, "name").unwrap();
    let complain = |what: &str, got: &str, want: &str| {
        if got == want {
            Ok(())
        } else {
            Err(format!("{name}: {what}\n  is  {got}\n  not {want}"))
        }
    };
    let [verb, url] = strings(&case["request"])[..] else {
        panic!("{name}: request")
    };
    let (headers, body) = (headers(case), body(case));
    let request = Request::new(verb, url)
        .with_headers(headers.iter().copied())
        .with_body(&body);
    let signer = signer(case, method);

    complain(
        "uri",
        &base_string::uri(&request).unwrap(),
        text(case, "uri").unwrap(),
    )?;
    let prepared = signer
        .prepare(&request)
        .map_err(|error| format!("{name}: {error}"))?;
    complain(
        "base string",
        std::str::from_utf8(prepared.base_string()).unwrap(),
        text(case, "base").unwrap(),
    )?;
    let mut all = base_string::collect_parameters(&request).unwrap();
    let protocol = prepared.protocol_parameters();
    all.extend(protocol.iter().cloned());
    complain(
        "parameters",
        &all.normalised(),
        text(case, "params").unwrap(),
    )?;

    let signed = signer.sign(&request).unwrap();
    complain(
        "signature",
        signed.signature(),
        text(case, "signature").unwrap(),
    )?;
    let received = match placement(case) {
        Placement::Header => {
            check_header(case, signed.authorization().unwrap())?;
            request.with_authorization(signed.authorization().unwrap())
        }
        Placement::Query => {
            check_pairs(
                case,
                url_query(signed.url().unwrap()),
                url_query(text(case, "signed_url").unwrap()),
            )?;
            Request::new(verb, signed.url().unwrap())
                .with_headers(headers.iter().copied())
                .with_body(&body)
        }
        Placement::Body => {
            check_pairs(
                case,
                signed.body().unwrap(),
                text(case, "signed_body").unwrap().as_bytes(),
            )?;
            request.with_body(signed.body().unwrap())
        }
    };
    check_verifies(case, &received)
}

fn check_header(case: &Value, value: &str) -> Result<(), String> {
    let header = Authorization::parse(value.as_bytes()).map_err(|error| error.to_string())?;
    let mut got: Vec<_> = header
        .params()
        .iter()
        .map(|param| (param.name().into_owned(), param.value().into_owned()))
        .collect();
    let sent = case["sent"].as_object().unwrap();
    let mut want: Vec<_> = sent
        .iter()
        .map(|(name, value)| {
            (
                name.as_bytes().to_vec(),
                value.as_str().unwrap().as_bytes().to_vec(),
            )
        })
        .collect();
    want.push((
        b"oauth_signature".to_vec(),
        text(case, "signature").unwrap().as_bytes().to_vec(),
    ));
    got.sort();
    want.sort();
    if got == want && header.realm() == text(case, "realm") {
        Ok(())
    } else {
        Err(format!("{}: header {value}", case["name"]))
    }
}

fn check_pairs(case: &Value, got: impl AsRef<[u8]>, want: impl AsRef<[u8]>) -> Result<(), String> {
    let sorted = |text: &[u8]| {
        let mut pairs: Vec<_> = Params::from_form(text)
            .iter()
            .map(|pair| (pair.name().into_owned(), pair.value().into_owned()))
            .collect();
        pairs.sort();
        pairs
    };
    if sorted(got.as_ref()) == sorted(want.as_ref()) {
        Ok(())
    } else {
        Err(format!("{}: pairs", case["name"]))
    }
}

fn url_query(url: &str) -> &str {
    let before_fragment = url.split('#').next().unwrap();
    before_fragment
        .split_once('?')
        .map_or("", |(_, query)| query)
}

fn check_verifies(case: &Value, received: &Request<'_>) -> Result<(), String> {
    let name = text(case, "name").unwrap();
    let policy = Policy::new()
        .without_methods()
        .with_method(Boxed(method(case).unwrap()))
        .with_timestamp_window(u64::MAX)
        .with_tls(pumphouse_oauth1::verify::TlsRule::Never);
    let unverified = Unverified::parse(received, &policy, 1_500_000_000)
        .map_err(|problem| format!("{name}: {problem:?}"))?;
    let client = strings(&case["client"]);
    let token = case.get("token").map_or_else(|| vec!["", ""], strings);
    let (client_secret, token_secret) = (Secret::new(client[1]), Secret::new(token[1]));
    let mut keys = Keys::new(client[0], &client_secret);
    if unverified.token().is_some() {
        keys = keys.with_token(token[0], &token_secret);
    }
    #[cfg(feature = "rsa")]
    let public = text(case, "rsa").map(|rsa| {
        let pem = crate::data::key(&format!("{rsa}.public-spki"));
        pumphouse_oauth1::RsaPublicKey::from_pem(pem).unwrap()
    });
    #[cfg(feature = "rsa")]
    if let Some(public) = &public {
        keys = keys.with_rsa_public_key(public);
    }
    unverified
        .verify(&keys, |_| true)
        .map(|_| ())
        .map_err(|problem| format!("{name}: does not verify: {problem:?}"))
}

/// The bodies that the RFC prints as answers.
#[test]
fn published_answers() {
    use pumphouse_oauth1::flow::{Answer, Endpoints, Flow};

    let flow = Flow::new(
        ClientCredentials::new("k", "s"),
        Endpoints::new("https://a/i", "https://a/a", "https://a/t"),
    );
    let cases = cases(include_str!("../data/published.json"));
    let answers: Vec<_> = cases
        .iter()
        .filter_map(|case| case.get("answer"))
        .map(strings)
        .collect();
    assert_eq!(answers.len(), 4);
    for answer in answers {
        let grant = flow.granted(&Answer::new(200, answer[0])).unwrap();
        assert_eq!(
            (
                grant.credentials().token(),
                grant.credentials().secret().expose()
            ),
            (answer[1], answer[2])
        );
        let pending = flow.pending(&Answer::new(200, answer[0]));
        assert_eq!(
            pending.is_ok(),
            answer[0].contains("oauth_callback_confirmed")
        );
    }
}
