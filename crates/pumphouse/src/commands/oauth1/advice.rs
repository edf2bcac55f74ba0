//! What to do about the usual mistakes.

use pumphouse_oauth1::explain::Mistake;

/// When no mistake explains a signature.
pub(super) const FOR_THE_UNEXPLAINED: &str = "compare secrets and keys with those of the provider, then \
    the base string above with the one that the client made, piece by piece";

/// What the client must do instead.
pub(super) fn on(mistake: &Mistake) -> &'static str {
    match mistake {
        Mistake::TokenSecretMissing => "append the token secret to the key, after the ampersand",
        Mistake::ClientSecretMissing => "begin the key with the consumer secret",
        Mistake::AmpersandMissing => "join the secrets with &, also when one of them is empty",
        Mistake::SecretsNotEncoded => "percent-encode each secret before joining them with &",
        Mistake::SecretsEncodedTwice => "percent-encode each secret once",
        Mistake::SecretsSwapped => {
            "put the consumer secret before the & and the token secret after it"
        }
        Mistake::OtherMethod(_) => {
            "begin the base string with the method that is sent, in upper case"
        }
        Mistake::OtherScheme => {
            "sign the URL that the client requests; behind a proxy that ends TLS, a server verifies \
             with its public https URL"
        }
        Mistake::DefaultPortKept => "leave :80 out of http URLs and :443 out of https URLs",
        Mistake::LetterCaseKept => "sign scheme and host in lower case",
        Mistake::PortDropped => {
            "keep every port in the base string but 80 of http and 443 of https"
        }
        Mistake::QueryInUri => "cut the URI at the question mark, and sign the query as parameters",
        Mistake::QueryIgnored => "sign the parameters of the query together with all others",
        Mistake::BodyIgnored => "sign the parameters of the form body together with all others",
        Mistake::BodyTakenForForm => {
            "sign a body only when its Content-Type is application/x-www-form-urlencoded, or send \
             that type with it"
        }
        Mistake::PathDecoded | Mistake::PathEncodedTwice => {
            "take the path as it is sent, with the percent-encoding that it has, and encode it once \
             with the whole URI"
        }
        Mistake::TrailingSlash => {
            "sign the path that is sent, to the last slash; an empty one is /"
        }
        Mistake::PlusTakenLiterally => "read + in a query as a space, and send a plus sign as %2B",
        Mistake::ParametersNotEncoded => {
            "percent-encode each name and value, join them, then encode the whole again"
        }
        Mistake::ParametersEncodedTwice => {
            "decode what is encoded already, then percent-encode each name and value once"
        }
        Mistake::LowerCaseHexadecimal => "write %2F, not %2f",
        Mistake::SpaceAsPlus => {
            "write a space as %20 in the base string: a form encoder does not do"
        }
        Mistake::FormEncoded => {
            "percent-encode all but letters, digits, - . _ and ~: a form encoder does not do"
        }
        Mistake::AsteriskNotEncoded | Mistake::MarksNotEncoded => {
            "percent-encode all but letters, digits, - . _ and ~"
        }
        Mistake::TildeEncoded => "leave ~ as it is",
        Mistake::ParameterEncodedTwice(_) => {
            "give the value to the signing code as it is, without percent-encoding it before"
        }
        Mistake::ParameterSentEncodedTwice(_) => {
            "percent-encode the value once when it is put into the header, the query or the body"
        }
        Mistake::EncodedInLatin1 => "write text in UTF-8 before it is percent-encoded",
        Mistake::PartsNotEncoded | Mistake::UriNotEncoded | Mistake::ParameterStringNotEncoded => {
            "percent-encode the method, the URI and the joined parameters, each as a whole"
        }
        Mistake::NotSorted | Mistake::SortedByNameOnly | Mistake::SortedBeforeEncoding => {
            "sort the parameters by encoded name, then by encoded value, byte by byte"
        }
        Mistake::ParameterNotSigned(_) => {
            "sign every parameter that is sent but oauth_signature and realm"
        }
        Mistake::ParameterNotSent(_) => "sign the parameters that are sent, and no others",
        Mistake::EmptySignatureSigned => {
            "leave oauth_signature out of what is signed: it is known only afterwards"
        }
        Mistake::RealmSigned => "leave the realm out of the parameters",
        Mistake::OtherSignatureMethod(_) => {
            "send in oauth_signature_method what the signature is computed with"
        }
        Mistake::SignatureNotEncoded | Mistake::SignatureEncodedTwice => {
            "percent-encode the signature once, when it is sent"
        }
        Mistake::SignatureNotBase64 => {
            "write the signature in base64 with + and /, with = at its end and without line breaks"
        }
        Mistake::SignatureOfHexadecimal => {
            "take the bytes of the digest, not its hexadecimal digits, and write them in base64"
        }
        _ => "compare the base string above with the one that the client made, piece by piece",
    }
}
