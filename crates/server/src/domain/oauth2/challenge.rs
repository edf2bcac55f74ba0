//! PKCE: who exchanges a code shows that they asked for it (RFC 7636), by the method S256 alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::ids;

/// SHA-256 of a verifier.
pub(super) type Challenge = [u8; 32];

/// Reads what a client sent of a challenge and its method; `Err` says what is wrong with it.
pub(super) fn parse(
    challenge: Option<&str>,
    method: Option<&str>,
) -> Result<Option<Challenge>, &'static str> {
    match (challenge, method) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) => {
            let bytes = URL_SAFE_NO_PAD.decode(challenge).ok();
            match bytes.and_then(|bytes| bytes.try_into().ok()) {
                Some(challenge) => Ok(Some(challenge)),
                None => Err("code_challenge is no SHA-256 in base64url"),
            }
        }
        (None, Some(_)) => Err("code_challenge is missing"),
        (Some(_), _) => Err("code_challenge_method must be S256"),
    }
}

/// The challenge that a verifier answers; none if it has not the form of a verifier.
pub(super) fn of(verifier: &str) -> Option<Challenge> {
    let is_verifier = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    is_verifier.then(|| ids::digest(verifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verifier_of_rfc_7636_answers_its_challenge() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let parsed = parse(Some(challenge), Some("S256")).unwrap();
        assert!(parsed.is_some());
        assert_eq!(parsed, of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
    }

    #[test]
    fn other_methods_and_forms_are_no_challenge() {
        let challenge = Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        for (challenge, method) in [
            (challenge, None),
            (challenge, Some("plain")),
            (challenge, Some("s256")),
            (None, Some("S256")),
            (Some(""), Some("S256")),
            (Some("E9Melhoa2Owv"), Some("S256")),
        ] {
            assert!(
                parse(challenge, method).is_err(),
                "{challenge:?} {method:?}"
            );
        }
        for verifier in ["", &"x".repeat(42), &"x".repeat(129), &"ä".repeat(43)] {
            assert_eq!(of(verifier), None);
        }
    }
}
