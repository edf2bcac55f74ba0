//! What a server's policy takes and refuses.

use pumphouse_oauth1::verify::TlsRule;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, FixedClock, Keys, Policy, Problem, Request, Secret, Signer,
    Unverified,
};

const NOW: u64 = 1_500_000_000;
const NOTES: &str = "https://api.example.org/notes";

fn signer() -> Signer {
    Signer::new(ClientCredentials::new("key", "secret")).with_clock(FixedClock(NOW))
}

fn verify(request: &Request<'_>, policy: &Policy) -> Result<(), Problem> {
    let secret = Secret::new("secret");
    Unverified::parse(request, policy, NOW)?
        .verify(&Keys::new("key", &secret), |_| true)
        .map(|_| ())
}

#[test]
fn only_the_hashes_of_the_policy_are_taken() {
    const MALFORMED: Problem = Problem::ParameterMalformed("oauth_body_hash");
    let request = Request::new("POST", NOTES)
        .with_content_type("application/json")
        .with_body("{}");
    let verdicts = |kind| {
        let header = signer()
            .with_body_hash(kind)
            .authorization(&request)
            .unwrap();
        let request = request.with_authorization(&header);
        let both = Policy::new().with_body_hash_kinds([BodyHash::Sha1, BodyHash::Sha256]);
        let sha256 = Policy::new().with_body_hash_kinds([BodyHash::Sha256]);
        [Policy::new(), both, sha256].map(|policy| verify(&request, &policy))
    };
    assert_eq!(verdicts(BodyHash::Sha1), [Ok(()), Ok(()), Err(MALFORMED)]);
    assert_eq!(verdicts(BodyHash::Sha256), [Err(MALFORMED), Ok(()), Ok(())]);
}

#[test]
fn a_request_may_have_come_to_either_of_two_addresses() {
    let origin = |text| pumphouse_oauth1::Origin::parse(text).unwrap();
    let (public, other) = (
        origin("https://api.example.org"),
        origin("http://192.0.2.7:8080"),
    );
    let verdict = |signed_for: &str, policy: &Policy| {
        let header = signer().authorization(&Request::new("GET", signed_for));
        let header = header.unwrap();
        let request = Request::at(&public, "GET", "/app/notes?a=1")
            .or_at(&other, "/notes?a=1")
            .with_authorization(&header);
        verify(&request, policy)
    };
    for (signed_for, expected) in [
        ("https://api.example.org/app/notes?a=1", Ok(())),
        ("http://192.0.2.7:8080/notes?a=1", Ok(())),
        (
            "http://192.0.2.7:8080/app/notes?a=1",
            Err(Problem::SignatureInvalid),
        ),
        (
            "http://192.0.2.7:8080/notes?a=2",
            Err(Problem::SignatureInvalid),
        ),
        (
            "https://evil.example/app/notes?a=1",
            Err(Problem::SignatureInvalid),
        ),
    ] {
        assert_eq!(
            verdict(signed_for, &Policy::new()),
            expected,
            "{signed_for}"
        );
    }
    // It may have come without TLS.
    let strict = Policy::new().with_tls(TlsRule::Always);
    let refused = verdict("https://api.example.org/app/notes?a=1", &strict);
    assert_eq!(refused, Err(Problem::TransportInsecure));
}

#[test]
fn parameters_named_like_those_of_the_protocol_are_signed_wherever_they_stand_and_stand_once() {
    let signed_then_sent = |signed: &str, sent: &str| {
        let signer = signer().with_parameter("oauth_extra", "1");
        let header = signer
            .authorization(&Request::new("GET", &format!("{NOTES}{signed}")))
            .unwrap();
        let url = format!("{NOTES}{sent}");
        verify(
            &Request::new("GET", &url).with_authorization(&header),
            &Policy::new(),
        )
    };
    assert_eq!(signed_then_sent("?oauth_other=1", "?oauth_other=1"), Ok(()));
    assert_eq!(
        signed_then_sent("?oauth_other=1", "?oauth_other=2"),
        Err(Problem::SignatureInvalid)
    );
    assert_eq!(
        signed_then_sent("?oauth_extra=2", "?oauth_extra=2"),
        Err(Problem::ParameterDuplicated("oauth_extra".to_owned()))
    );
    // A request that nobody signed may name its parameters as it likes.
    let url = format!("{NOTES}?oauth_other=1");
    assert_eq!(
        verify(&Request::new("GET", &url), &Policy::new()),
        Err(Problem::NotSigned)
    );
}

#[test]
fn a_timestamp_is_a_number_of_digits_that_cannot_be_too_large() {
    let parsed = |timestamp: &str, window| {
        let header = format!(
            "OAuth oauth_consumer_key=\"key\", oauth_signature_method=\"HMAC-SHA1\", \
             oauth_timestamp=\"{timestamp}\", oauth_nonce=\"n\", oauth_signature=\"s\""
        );
        let request = Request::new("GET", NOTES).with_authorization(&header);
        Unverified::parse(&request, &Policy::new().with_timestamp_window(window), NOW).map(|_| ())
    };
    for timestamp in [
        // One more than fits into 64 bits, the most that fits, and the least with twenty digits.
        "18446744073709551616",
        "18446744073709551615",
        "10000000000000000000",
        "00000000001500000000",
        &"9".repeat(100),
        "0",
        "-1",
        "+1500000000",
        "1500000000.0",
        "1.5e9",
        "0x59682F00",
        "%201500000000",
        "1500000000%00",
        // Digits of another script.
        "%D9%A1%D9%A5%D9%A0%D9%A0%D9%A0%D9%A0%D9%A0%D9%A0%D9%A0%D9%A0",
    ] {
        let refused = Err(Problem::ParameterMalformed("oauth_timestamp"));
        assert_eq!(parsed(timestamp, u64::MAX), refused, "{timestamp}");
    }
    for timestamp in [
        "9999999999999999999",
        "0000000001500000000",
        "15000%3000000",
        "1",
    ] {
        assert_eq!(parsed(timestamp, u64::MAX), Ok(()), "{timestamp}");
    }
    let far = parsed("9999999999999999999", 600);
    let (earliest, latest) = (NOW - 600, NOW + 600);
    assert_eq!(far, Err(Problem::TimestampRefused { earliest, latest }));
}
