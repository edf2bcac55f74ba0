//! The usual mistakes.

use std::fmt;

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
    /// The secrets are percent-encoded twice.
    SecretsEncodedTwice,
    /// Client secret and token secret are exchanged.
    SecretsSwapped,
    /// Another HTTP method was signed than sent.
    OtherMethod(&'static str),
    /// `http` was signed and `https` sent, or the other way round.
    OtherScheme,
    /// The scheme's own port was signed, which must be left out.
    DefaultPortKept,
    /// Scheme and host were signed in the letter case in which they were written, which must be the lower one.
    LetterCaseKept,
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
    /// The asterisk was not percent-encoded.
    AsteriskNotEncoded,
    /// The tilde was percent-encoded.
    TildeEncoded,
    /// Names and values were encoded as forms are: `+` for a space, `*` kept, `~` encoded.
    FormEncoded,
    /// The value of this parameter was percent-encoded once more in what was signed than in what was sent.
    ParameterEncodedTwice(String),
    /// The value of this parameter was percent-encoded once more in what was sent than in what was signed.
    ParameterSentEncodedTwice(String),
    /// Names and values were percent-encoded in Latin-1, which must be UTF-8.
    EncodedInLatin1,
    /// Method, URI and parameters were joined without being percent-encoded.
    PartsNotEncoded,
    /// The URI was not percent-encoded when method, URI and parameters were joined.
    UriNotEncoded,
    /// The parameters, joined by themselves, were not percent-encoded once more when method, URI and parameters were joined.
    ParameterStringNotEncoded,
    /// The parameters were not sorted.
    NotSorted,
    /// The parameters were sorted by name, and those of the same name not by value.
    SortedByNameOnly,
    /// The parameters were sorted first and percent-encoded then.
    SortedBeforeEncoding,
    /// This parameter was sent and not signed.
    ParameterNotSigned(String),
    /// This parameter was signed and not sent: `oauth_version`, or an empty `oauth_token`.
    ParameterNotSent(&'static str),
    /// An empty `oauth_signature` was signed with the other parameters.
    EmptySignatureSigned,
    /// The realm was signed.
    RealmSigned,
    /// The signature is that of another method than `oauth_signature_method` says.
    OtherSignatureMethod(&'static str),
    /// The signature was percent-encoded twice.
    SignatureEncodedTwice,
    /// The signature was not percent-encoded, so that its plus signs arrived as spaces.
    SignatureNotEncoded,
    /// The signature is not standard base64 with padding: hexadecimal, URL-safe, broken into lines or unpadded.
    SignatureNotBase64,
    /// The signature is base64 of the hexadecimal digits of the digest, not of its bytes.
    SignatureOfHexadecimal,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TokenSecretMissing => "the key was made without the token secret",
            Self::ClientSecretMissing => "the key was made without the client secret",
            Self::AmpersandMissing => "the key lacks the ampersand between the secrets",
            Self::SecretsNotEncoded => "the secrets were not percent-encoded in the key",
            Self::SecretsEncodedTwice => "the secrets were percent-encoded twice in the key",
            Self::SecretsSwapped => "client secret and token secret were exchanged in the key",
            Self::OtherMethod(method) => return write!(f, "the method signed was {method}"),
            Self::OtherScheme => "http was signed and https used, or the other way round",
            Self::DefaultPortKept => "the default port was signed, and must be left out",
            Self::LetterCaseKept => "scheme or host were signed with capital letters",
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
            Self::AsteriskNotEncoded => "the asterisk was not percent-encoded",
            Self::TildeEncoded => "the tilde was percent-encoded",
            Self::FormEncoded => "the parameters were encoded by a form encoder",
            Self::ParameterEncodedTwice(name) => {
                return write!(f, "the value of {name} was signed percent-encoded twice");
            }
            Self::ParameterSentEncodedTwice(name) => {
                return write!(f, "the value of {name} was sent percent-encoded twice");
            }
            Self::PartsNotEncoded => {
                "method, URI and parameters were joined without being percent-encoded"
            }
            Self::EncodedInLatin1 => "the parameters were percent-encoded in Latin-1, not in UTF-8",
            Self::UriNotEncoded => "the URI was not percent-encoded in the base string",
            Self::ParameterStringNotEncoded => {
                "the joined parameters were not percent-encoded once more in the base string"
            }
            Self::NotSorted => "the parameters were not sorted",
            Self::SortedByNameOnly => "the parameters were sorted by name only, and not by value",
            Self::SortedBeforeEncoding => {
                "the parameters were sorted before they were percent-encoded"
            }
            Self::ParameterNotSigned(name) => {
                return write!(f, "the parameter {name} was sent and not signed");
            }
            Self::ParameterNotSent(name) => {
                return write!(f, "the parameter {name} was signed and not sent");
            }
            Self::EmptySignatureSigned => "an empty oauth_signature was signed with the parameters",
            Self::RealmSigned => "the realm was signed, and must be left out",
            Self::OtherSignatureMethod(method) => {
                return write!(f, "the signature is one of {method}");
            }
            Self::SignatureEncodedTwice => "the signature was percent-encoded twice",
            Self::SignatureNotEncoded => "the signature was sent without being percent-encoded",
            Self::SignatureNotBase64 => "the signature is not in standard base64 with padding",
            Self::SignatureOfHexadecimal => {
                "the signature is base64 of hexadecimal digits, not of the digest itself"
            }
        })
    }
}
