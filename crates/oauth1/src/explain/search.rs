//! The search for the mistake that explains a wrong signature.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::attempt::Attempt;
use super::mistake::{Diagnosis, Mistake};
use crate::percent;
use crate::protocol::Name;
use crate::signature::Keys;
use crate::verify::Unverified;

/// How many bytes of parameters are signed in looking for two mistakes at once. A usual request needs a tenth of it; of a large one
/// fewer pairs of mistakes are tried, the likely ones.
const MOST_BYTES: usize = 1 << 24;

/// Says which usual mistake, or which two of them together, explain a wrong signature. It takes up to some thousand signatures to
/// find out: offer it to people who look for their mistake, not to every caller.
pub fn diagnose(unverified: &Unverified<'_>, keys: &Keys<'_>) -> Diagnosis {
    if unverified.signature_matches(keys) {
        return Diagnosis::Right;
    }
    let right = Attempt::right(unverified, keys);
    let signature = unverified.signature();
    if let Some(mistake) = mistake_in_writing(&right, unverified, keys, &signature) {
        return Diagnosis::Explained(vec![mistake]);
    }
    let mistakes = candidates(unverified, keys);
    let fits = |made: &[&Mistake]| {
        let mut attempt = right.clone();
        made.iter()
            .for_each(|mistake| attempt.make(mistake, unverified, keys));
        attempt.fits(unverified, keys, &signature)
    };
    if let Some(mistake) = mistakes.iter().find(|mistake| fits(&[mistake])) {
        return Diagnosis::Explained(vec![mistake.clone()]);
    }
    let pairs = mistakes.iter().enumerate().flat_map(|(index, first)| {
        let others = mistakes[index + 1..].iter();
        others.map(move |second| [first, second])
    });
    let affordable = MOST_BYTES / right.length();
    match pairs.take(affordable).find(|pair| fits(pair)) {
        Some(pair) => Diagnosis::Explained(pair.map(Mistake::clone).to_vec()),
        None => Diagnosis::Unexplained,
    }
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
    let with_plus: Vec<u8> = signature
        .iter()
        .map(|&byte| if byte == b' ' { b'+' } else { byte })
        .collect();
    if with_plus != signature && right.fits(unverified, keys, &with_plus) {
        return Some(Mistake::SignatureNotEncoded);
    }
    let digest = right.digest()?;
    let hexadecimal: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let of_digits = [hexadecimal.clone(), hexadecimal.to_uppercase()];
    if of_digits
        .iter()
        .any(|digits| STANDARD.encode(digits).as_bytes() == signature)
    {
        return Some(Mistake::SignatureOfHexadecimal);
    }
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

/// Mistakes that any request may have been signed with, likely ones first.
const ALWAYS_POSSIBLE: [Mistake; 38] = [
    Mistake::TokenSecretMissing,
    Mistake::ClientSecretMissing,
    Mistake::AmpersandMissing,
    Mistake::SecretsNotEncoded,
    Mistake::SecretsEncodedTwice,
    Mistake::SecretsSwapped,
    Mistake::OtherScheme,
    Mistake::DefaultPortKept,
    Mistake::LetterCaseKept,
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
    Mistake::AsteriskNotEncoded,
    Mistake::MarksNotEncoded,
    Mistake::TildeEncoded,
    Mistake::FormEncoded,
    Mistake::PartsNotEncoded,
    Mistake::UriNotEncoded,
    Mistake::ParameterStringNotEncoded,
    Mistake::NotSorted,
    Mistake::SortedByNameOnly,
    Mistake::SortedBeforeEncoding,
    Mistake::EmptySignatureSigned,
    Mistake::RealmSigned,
    Mistake::OtherSignatureMethod("HMAC-SHA1"),
    Mistake::OtherSignatureMethod("HMAC-SHA256"),
    Mistake::OtherSignatureMethod("HMAC-SHA512"),
    Mistake::OtherSignatureMethod("PLAINTEXT"),
];

const METHODS: [&str; 12] = [
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "get", "post", "put", "delete", "patch",
    "head",
];

/// Every mistake is tried with every other: only so many names are changed each by itself.
const MOST_NAMES: usize = 24;

/// The signature methods whose signatures can be tried with what is known of the client.
fn methods_of_public_keys(keys: &Keys<'_>) -> impl Iterator<Item = &'static str> {
    let methods = ["RSA-SHA1", "RSA-SHA256", "RSA-SHA512"];
    #[cfg(feature = "rsa")]
    let has_key = keys.rsa_public_key().is_some();
    #[cfg(not(feature = "rsa"))]
    let has_key = {
        let _ = keys;
        false
    };
    methods.into_iter().filter(move |_| has_key)
}

/// The mistakes that may have been made with this request.
fn candidates(unverified: &Unverified<'_>, keys: &Keys<'_>) -> Vec<Mistake> {
    let places = unverified.places();
    let pairs = || {
        places
            .iter()
            .flatten()
            .filter(|(name, _)| name != b"oauth_signature")
    };
    let names = |pairs: &mut dyn Iterator<Item = &(Vec<u8>, Vec<u8>)>| -> BTreeSet<String> {
        pairs
            .map(|(name, _)| String::from_utf8_lossy(name).into_owned())
            .take(MOST_NAMES)
            .collect()
    };
    // Hardly any value looks encoded, so this is likely when one does.
    let looking_encoded =
        names(&mut pairs().filter(|(_, value)| *percent::decode(value) != **value));
    let in_need_of_encoding =
        names(&mut pairs().filter(|(_, value)| percent::encode(value).as_bytes() != value));
    let own_method = unverified.method_sent().to_uppercase();
    let methods = METHODS.into_iter().filter(|method| *method != own_method);

    let mut mistakes: Vec<_> = looking_encoded
        .into_iter()
        .map(Mistake::ParameterSentEncodedTwice)
        .collect();
    mistakes.extend(ALWAYS_POSSIBLE);
    if pairs().any(|(name, value)| !name.is_ascii() || !value.is_ascii()) {
        mistakes.push(Mistake::EncodedInLatin1);
    }
    mistakes.extend(methods.map(Mistake::OtherMethod));
    mistakes.extend(methods_of_public_keys(keys).map(Mistake::OtherSignatureMethod));
    let is_sent = |wanted: Name| pairs().any(|(name, _)| name == wanted.text().as_bytes());
    let not_sent = [Name::Version, Name::Token]
        .into_iter()
        .filter(|&name| !is_sent(name));
    mistakes.extend(not_sent.map(|name| Mistake::ParameterNotSent(name.text())));
    mistakes.extend(
        names(&mut pairs())
            .into_iter()
            .map(Mistake::ParameterNotSigned),
    );
    mistakes.extend(
        in_need_of_encoding
            .into_iter()
            .map(Mistake::ParameterEncodedTwice),
    );
    let own = unverified.method_name();
    mistakes
        .retain(|mistake| !matches!(mistake, Mistake::OtherSignatureMethod(name) if *name == own));
    mistakes
}
