//! Each usual mistake, made by hand, is found.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use pumphouse_oauth1::explain::{Diagnosis, Mistake, Steps, diagnose};
use pumphouse_oauth1::signature::MethodError;
use pumphouse_oauth1::{
    ClientCredentials, FixedClock, Keys, Placement, Policy, Problem, Request, RsaPrivateKey,
    RsaSha1, RsaSha256, Secret, SignatureMethod, Signer, TokenCredentials, Unverified, percent,
};

const NOW: u64 = 1_500_000_000;
const FORM: &str = "application/x-www-form-urlencoded";

fn digest(key: &str, base_string: &str) -> Vec<u8> {
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(base_string.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

/// A request to `POST http://Example.com:8080/r%20v/~x?q=a+b!&z=%C3%A9&*=~2&*=~1&*=%C3%A9` with the form `f=1`, signed with the given key over what is
/// made of the right base string.
fn diagnosis(
    key: &str,
    change: impl Fn(&str) -> String,
    write: impl Fn(&[u8]) -> String,
) -> Diagnosis {
    let url = "http://Example.com:8080/r%20v/~x?q=a+b!&z=%C3%A9&*=~2&*=~1&*=%C3%A9";
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

fn sorted(parameters: &str) -> String {
    let mut pairs: Vec<_> = parameters.split('&').collect();
    pairs.sort_by_key(|pair| pair.split_once('='));
    pairs.join("&")
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
    assert_eq!(
        with_key("c%2526s&t%2520s"),
        one(Mistake::SecretsEncodedTwice)
    );
    assert_eq!(with_key("t%20s&c%26s"), one(Mistake::SecretsSwapped));
    let both = vec![Mistake::TokenSecretMissing, Mistake::AmpersandMissing];
    assert_eq!(with_key("c%26s"), Diagnosis::Explained(both));
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
        with_text(|text| text.replacen("example.com", "Example.com", 1)),
        one(Mistake::LetterCaseKept)
    );
    let decode = |text: &str| String::from_utf8(percent::decode(text.as_bytes()).into_owned());
    assert_eq!(
        with_text(|text| decode(text).unwrap()),
        one(Mistake::PartsNotEncoded)
    );
    let part_decoded = |number: usize| {
        with_text(move |text| {
            let mut parts: Vec<_> = text.split('&').map(str::to_owned).collect();
            parts[number] = decode(&parts[number]).unwrap();
            parts.join("&")
        })
    };
    assert_eq!(part_decoded(1), one(Mistake::UriNotEncoded));
    assert_eq!(part_decoded(2), one(Mistake::ParameterStringNotEncoded));
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
    let query = percent::encode("?q=a+b!&z=%C3%A9&*=~2&*=~1&*=%C3%A9");
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
    assert_eq!(drop(&["q", "z", "%2A"]), one(Mistake::QueryIgnored));
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
        with_parameters(|text| text.replace("%21", "!").replace("%2A", "*")),
        one(Mistake::MarksNotEncoded)
    );
    assert_eq!(
        with_parameters(|text| text.replace("%2A", "*")),
        one(Mistake::AsteriskNotEncoded)
    );
    assert_eq!(
        with_parameters(|text| sorted(&text.replace('~', "%7E"))),
        one(Mistake::TildeEncoded)
    );
    assert_eq!(
        with_parameters(|text| {
            let text = text.replace("%20", "+").replace("%2A", "*");
            sorted(&text.replace('~', "%7E"))
        }),
        one(Mistake::FormEncoded)
    );
    assert_eq!(
        with_parameters(|text| text.replace("a%20b%21", "a%2520b%2521")),
        one(Mistake::ParameterEncodedTwice("q".to_owned()))
    );
    assert_eq!(
        with_parameters(|text| text.replace("%C3%A9", "%c3%a9").replace("%2A", "%2a")),
        one(Mistake::LowerCaseHexadecimal)
    );
    assert_eq!(
        with_parameters(|text| text.replace('%', "%25")),
        one(Mistake::ParametersEncodedTwice)
    );
    assert_eq!(
        with_parameters(|text| {
            sorted(str::from_utf8(&percent::decode(text.as_bytes())).unwrap())
        }),
        one(Mistake::ParametersNotEncoded)
    );
    assert_eq!(
        with_parameters(|text| text.replace("%C3%A9", "%E9")),
        one(Mistake::EncodedInLatin1)
    );
    let with = |pair: &'static str| with_parameters(move |text| sorted(&format!("{text}&{pair}")));
    assert_eq!(with("realm=Photos"), one(Mistake::RealmSigned));
    assert_eq!(with("oauth_signature="), one(Mistake::EmptySignatureSigned));
}

#[test]
fn mistakes_in_the_signature() {
    let hexadecimal =
        |digest: &[u8]| -> String { digest.iter().map(|byte| format!("{byte:02X}")).collect() };
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
    let of_digits = |digest: &[u8]| base64(hexadecimal(digest).to_lowercase().as_bytes());
    assert_eq!(
        diagnosis(KEY, str::to_owned, of_digits),
        one(Mistake::SignatureOfHexadecimal)
    );
    // Not every signature holds a plus sign, and the nonce makes each another one.
    let with_spaces = |digest: &[u8]| base64(digest).replace('+', " ");
    let found = (0..1_000)
        .map(|_| diagnosis(KEY, str::to_owned, with_spaces))
        .find(|found| *found != Diagnosis::Right);
    assert_eq!(found, Some(one(Mistake::SignatureNotEncoded)));
    let twice = |digest: &[u8]| percent::encode(base64(digest));
    assert_eq!(
        diagnosis(KEY, str::to_owned, twice),
        one(Mistake::SignatureEncodedTwice)
    );
}

#[test]
fn the_order_of_the_parameters() {
    let unsorted = |text: &str| {
        let (protocol, others): (Vec<_>, Vec<_>) =
            text.split('&').partition(|pair| pair.starts_with("oauth_"));
        let find = |name: &str| protocol.iter().find(|pair| pair.starts_with(name));
        let sent = [
            "oauth_consumer_key=",
            "oauth_token=",
            "oauth_signature_method=",
        ]
        .into_iter()
        .chain(["oauth_timestamp=", "oauth_nonce=", "oauth_version="]);
        let protocol: Vec<_> = sent.map(|name| *find(name).unwrap()).collect();
        let others = ["q=", "z=", "%2A=~2", "%2A=~1", "%2A=%C3", "f="]
            .map(|start| *others.iter().find(|pair| pair.starts_with(start)).unwrap());
        (protocol.join("&"), others.join("&"))
    };
    let header_first = |text: &str| {
        let (protocol, others) = unsorted(text);
        format!("{protocol}&{others}")
    };
    let header_last = |text: &str| {
        let (protocol, others) = unsorted(text);
        format!("{others}&{protocol}")
    };
    assert_eq!(with_parameters(header_first), one(Mistake::NotSorted));
    assert_eq!(with_parameters(header_last), one(Mistake::NotSorted));

    const RIGHT: &str = "%2A=%C3%A9&%2A=~1&%2A=~2";
    let by_name = |text: &str| text.replace(RIGHT, "%2A=~2&%2A=~1&%2A=%C3%A9");
    assert_eq!(with_parameters(by_name), one(Mistake::SortedByNameOnly));
    let before_encoding = |text: &str| text.replace(RIGHT, "%2A=~1&%2A=~2&%2A=%C3%A9");
    assert_eq!(
        with_parameters(before_encoding),
        one(Mistake::SortedBeforeEncoding)
    );
}

#[test]
fn a_callback_that_was_sent_encoded_twice() {
    let request = Request::new("POST", "http://example.com/initiate");
    let signer = Signer::new(ClientCredentials::new("client", "c")).with_clock(FixedClock(NOW));
    let signer = signer.with_callback("https://client.example.net/cb?x=1");
    let once = "https%3A%2F%2Fclient.example.net%2Fcb%3Fx%3D1";
    let header = signer
        .authorization(&request)
        .unwrap()
        .replace(once, &percent::encode(once));
    let received = request.with_authorization(&header);
    let unverified = Unverified::parse(&received, &Policy::new(), NOW).unwrap();
    assert_eq!(
        diagnose(&unverified, &Keys::new("client", &Secret::new("c"))),
        one(Mistake::ParameterSentEncodedTwice(
            "oauth_callback".to_owned()
        ))
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

#[test]
fn a_large_request_does_not_take_long_to_explain() {
    /// Never content; counts what it was asked to look at.
    struct Never(std::sync::Arc<std::sync::atomic::AtomicUsize>);

    impl SignatureMethod for Never {
        fn name(&self) -> &str {
            "X-NEVER"
        }
        fn sign(&self, _: &[u8], _: &Keys<'_>) -> Result<String, MethodError> {
            Ok("signature".to_owned())
        }
        fn verify(&self, base_string: &[u8], _: &Keys<'_>, _: &[u8]) -> bool {
            let bytes = base_string.len();
            self.0
                .fetch_add(bytes, std::sync::atomic::Ordering::Relaxed);
            false
        }
    }

    let seen = std::sync::Arc::default();
    let query: Vec<_> = (0..900)
        .map(|n| format!("name{n}={}", "v".repeat(60)))
        .collect();
    let url = format!("https://example.org/?{}", query.join("&"));
    let header = Signer::new(ClientCredentials::new("key", "secret"))
        .with_method(Never(std::sync::Arc::clone(&seen)))
        .authorization(&Request::new("GET", &url))
        .unwrap();
    let policy = Policy::new()
        .with_method(Never(std::sync::Arc::clone(&seen)))
        .with_timestamp_window(u64::MAX);
    let request = Request::new("GET", &url).with_authorization(&header);
    let unverified = Unverified::parse(&request, &policy, 0).unwrap();
    let secret = Secret::new("secret");
    let diagnosis = diagnose(&unverified, &Keys::new("key", &secret));
    assert_eq!(diagnosis, Diagnosis::Unexplained);
    // Every mistake alone, some pairs, and not the thousands that there are: of 70 KB each these would be hundreds of megabytes.
    let seen = seen.load(std::sync::atomic::Ordering::Relaxed);
    assert!((1 << 20..1 << 26).contains(&seen), "{seen} bytes");
}

#[test]
fn what_is_refused_has_steps_as_far_as_it_can_be_read() {
    let header = "OAuth realm=\"r\", oauth_token=\"b\", oauth_token=\"a\", oauth_signature=\"s\"";
    let request = Request::new("POST", "https://a.example/?q=1")
        .with_content_type("application/x-www-form-urlencoded")
        .with_body("f=2");
    let refused = request.with_authorization(header);
    assert!(Unverified::parse(&refused, &Policy::new(), 0).is_err());
    let steps = Steps::of_received(&refused).unwrap();
    assert_eq!(
        (
            steps.base_string_uri.as_str(),
            steps.normalised_parameters.as_str()
        ),
        ("https://a.example/", "f=2&oauth_token=a&oauth_token=b&q=1")
    );
    let unreadable = request.with_authorization("OAuth oauth_token");
    let twice = request
        .with_authorization(header)
        .with_authorization(header);
    for request in [unreadable, twice] {
        let problem = Steps::of_received(&request).unwrap_err();
        assert_eq!(problem, Problem::HeaderMalformed);
    }
    // What parses has the steps that it has anyway.
    let signer = Signer::new(ClientCredentials::new("key", "secret"));
    let header = signer.authorization(&request).unwrap();
    let signed = request.with_authorization(&header);
    let policy = Policy::new().with_timestamp_window(u64::MAX);
    let unverified = Unverified::parse(&signed, &policy, 0).unwrap();
    assert_eq!(Steps::of_received(&signed), Ok(unverified.steps()));
}

#[test]
fn what_was_signed_and_not_sent() {
    let request = Request::new("GET", "https://api.example.org/items");
    let signer = Signer::new(ClientCredentials::new("client", "c")).with_clock(FixedClock(NOW));
    let prepared_signer = signer.clone().without_version();
    for (name, pair) in [
        ("oauth_version", "%26oauth_version%3D1.0"),
        ("oauth_token", "%26oauth_token%3D"),
    ] {
        let prepared = prepared_signer.prepare(&request).unwrap();
        let base_string = String::from_utf8(prepared.base_string().to_vec()).unwrap();
        let signature = base64(&digest("c&", &(base_string + pair)));
        let signed = prepared.complete(&signature);
        let received = request.with_authorization(signed.authorization().unwrap());
        let unverified = Unverified::parse(&received, &Policy::new(), NOW).unwrap();
        assert_eq!(
            diagnose(&unverified, &Keys::new("client", &Secret::new("c"))),
            one(Mistake::ParameterNotSent(name))
        );
    }
}

#[test]
fn another_hash_with_the_private_key() {
    /// Says one thing and does another.
    struct Mislabelled(RsaSha256);

    impl SignatureMethod for Mislabelled {
        fn name(&self) -> &str {
            "RSA-SHA1"
        }

        fn sign(&self, base_string: &[u8], keys: &Keys<'_>) -> Result<String, MethodError> {
            self.0.sign(base_string, keys)
        }

        fn verify(&self, _: &[u8], _: &Keys<'_>, _: &[u8]) -> bool {
            false
        }
    }

    let private = include_str!("data/rsa2048.private-pkcs8.pem");
    let private = RsaPrivateKey::from_pem(private).unwrap();
    let public = private.public_key();
    let signer = Signer::new(ClientCredentials::new("client", ""))
        .with_clock(FixedClock(NOW))
        .with_method(Mislabelled(RsaSha256::signing_with(private)));
    let request = Request::new("GET", "https://api.example.org/items");
    let header = signer.authorization(&request).unwrap();
    let received = request.with_authorization(&header);
    let policy = Policy::new().with_method(RsaSha1::verifying());
    let unverified = Unverified::parse(&received, &policy, NOW).unwrap();
    let nothing = Secret::new("");
    let keys = Keys::new("client", &nothing).with_rsa_public_key(&public);
    assert_eq!(
        diagnose(&unverified, &keys),
        one(Mistake::OtherSignatureMethod("RSA-SHA256"))
    );
}
