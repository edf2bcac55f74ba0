//! Each usual mistake, made by hand, is found.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use pumphouse_oauth1::explain::{Diagnosis, Mistake, diagnose};
use pumphouse_oauth1::{
    ClientCredentials, FixedClock, Keys, Placement, Policy, Request, Secret, Signer,
    TokenCredentials, Unverified, percent,
};

const NOW: u64 = 1_500_000_000;
const FORM: &str = "application/x-www-form-urlencoded";

fn digest(key: &str, base_string: &str) -> Vec<u8> {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(base_string.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A request to `POST http://example.com:8080/r%20v/~x?q=a+b!&z=%C3%A9` with the form `f=1`, signed with the given key over what is
/// made of the right base string.
fn diagnosis(
    key: &str,
    change: impl Fn(&str) -> String,
    write: impl Fn(&[u8]) -> String,
) -> Diagnosis {
    let url = "http://example.com:8080/r%20v/~x?q=a+b!&z=%C3%A9";
    let request = Request::new("POST", url)
        .with_content_type(FORM)
        .with_body(b"f=1");
    let signer = Signer::new(ClientCredentials::new("client", "c&s"))
        .with_token(TokenCredentials::new("token", "t s"))
        .with_realm("Photos")
        .with_clock(FixedClock(NOW));
    let prepared = signer.prepare(&request).unwrap();
    let base_string = std::str::from_utf8(prepared.base_string())
        .unwrap()
        .to_owned();
    let signature = write(&digest(key, &change(&base_string)));
    let signed = prepared.complete(&signature);
    let received = request.with_authorization(signed.authorization().unwrap());
    let unverified = Unverified::parse(&received, &Policy::new(), NOW).unwrap();
    let (client, token) = (Secret::new("c&s"), Secret::new("t s"));
    diagnose(
        &unverified,
        &Keys::new("client", &client).with_token("token", &token),
    )
}

const KEY: &str = "c%26s&t%20s";

fn base64(digest: &[u8]) -> String {
    STANDARD.encode(digest)
}

fn with_key(key: &str) -> Diagnosis {
    diagnosis(key, str::to_owned, base64)
}

fn with_text(change: impl Fn(&str) -> String) -> Diagnosis {
    diagnosis(KEY, change, base64)
}

/// Changes the parameters, decoded once.
fn with_parameters(change: impl Fn(&str) -> String) -> Diagnosis {
    with_text(|base_string| {
        let (before, parameters) = base_string.rsplit_once('&').unwrap();
        let parameters =
            String::from_utf8(percent::decode(parameters.as_bytes()).into_owned()).unwrap();
        format!("{before}&{}", percent::encode(change(&parameters)))
    })
}

fn one(mistake: Mistake) -> Diagnosis {
    Diagnosis::Explained(vec![mistake])
}

#[test]
fn the_right_signature_is_right() {
    assert_eq!(with_key(KEY), Diagnosis::Right);
    assert_eq!(with_key("another&secret"), Diagnosis::Unexplained);
}

#[test]
fn mistakes_in_the_key() {
    assert_eq!(with_key("c%26s&"), one(Mistake::TokenSecretMissing));
    assert_eq!(with_key("&t%20s"), one(Mistake::ClientSecretMissing));
    assert_eq!(with_key("c%26st%20s"), one(Mistake::AmpersandMissing));
    assert_eq!(with_key("c&s&t s"), one(Mistake::SecretsNotEncoded));
    assert_eq!(with_key("t%20s&c%26s"), one(Mistake::SecretsSwapped));
}

#[test]
fn mistakes_in_method_and_address() {
    assert_eq!(
        with_text(|text| text.replacen("POST", "GET", 1)),
        one(Mistake::OtherMethod("GET"))
    );
    assert_eq!(
        with_text(|text| text.replacen("POST", "post", 1)),
        one(Mistake::OtherMethod("post"))
    );
    assert_eq!(
        with_text(|text| text.replacen("&http%3A", "&https%3A", 1)),
        one(Mistake::OtherScheme)
    );
    assert_eq!(
        with_text(|text| text.replacen("%3A8080", "", 1)),
        one(Mistake::PortDropped)
    );
    assert_eq!(
        with_text(|text| text.replacen("r%2520v", "r%20v", 1)),
        one(Mistake::PathDecoded)
    );
    assert_eq!(
        with_text(|text| text.replacen("r%2520v", "r%252520v", 1)),
        one(Mistake::PathEncodedTwice)
    );
    assert_eq!(
        with_text(|text| text.replacen("~x&", "~x%2F&", 1)),
        one(Mistake::TrailingSlash)
    );
    let query = percent::encode("?q=a+b!&z=%C3%A9");
    assert_eq!(
        with_text(|text| text.replacen("~x&", &format!("~x{query}&"), 1)),
        one(Mistake::QueryInUri)
    );
}

#[test]
fn mistakes_in_the_parameters() {
    let drop = |names: &'static [&str]| {
        with_parameters(move |text| {
            let kept: Vec<_> = text
                .split('&')
                .filter(|pair| !names.contains(&pair.split('=').next().unwrap()))
                .collect();
            kept.join("&")
        })
    };
    assert_eq!(drop(&["q", "z"]), one(Mistake::QueryIgnored));
    assert_eq!(drop(&["f"]), one(Mistake::BodyIgnored));
    assert_eq!(
        drop(&["oauth_version"]),
        one(Mistake::ParameterNotSigned("oauth_version".to_owned()))
    );
    assert_eq!(
        with_parameters(|text| text.replace("a%20b", "a%2Bb")),
        one(Mistake::PlusTakenLiterally)
    );
    assert_eq!(
        with_parameters(|text| text.replace("%20", "+")),
        one(Mistake::SpaceAsPlus)
    );
    assert_eq!(
        with_parameters(|text| text.replace("%21", "!")),
        one(Mistake::MarksNotEncoded)
    );
    assert_eq!(
        with_parameters(|text| text.replace("%C3%A9", "%c3%a9")),
        one(Mistake::LowerCaseHexadecimal)
    );
    assert_eq!(
        with_parameters(|text| text.replace('%', "%25")),
        one(Mistake::ParametersEncodedTwice)
    );
    assert_eq!(
        with_parameters(|text| text.replace("a%20b%21", "a b!").replace("%C3%A9", "é")),
        one(Mistake::ParametersNotEncoded)
    );
    let realm = |text: &str| {
        let mut pairs: Vec<_> = text.split('&').chain(["realm=Photos"]).collect();
        pairs.sort();
        pairs.join("&")
    };
    assert_eq!(with_parameters(realm), one(Mistake::RealmSigned));
}

#[test]
fn mistakes_in_the_signature() {
    let hexadecimal = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(
        diagnosis(KEY, str::to_owned, hexadecimal),
        one(Mistake::SignatureNotBase64)
    );
    let unpadded = |digest: &[u8]| base64(digest).trim_end_matches('=').to_owned();
    assert_eq!(
        diagnosis(KEY, str::to_owned, unpadded),
        one(Mistake::SignatureNotBase64)
    );
    let broken = |digest: &[u8]| base64(digest) + "\n";
    assert_eq!(
        diagnosis(KEY, str::to_owned, broken),
        one(Mistake::SignatureNotBase64)
    );
    let twice = |digest: &[u8]| percent::encode(base64(digest));
    assert_eq!(
        diagnosis(KEY, str::to_owned, twice),
        one(Mistake::SignatureEncodedTwice)
    );
}

#[test]
fn two_mistakes_together() {
    let found = diagnosis(
        "c%26s&",
        |text| text.replacen("&http%3A", "&https%3A", 1),
        base64,
    );
    assert_eq!(
        found,
        Diagnosis::Explained(vec![Mistake::TokenSecretMissing, Mistake::OtherScheme])
    );
}

#[test]
fn explanations_hold_every_form() {
    let url = "https://api.example.org/items?b=2";
    let request = Request::new("POST", url)
        .with_content_type(FORM)
        .with_body(b"a=1");
    let signer =
        Signer::new(ClientCredentials::new("key", "secret")).with_placement(Placement::Body);
    let explanation = signer.explain(&request).unwrap();
    assert_eq!(
        explanation.steps.base_string_uri,
        "https://api.example.org/items"
    );
    assert!(
        explanation
            .steps
            .normalised_parameters
            .starts_with("a=1&b=2&oauth_consumer_key=key&")
    );
    let signature = percent::encode(&explanation.signature);
    assert!(
        explanation
            .authorization_header
            .ends_with(&format!("oauth_signature=\"{signature}\""))
    );
    assert!(
        explanation
            .signed_url
            .starts_with("https://api.example.org/items?b=2&oauth_consumer_key=key&")
    );
    assert!(
        explanation
            .signed_body
            .unwrap()
            .starts_with(b"a=1&oauth_consumer_key=key&")
    );
}
