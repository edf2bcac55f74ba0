//! What a server's policy takes and refuses.

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
