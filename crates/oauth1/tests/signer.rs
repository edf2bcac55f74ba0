//! The signer's options, and what it refuses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use pumphouse_oauth1::header::Authorization;
use pumphouse_oauth1::nonce::FixedNonce;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, FixedClock, HmacSha1, Keys, Origin, Placement, Plaintext, Policy,
    Request, Secret, SignError, SignatureMethod, Signer, TokenCredentials, Unverified, base_string,
};

const URL: &str = "https://api.example.org/items?b=2";
const FORM: &str = "application/x-www-form-urlencoded";
const NOW: u64 = 1_500_000_000;

fn signer() -> Signer {
    Signer::new(ClientCredentials::new("client", "client secret"))
        .with_token(TokenCredentials::new("token", "token secret"))
        .with_clock(FixedClock(NOW))
        .with_nonces(FixedNonce("nonce".to_owned()))
}

fn verifies(header: &str, request: &Request<'_>) -> bool {
    let request = request.with_authorization(header);
    let unverified = Unverified::parse(&request, &Policy::new(), NOW).unwrap();
    let (client, token) = (Secret::new("client secret"), Secret::new("token secret"));
    unverified
        .verify(
            &Keys::new("client", &client).with_token("token", &token),
            |_| true,
        )
        .is_ok()
}

/// Base string and signature as the public building blocks give them, for what a header holds.
fn signature_by_hand(header: &str, request: &Request<'_>) -> String {
    let header = Authorization::parse(header.as_bytes()).unwrap();
    let mut params = base_string::collect_parameters(request).unwrap();
    params.extend(header.params().iter().copied());
    let base_string = base_string::build(request, &params).unwrap();
    let (client, token) = (Secret::new("client secret"), Secret::new("token secret"));
    HmacSha1
        .sign(
            base_string.as_bytes(),
            &Keys::new("client", &client).with_token("token", &token),
        )
        .unwrap()
}

#[test]
fn every_name_of_a_parameter_is_sorted_into_its_place() {
    let names = [
        "",
        "a",
        "o",
        "oauth",
        "oauth_",
        "oauth_body",
        "oauth_extra",
        "oauth_o",
        "oauth_vers",
        "oauth_w",
        "p",
        "~",
        "%F4",
    ];
    for name in names {
        let urls = [
            format!("{URL}&{name}=x"),
            format!("https://api.example.org/?{name}=x"),
            format!("{URL}&{name}=x&{name}"),
        ];
        for url in urls
            .iter()
            .filter(|url| !url.ends_with('&') || name.is_empty())
        {
            let request = Request::new("GET", url);
            let header = signer().authorization(&request).unwrap();
            let sent = Authorization::parse(header.as_bytes()).unwrap();
            let signature = sent.params().get("oauth_signature").unwrap().into_owned();
            assert_eq!(signature, signature_by_hand(&header, &request), "{url}");
        }
    }
}

#[test]
fn realms_cannot_break_the_header() {
    let realms = [
        "oauth_timestamp=",
        ", oauth_nonce=",
        "a\"b\\c",
        "oauth_nonce=\"\"",
        "x\r\nSet-Cookie: a=b",
        "é☃",
        "",
    ];
    for realm in realms {
        let request = Request::new("GET", URL);
        let header = signer().with_realm(realm).authorization(&request).unwrap();
        assert!(!header.contains(['\r', '\n']), "{header}");
        let read = Authorization::parse(header.as_bytes()).unwrap();
        let without_controls: String = realm
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .collect();
        assert_eq!(read.realm(), Some(without_controls.as_str()));
        assert_eq!(read.params().get("oauth_nonce").as_deref(), Some("nonce"));
        assert!(verifies(&header, &request), "{header}");
    }
}

#[test]
fn a_realm_given_as_a_parameter_is_a_realm() {
    let request = Request::new("GET", URL);
    let with_realm = signer().with_realm("Photos").authorization(&request);
    for name in ["realm", "Realm"] {
        let signer = signer().with_parameter(name, "Photos");
        let header = signer.authorization(&request);
        assert_eq!(header, with_realm);
        assert!(verifies(&header.unwrap(), &request));
        // Only headers have one.
        let in_query = signer.with_placement(Placement::Query);
        let signed = in_query.sign(&request).unwrap();
        assert!(!signed.url().unwrap().contains("Photos"));
    }
}

#[test]
fn a_parameter_given_twice_is_sent_once() {
    let request = Request::new("GET", URL);
    let signer = signer()
        .with_parameter("oauth_session_handle", "old")
        .with_parameter("oauth_session_handle", "new");
    let header = signer.authorization(&request).unwrap();
    assert!(header.contains("oauth_session_handle=\"new\"") && !header.contains("old"));
    assert!(verifies(&header, &request));
}

#[test]
fn changes_after_the_first_signature_count() {
    let request = Request::new("GET", URL);
    let first = signer();
    first.authorization(&request).unwrap();
    let other = first
        .clone()
        .with_realm("Photos")
        .without_version()
        .with_parameter("oauth_session_handle", "h&");
    let header = other.authorization(&request).unwrap();
    assert!(
        header.starts_with("OAuth realm=\"Photos\", oauth_consumer_key=\"client\""),
        "{header}"
    );
    assert!(
        header.contains("oauth_session_handle=\"h%26\"") && !header.contains("oauth_version"),
        "{header}"
    );
    assert!(verifies(&header, &request));
    let two_legged = first.with_token(TokenCredentials::new("", ""));
    assert!(
        !two_legged
            .authorization(&request)
            .unwrap()
            .contains("oauth_token")
    );
}

#[test]
fn signing_elsewhere_gives_the_same() {
    let request = Request::new("POST", URL)
        .with_content_type(FORM)
        .with_body("a=1&c=x+y");
    for placement in [Placement::Header, Placement::Query, Placement::Body] {
        let signer = signer().with_placement(placement);
        let prepared = signer.prepare(&request).unwrap();
        let signature = HmacSha1
            .sign(prepared.base_string(), &signer.keys())
            .unwrap();
        let elsewhere = prepared.complete(&signature);
        let here = signer.sign(&request).unwrap();
        assert_eq!(elsewhere.signature(), here.signature());
        assert_eq!(elsewhere.authorization(), here.authorization());
        assert_eq!(elsewhere.url(), here.url());
        assert_eq!(elsewhere.body(), here.body());
        let places = [
            here.authorization().is_some(),
            here.url().is_some(),
            here.body().is_some(),
        ];
        assert_eq!(places.iter().filter(|place| **place).count(), 1);
    }
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let json = Request::new("POST", URL)
        .with_content_type("application/json")
        .with_body("{}");
    let origin = Origin::parse("https://api.example.org").unwrap();
    let streamed = Request::new("POST", URL).with_streamed_body();
    let refused = |signer: Signer, request: &Request<'_>| signer.sign(request).unwrap_err();
    assert_eq!(
        refused(signer().with_placement(Placement::Body), &json),
        SignError::NoFormBody
    );
    assert_eq!(
        refused(
            signer().with_placement(Placement::Query),
            &Request::at(&origin, "GET", "/")
        ),
        SignError::NoUrl
    );
    assert_eq!(
        refused(signer().with_body_hash(BodyHash::Sha1), &streamed),
        SignError::BodyUnknown
    );
    assert_eq!(
        refused(signer(), &streamed.with_content_type(FORM)),
        SignError::BodyUnknown
    );
    let signed = Request::new("GET", "https://a.example/?%6fauth_token=t");
    assert_eq!(
        refused(signer(), &signed),
        SignError::AlreadySigned("oauth_token".to_owned())
    );
    assert!(matches!(
        refused(signer(), &Request::new("GET", "/relative")),
        SignError::Url(_)
    ));
    let plain = Request::new("GET", "http://api.example.org/");
    assert_eq!(
        refused(signer().with_method(Plaintext), &plain),
        SignError::PlaintextWithoutTls
    );
}

#[test]
fn a_hash_known_beforehand_is_signed_with_a_streamed_body() {
    let hash = BodyHash::Sha1.of(b"large file");
    let request = Request::new("PUT", URL)
        .with_streamed_body()
        .with_known_body_hash(&hash);
    let header = signer().authorization(&request).unwrap();
    assert!(verifies(
        &header,
        &Request::new("PUT", URL).with_body("large file")
    ));
    assert!(!verifies(
        &header,
        &Request::new("PUT", URL).with_body("other file")
    ));
}

#[test]
fn secrets_are_not_printed() {
    let request = Request::new("GET", URL);
    let signed = signer()
        .with_method(Plaintext)
        .with_verifier("verifier")
        .sign(&request)
        .unwrap();
    let header = signed.authorization().unwrap();
    let received = request.with_authorization(header);
    let unverified =
        Unverified::parse(&received, &Policy::new().with_method(Plaintext), NOW).unwrap();
    let printed = format!(
        "{:?} {:?} {:?} {:?} {:?} {:?} {:?}",
        signer(),
        signed,
        received,
        unverified,
        signer().keys(),
        Authorization::parse(header.as_bytes()).unwrap(),
        TokenCredentials::new("token", "token secret"),
    );
    for secret in ["client secret", "token secret", "%20secret", "=verifier"] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn nobody_and_no_nonce_sign_nothing() {
    use pumphouse_oauth1::nonce::FixedNonce;
    use pumphouse_oauth1::{ClientCredentials, Request, SignError, Signer};
    let request = Request::new("GET", "https://a.example/");
    let nobody = Signer::new(ClientCredentials::new("", "secret"));
    assert_eq!(nobody.authorization(&request), Err(SignError::NoClientKey));
    let client = Signer::new(ClientCredentials::new("key", "secret"));
    let signer = client.clone().with_nonces(FixedNonce(String::new()));
    assert_eq!(signer.authorization(&request), Err(SignError::NonceEmpty));
    // What is made for each request is not taken as just another parameter.
    let signer = client
        .with_parameter("oauth_body_hash", "x")
        .with_parameter("oauth_signature_method", "X");
    let header = signer.authorization(&request).unwrap();
    assert!(
        !header.contains("body_hash") && header.contains("\"HMAC-SHA1\""),
        "{header}"
    );
}

#[test]
fn what_has_no_body_takes_no_parameters_in_it() {
    for method in ["GET", "HEAD", "get"] {
        let request = Request::new(method, "https://api.example.org/")
            .with_content_type("application/x-www-form-urlencoded")
            .with_body("a=b");
        let signer = signer().with_placement(Placement::Body);
        assert!(
            matches!(signer.sign(&request), Err(SignError::NoBody)),
            "{method}"
        );
    }
}
