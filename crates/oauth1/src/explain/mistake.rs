//! The usual mistakes, and the search for the one that explains a wrong signature.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::attempt::Attempt;
use crate::percent;
use crate::signature::Keys;
use crate::verify::Unverified;

/// What is the matter with a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// It is right.
    Right,
    /// The client made these mistakes: with them, its signature comes out.
    Explained(Vec<Mistake>),
    /// None of the usual mistakes explains it. Most often a secret is another one.
    Unexplained,
}

/// A mistake that clients make.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mistake {
    /// The token secret is not in the key.
    TokenSecretMissing,
    /// The client secret is not in the key.
    ClientSecretMissing,
    /// The key lacks the ampersand.
    AmpersandMissing,
    /// The secrets are joined without being percent-encoded.
    SecretsNotEncoded,
    /// Client secret and token secret are exchanged.
    SecretsSwapped,
    /// Another HTTP method was signed than sent.
    OtherMethod(&'static str),
    /// `http` was signed and `https` sent, or the other way round.
    OtherScheme,
    /// The scheme's own port was signed, which must be left out.
    DefaultPortKept,
    /// The port was left out although it is not the scheme's own.
    PortDropped,
    /// The query is part of the signed URI.
    QueryInUri,
    /// The parameters of the query were not signed.
    QueryIgnored,
    /// The parameters of the form body were not signed.
    BodyIgnored,
    /// A body that is no form was signed as if it were.
    BodyTakenForForm,
    /// The path was percent-decoded before signing.
    PathDecoded,
    /// The path was percent-encoded once more before signing.
    PathEncodedTwice,
    /// The path was signed with a slash at its end that it does not have, or without the one that it has.
    TrailingSlash,
    /// A plus sign in the query was signed as a plus sign, and means a space.
    PlusTakenLiterally,
    /// Names and values were joined without being percent-encoded.
    ParametersNotEncoded,
    /// Names and values were percent-encoded twice.
    ParametersEncodedTwice,
    /// Percent-encoding has lower-case digits.
    LowerCaseHexadecimal,
    /// Spaces were encoded as plus signs.
    SpaceAsPlus,
    /// The characters `! ' ( ) *` were not percent-encoded.
    MarksNotEncoded,
    /// The tilde was percent-encoded.
    TildeEncoded,
    /// The parameters were not sorted.
    NotSorted,
    /// This parameter was sent and not signed.
    ParameterNotSigned(String),
    /// The realm was signed.
    RealmSigned,
    /// The signature is that of another method than `oauth_signature_method` says.
    OtherSignatureMethod(&'static str),
    /// The signature was percent-encoded twice.
    SignatureEncodedTwice,
    /// The signature is not standard base64 with padding: hexadecimal, URL-safe, broken into lines or unpadded.
    SignatureNotBase64,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenSecretMissing => "the key was made without the token secret",
            Self::ClientSecretMissing => "the key was made without the client secret",
            Self::AmpersandMissing => "the key lacks the ampersand between the secrets",
            Self::SecretsNotEncoded => "the secrets were not percent-encoded in the key",
            Self::SecretsSwapped => "client secret and token secret were exchanged in the key",
            Self::OtherMethod(method) => return write!(f, "the method signed was {method}"),
            Self::OtherScheme => "http was signed and https used, or the other way round",
            Self::DefaultPortKept => "the default port was signed, and must be left out",
            Self::PortDropped => "the port was left out of what was signed",
            Self::QueryInUri => "the query was left in the URI that was signed",
            Self::QueryIgnored => "the parameters of the query were not signed",
            Self::BodyIgnored => "the parameters of the form body were not signed",
            Self::BodyTakenForForm => "the body was signed as a form, and its content type is none",
            Self::PathDecoded => "the path was percent-decoded before it was signed",
            Self::PathEncodedTwice => "the path was percent-encoded again before it was signed",
            Self::TrailingSlash => {
                "the path was signed with or without a slash at its end, unlike the one used"
            }
            Self::PlusTakenLiterally => {
                "a plus sign of the query was signed as such, and means a space"
            }
            Self::ParametersNotEncoded => {
                "the parameters were not percent-encoded before they were joined"
            }
            Self::ParametersEncodedTwice => "the parameters were percent-encoded twice",
            Self::LowerCaseHexadecimal => "the percent-encoding has lower-case digits",
            Self::SpaceAsPlus => "spaces were encoded as plus signs instead of %20",
            Self::MarksNotEncoded => "the characters ! ' ( ) * were not percent-encoded",
            Self::TildeEncoded => "the tilde was percent-encoded",
            Self::NotSorted => "the parameters were not sorted",
            Self::ParameterNotSigned(name) => {
                return write!(f, "the parameter {name} was sent and not signed");
            }
            Self::RealmSigned => "the realm was signed, and must be left out",
            Self::OtherSignatureMethod(method) => {
                return write!(f, "the signature is one of {method}");
            }
            Self::SignatureEncodedTwice => "the signature was percent-encoded twice",
            Self::SignatureNotBase64 => "the signature is not in standard base64 with padding",
        })
    }
}

/// Says which usual mistake, or which two of them together, explain a wrong signature. It takes hundreds of signatures to find
/// out: offer it to people who look for their mistake, not to every caller.
pub fn diagnose(unverified: &Unverified<'_>, keys: &Keys<'_>) -> Diagnosis {
    if unverified.signature_matches(keys) {
        return Diagnosis::Right;
    }
    let right = Attempt::right(unverified, keys);
    let signature = unverified.signature();
    if let Some(mistake) = mistake_in_writing(&right, unverified, keys, &signature) {
        return Diagnosis::Explained(vec![mistake]);
    }
    let mistakes = candidates(unverified);
    let fits = |made: &[&Mistake]| {
        let mut attempt = right.clone();
        made.iter()
            .for_each(|mistake| attempt.make(mistake, unverified, keys));
        attempt.fits(unverified, keys, &signature)
    };
    if let Some(mistake) = mistakes.iter().find(|mistake| fits(&[mistake])) {
        return Diagnosis::Explained(vec![mistake.clone()]);
    }
    for (index, first) in mistakes.iter().enumerate() {
        if let Some(second) = mistakes[index + 1..]
            .iter()
            .find(|second| fits(&[first, second]))
        {
            return Diagnosis::Explained(vec![first.clone(), second.clone()]);
        }
    }
    Diagnosis::Unexplained
}

/// Whether the right signature was written down wrongly.
fn mistake_in_writing(
    right: &Attempt,
    unverified: &Unverified<'_>,
    keys: &Keys<'_>,
    signature: &[u8],
) -> Option<Mistake> {
    let decoded = percent::decode(signature);
    if *decoded != *signature && right.fits(unverified, keys, &decoded) {
        return Some(Mistake::SignatureEncodedTwice);
    }
    let digest = right.digest()?;
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let without_breaks: Vec<u8> = signature
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let is_digest = signature.to_ascii_lowercase() == hexadecimal.as_bytes()
        || [STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD]
            .iter()
            .any(|base64| base64.encode(&digest).as_bytes() == without_breaks)
        || right.fits(unverified, keys, &without_breaks);
    is_digest.then_some(Mistake::SignatureNotBase64)
}

/// The mistakes that may have been made with this request, likely ones first.
fn candidates(unverified: &Unverified<'_>) -> Vec<Mistake> {
    let mut mistakes = vec![
        Mistake::TokenSecretMissing,
        Mistake::ClientSecretMissing,
        Mistake::AmpersandMissing,
        Mistake::SecretsNotEncoded,
        Mistake::SecretsSwapped,
        Mistake::OtherScheme,
        Mistake::DefaultPortKept,
        Mistake::PortDropped,
        Mistake::QueryInUri,
        Mistake::QueryIgnored,
        Mistake::BodyIgnored,
        Mistake::BodyTakenForForm,
        Mistake::PathDecoded,
        Mistake::PathEncodedTwice,
        Mistake::TrailingSlash,
        Mistake::PlusTakenLiterally,
        Mistake::ParametersNotEncoded,
        Mistake::ParametersEncodedTwice,
        Mistake::LowerCaseHexadecimal,
        Mistake::SpaceAsPlus,
        Mistake::MarksNotEncoded,
        Mistake::TildeEncoded,
        Mistake::NotSorted,
        Mistake::RealmSigned,
    ];
    let others = |all: &'static [&'static str], own: &str| {
        all.iter()
            .copied()
            .filter(|other| *other != own)
            .collect::<Vec<_>>()
    };
    let methods = others(
        &[
            "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "get", "post", "put", "delete",
        ],
        &unverified.method_sent().to_uppercase(),
    );
    mistakes.extend(methods.into_iter().map(Mistake::OtherMethod));
    let signature_methods = others(
        &["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"],
        unverified.method_name(),
    );
    mistakes.extend(
        signature_methods
            .into_iter()
            .map(Mistake::OtherSignatureMethod),
    );
    let places = unverified.places();
    let names = places
        .iter()
        .flatten()
        .map(|(name, _)| String::from_utf8_lossy(name).into_owned());
    let mut names: Vec<_> = names.filter(|name| name != "oauth_signature").collect();
    names.sort();
    names.dedup();
    // Every candidate is tried with every other: a request with thousands of parameters must not make that expensive.
    mistakes.extend(names.into_iter().take(24).map(Mistake::ParameterNotSigned));
    mistakes
}
