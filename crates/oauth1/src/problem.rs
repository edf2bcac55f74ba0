//! What is wrong with a request: for programs a kind, for the client a status and the code of the
//! OAuth Problem Reporting extension, for people a sentence.

use std::fmt;

use crate::header::Challenge;
use crate::params::Params;
use crate::percent;
use crate::protocol::{Name, REQUIRED};
use crate::url::UrlError;

/// Why a request is refused.
///
/// [`Display`](fmt::Display) gives a sentence that may be shown to whoever sent the request: it holds no secret,
/// and of the request no more than the name of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The request carries no protocol parameter at all: it is not signed.
    NotSigned,
    /// Some protocol parameters are there, but these required ones are not, or are empty.
    ParameterAbsent(Vec<&'static str>),
    /// A protocol parameter stands there more than once.
    ParameterDuplicated(String),
    /// A protocol parameter has a value that it cannot have.
    ParameterMalformed(&'static str),
    /// Protocol parameters stand in more than one of header, query and body.
    SeveralPlaces,
    /// The `Authorization` header uses the scheme OAuth but not its grammar, or there are two such headers.
    HeaderMalformed,
    /// There are several `Content-Type` headers, or one that some readers take for that of a form and others do not.
    MediaTypeAmbiguous,
    /// The URL of the request cannot be part of a signature.
    UrlMalformed(UrlError),
    /// The request exceeds a limit of the policy.
    TooLarge(Limit),
    /// `oauth_version` is there and not `1.0`.
    VersionRejected,
    /// The signature method is not among those that the policy, or this client, allows.
    SignatureMethodRejected,
    /// The timestamp is too far from the server's clock.
    TimestampRefused {
        /// The oldest timestamp that would have been taken, in seconds since 1970.
        earliest: u64,
        /// The newest timestamp that would have been taken, in seconds since 1970.
        latest: u64,
    },
    /// This client has used this nonce with this token and timestamp before.
    NonceUsed,
    /// There is no client with this key.
    ConsumerKeyUnknown,
    /// The token cannot be used.
    TokenRejected(TokenFault),
    /// The signature is not that of this request and these secrets.
    SignatureInvalid,
    /// The body is not the one whose hash was signed.
    BodyHashInvalid,
    /// The policy wants a body hash, and there is none.
    BodyHashAbsent,
    /// The verifier is not the one that the person was given.
    VerifierInvalid,
    /// The callback is no acceptable URL, or not one that the client registered.
    CallbackInvalid,
    /// The token or the client does not reach into this realm.
    RealmRefused,
    /// The request, or the answer to it, would carry secrets over a connection without TLS.
    TransportInsecure,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TokenFault {
    /// It does not exist, or belongs to another client.
    Unknown,
    /// Its time is over.
    Expired,
    /// It was exchanged already.
    Used,
    /// It was taken back.
    Revoked,
    /// Nobody has agreed yet.
    NotAuthorised,
    /// The person said no.
    Denied,
    /// The request must be signed by the client alone and carries a token.
    NotWanted,
}

/// A limit of the [`Policy`](crate::verify::Policy).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Limit {
    /// The length of the `Authorization` header.
    Header,
    /// The number of parameters.
    Parameters,
    /// The length of the value of a protocol parameter.
    Value,
    /// The length of a form body, which must be read whole before the signature can be checked.
    Body,
}

impl Problem {
    /// The HTTP status that fits: 400 for requests that are malformed, 401 for those that do not authenticate (RFC 5849, section 3.2).
    pub fn status(&self) -> u16 {
        match self {
            Self::TooLarge(Limit::Body) => 413,
            Self::ParameterAbsent(_)
            | Self::ParameterDuplicated(_)
            | Self::ParameterMalformed(_)
            | Self::SeveralPlaces
            | Self::HeaderMalformed
            | Self::MediaTypeAmbiguous
            | Self::UrlMalformed(_)
            | Self::TooLarge(_)
            | Self::VersionRejected
            | Self::SignatureMethodRejected
            | Self::BodyHashAbsent
            | Self::CallbackInvalid
            | Self::TransportInsecure => 400,
            Self::NotSigned
            | Self::TimestampRefused { .. }
            | Self::NonceUsed
            | Self::ConsumerKeyUnknown
            | Self::TokenRejected(_)
            | Self::SignatureInvalid
            | Self::BodyHashInvalid
            | Self::VerifierInvalid => 401,
            Self::RealmRefused => 403,
        }
    }

    /// The value of `oauth_problem`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotSigned | Self::ParameterAbsent(_) | Self::BodyHashAbsent => "parameter_absent",
            Self::ParameterDuplicated(_)
            | Self::ParameterMalformed(_)
            | Self::SeveralPlaces
            | Self::HeaderMalformed
            | Self::MediaTypeAmbiguous
            | Self::UrlMalformed(_)
            | Self::TooLarge(_)
            | Self::CallbackInvalid => "parameter_rejected",
            Self::VersionRejected => "version_rejected",
            Self::SignatureMethodRejected => "signature_method_rejected",
            Self::TimestampRefused { .. } => "timestamp_refused",
            Self::NonceUsed => "nonce_used",
            Self::ConsumerKeyUnknown => "consumer_key_unknown",
            Self::TokenRejected(fault) => fault.code(),
            Self::SignatureInvalid | Self::BodyHashInvalid => "signature_invalid",
            Self::VerifierInvalid => "verifier_invalid",
            Self::RealmRefused => "permission_denied",
            Self::TransportInsecure => "transport_insecure",
        }
    }

    /// The report as parameters: `oauth_problem` and what belongs to it.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut parameters = vec![("oauth_problem", self.code().to_owned())];
        match self {
            Self::NotSigned => parameters.push((
                "oauth_parameters_absent",
                REQUIRED.map(Name::text).join("&"),
            )),
            Self::ParameterAbsent(names) => {
                parameters.push(("oauth_parameters_absent", names.join("&")));
            }
            Self::BodyHashAbsent => {
                parameters.push(("oauth_parameters_absent", "oauth_body_hash".to_owned()));
            }
            Self::ParameterDuplicated(name) => {
                parameters.push(("oauth_parameters_rejected", percent::encode(name)));
            }
            Self::ParameterMalformed(name) => {
                parameters.push(("oauth_parameters_rejected", (*name).to_owned()));
            }
            Self::CallbackInvalid => {
                parameters.push(("oauth_parameters_rejected", "oauth_callback".to_owned()));
            }
            Self::VersionRejected => {
                parameters.push(("oauth_acceptable_versions", "1.0-1.0".to_owned()));
            }
            Self::TimestampRefused { earliest, latest } => {
                parameters.push((
                    "oauth_acceptable_timestamps",
                    format!("{earliest}-{latest}"),
                ));
            }
            _ => {}
        }
        parameters.push(("oauth_problem_advice", self.to_string()));
        parameters
    }

    /// The report as a form, for the body of the answer.
    pub fn to_form(&self) -> String {
        let parameters = self.parameters();
        let pairs: Vec<_> = parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", percent::encode(value)))
            .collect();
        pairs.join("&")
    }

    /// The challenge for the `WWW-Authenticate` header of the answer.
    pub fn challenge(&self, realm: &str) -> Challenge {
        let no_challenge = Challenge::new(realm);
        self.parameters()
            .into_iter()
            .fold(no_challenge, |challenge, (name, value)| {
                challenge.with_parameter(name, value)
            })
    }
}

impl TokenFault {
    fn code(self) -> &'static str {
        match self {
            Self::Unknown | Self::NotWanted => "token_rejected",
            Self::Expired => "token_expired",
            Self::Used => "token_used",
            Self::Revoked => "token_revoked",
            Self::NotAuthorised => "permission_unknown",
            Self::Denied => "permission_denied",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSigned => f.write_str("The request is not signed: it carries no OAuth parameters."),
            Self::ParameterAbsent(names) => write!(f, "The request lacks {}.", names.join(", ")),
            Self::ParameterDuplicated(name) => write!(f, "The request carries {name:?} more than once."),
            Self::ParameterMalformed(name) => write!(f, "The value of {name} is not acceptable."),
            Self::SeveralPlaces => {
                f.write_str("The OAuth parameters stand in several places: put all into the header, the query or the body.")
            }
            Self::HeaderMalformed => f.write_str("The Authorization header is malformed."),
            Self::MediaTypeAmbiguous => {
                f.write_str("The Content-Type header is ambiguous: send one, with one media type.")
            }
            Self::UrlMalformed(error) => write!(f, "The address of the request is malformed: {error}."),
            Self::TooLarge(Limit::Header) => f.write_str("The Authorization header is too long."),
            Self::TooLarge(Limit::Parameters) => f.write_str("The request has too many parameters."),
            Self::TooLarge(Limit::Body) => f.write_str("The form is too large."),
            Self::TooLarge(Limit::Value) => f.write_str("The value of an OAuth parameter is too long."),
            Self::VersionRejected => f.write_str("The version of OAuth is not 1.0."),
            Self::SignatureMethodRejected => f.write_str("The signature method is not accepted here."),
            Self::TimestampRefused { .. } => {
                f.write_str("The timestamp is too far from this server's time: set the clock and sign again.")
            }
            Self::NonceUsed => f.write_str("The nonce was used before: sign each request anew."),
            Self::ConsumerKeyUnknown => f.write_str("The client is not known here: register it."),
            Self::TokenRejected(fault) => fault.fmt(f),
            Self::SignatureInvalid => f.write_str("The signature does not fit the request."),
            Self::BodyHashInvalid => f.write_str("The body is not the one that was signed."),
            Self::BodyHashAbsent => f.write_str("The body is not covered by the signature: send oauth_body_hash."),
            Self::VerifierInvalid => f.write_str("The verifier is wrong."),
            Self::CallbackInvalid => f.write_str("The callback is not acceptable: give an absolute URL, or oob."),
            Self::RealmRefused => f.write_str("This permission does not reach so far."),
            Self::TransportInsecure => f.write_str("This must be asked over https."),
        }
    }
}

impl fmt::Display for TokenFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "The token is not known here.",
            Self::Expired => "The token has expired: ask for a new one.",
            Self::Used => "The token was used already: begin anew.",
            Self::Revoked => "The permission was taken back: ask for a new one.",
            Self::NotAuthorised => "Nobody has agreed to this yet.",
            Self::Denied => "The person did not agree.",
            Self::NotWanted => "This must be signed by the client alone, without a token.",
        })
    }
}

impl std::error::Error for Problem {}

impl std::error::Error for TokenFault {}

/// A problem as a provider reported it to a client, in a `WWW-Authenticate` header or in a body.
///
/// ```
/// use pumphouse_oauth1::problem::Report;
///
/// let report = Report::from_form(b"oauth_problem=timestamp_refused&oauth_acceptable_timestamps=100-200").unwrap();
/// assert_eq!(report.code(), "timestamp_refused");
/// assert_eq!(report.acceptable_timestamps(), Some((100, 200)));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    code: String,
    advice: Option<String>,
    acceptable_timestamps: Option<(u64, u64)>,
}

impl Report {
    /// From the body of an answer. `None` when it reports no problem in this way.
    pub fn from_form(body: &[u8]) -> Option<Self> {
        let params = Params::from_form(body.trim_ascii());
        Self::from_lookup(|name| params.get(name).map(std::borrow::Cow::into_owned))
    }

    /// From the `WWW-Authenticate` header of an answer.
    pub fn from_challenge(challenge: &Challenge) -> Option<Self> {
        Self::from_lookup(|name| challenge.parameter(name).map(str::to_owned))
    }

    fn from_lookup(find: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let acceptable_timestamps = find("oauth_acceptable_timestamps").and_then(|range| {
            let (earliest, latest) = range.split_once('-')?;
            Some((earliest.parse().ok()?, latest.parse().ok()?))
        });
        Some(Self {
            code: find("oauth_problem")?,
            advice: find("oauth_problem_advice"),
            acceptable_timestamps,
        })
    }

    /// The value of `oauth_problem`, for example `token_rejected`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What the provider says to people. It is the provider's text: show it as such.
    pub fn advice(&self) -> Option<&str> {
        self.advice.as_deref()
    }

    /// The oldest and the newest timestamp that the provider takes, in seconds since 1970.
    pub fn acceptable_timestamps(&self) -> Option<(u64, u64)> {
        self.acceptable_timestamps
    }
}
