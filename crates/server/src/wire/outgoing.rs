//! Answers, and the shapes of refusals (pump.io protocol, section 13.2).

use std::cell::RefCell;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode, header};
use pumphouse_activity::as2::{self, Local, ToAs2};
use pumphouse_oauth1::Problem;
use pumphouse_oauth1::problem::TokenFault;
use serde::Serialize;
use twox_hash::XxHash3_64;

use super::form::Form;
use crate::error::Error;

/// What a handler gives.
pub(crate) type Reply = Result<Response, Failure>;

/// Why a request got no answer.
pub(crate) enum Failure {
    /// The domain refused it.
    Refused(Error),
    /// Its signature could not be believed.
    Unverified(Problem),
    /// Its bearer token could not.
    Bearer(BearerFault),
    /// Another server did not confirm it, or it could not be asked.
    Dialback(String),
}

/// What is wrong with a bearer token.
#[derive(Clone, Copy, Debug)]
pub(crate) enum BearerFault {
    /// There is the scheme alone.
    Absent,
    /// It is unknown, or was ended.
    Unknown,
}

/// Left on a response, so that it can be shown as the client likes to see it.
#[derive(Clone)]
pub(crate) struct Refusal {
    pub(crate) text: String,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<pumphouse_store::Error> for Failure {
    fn from(error: pumphouse_store::Error) -> Self {
        Self::Refused(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match self {
            Self::Refused(error) => error.into_response(),
            Self::Unverified(problem) => {
                let (status, text) = api_refusal(&problem);
                plain(status, text)
            }
            Self::Dialback(text) => {
                let mut response = (StatusCode::UNAUTHORIZED, text).into_response();
                let dialback = HeaderValue::from_static("Dialback");
                let headers = response.headers_mut();
                // Peers know it by the misspelt name (section 2.3).
                let misspelt = HeaderName::from_static("www-authentication");
                headers.insert(misspelt, dialback.clone());
                headers.insert(header::WWW_AUTHENTICATE, dialback);
                response
            }
            Self::Bearer(fault) => {
                let (text, challenge) = match fault {
                    BearerFault::Absent => {
                        ("Not using Bearer authorization", "Bearer realm=\"OAuth\"")
                    }
                    BearerFault::Unknown => (
                        "Invalid / expired Token",
                        "Bearer realm=\"OAuth\", error=\"invalid_token\"",
                    ),
                };
                let mut response = Error::unauthorized(text).into_response();
                let challenge = HeaderValue::from_static(challenge);
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, challenge);
                response
            }
        }
    }
}

/// `{"error": TEXT}`: exactly one key.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = json(&serde_json::json!({ "error": self.text }));
        *response.status_mut() = self.status;
        if self.status == StatusCode::UNAUTHORIZED {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, CHALLENGE);
        }
        if let Some(wait) = self.wait {
            let wait = HeaderValue::from(wait);
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
            .extensions_mut()
            .insert(Refusal { text: self.text });
        response
    }
}

const CHALLENGE: HeaderValue = HeaderValue::from_static("OAuth realm=\"OAuth\"");

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A document.
pub(crate) fn json<T: Serialize + ?Sized>(document: &T) -> Response {
    match serde_json::to_vec(document) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            response.headers_mut().insert(header::CONTENT_TYPE, JSON);
            response
        }
        Err(error) => Error::internal("answer", error).into_response(),
    }
}

/// A document as it is sent, in one of its forms (section 10.1).
#[derive(Clone)]
pub(crate) struct Document {
    form: Form,
    body: Bytes,
    tag: Option<HeaderValue>,
}

impl Document {
    /// Writes a document of the server at `base`.
    pub(crate) fn new<T>(form: Form, base: &str, document: &T) -> Result<Self, Error>
    where
        T: Serialize + ToAs2,
    {
        let body = match form {
            Form::Native => write(document),
            Form::As2 => write(&as2::Document::new(document.to_as2(&Local::new(base)))),
        };
        let body = body.map_err(|error| Error::internal("answer", error))?;
        Ok(Self {
            form,
            tag: (form == Form::Native).then(|| entity_tag(&body)).flatten(),
            body,
        })
    }

    /// The length of the body.
    pub(crate) fn length(&self) -> usize {
        self.body.len()
    }
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        let headers = response.headers_mut();
        let media_type = match self.form {
            Form::Native => JSON,
            Form::As2 => HeaderValue::from_static(as2::MEDIA_TYPE),
        };
        headers.insert(header::CONTENT_TYPE, media_type);
        if let Some(tag) = self.tag {
            headers.insert(header::ETAG, tag);
        }
        response
    }
}

/// Writes a document into a block of its own length: it is kept, and what had to grow and shrink
/// would leave holes in memory.
fn write<T: Serialize>(document: &T) -> serde_json::Result<Bytes> {
    /// What a thread keeps to write the next one into.
    const ROOM: usize = 64 << 10;
    thread_local! {
        static WRITTEN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    let mut written = WRITTEN.take();
    written.clear();
    let outcome = serde_json::to_writer(&mut written, document);
    let body = outcome.map(|()| Bytes::copy_from_slice(&written));
    written.shrink_to(ROOM);
    WRITTEN.set(written);
    body
}

/// A weak tag of a body: one fast hash.
pub(crate) fn entity_tag(body: &[u8]) -> Option<HeaderValue> {
    let tag = format!("W/\"{:x}-{:016x}\"", body.len(), XxHash3_64::oneshot(body));
    HeaderValue::try_from(tag).ok()
}

/// A document in a form that was chosen by `Accept`.
pub(crate) fn in_form<T>(form: Form, base: &str, document: &T) -> Response
where
    T: Serialize + ToAs2,
{
    let mut response = match form {
        Form::Native => json(document),
        Form::As2 => as2(&as2::Document::new(document.to_as2(&Local::new(base)))),
    };
    let accept = HeaderValue::from_static("Accept");
    response.headers_mut().append(header::VARY, accept);
    response
}

fn as2<T: Serialize>(document: &as2::Document<T>) -> Response {
    let mut response = json(document);
    if response.status() == StatusCode::OK {
        let media_type = HeaderValue::from_static(as2::MEDIA_TYPE);
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type);
    }
    response
}

/// A text without markup, as signature failures are told.
pub(crate) fn plain(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
    response
}

/// The status and text of a signature failure on an API request (section 3.2). Clients and other
/// servers depend on 401 for an unknown client, and on 400 for the rest.
fn api_refusal(problem: &Problem) -> (StatusCode, String) {
    match problem {
        Problem::ConsumerKeyUnknown | Problem::NonceUsed => {
            (StatusCode::UNAUTHORIZED, "Invalid / used nonce".to_owned())
        }
        Problem::TimestampRefused { .. } => (StatusCode::UNAUTHORIZED, problem.to_string()),
        // Where clients act for themselves, the secret of a token takes no part (section 3.1).
        Problem::TokenRejected(TokenFault::NotWanted) => {
            (StatusCode::BAD_REQUEST, text(&Problem::SignatureInvalid))
        }
        _ => (StatusCode::BAD_REQUEST, text(problem)),
    }
}

/// The status and text of a refusal at the token endpoints (section 3.3).
pub(crate) fn token_refusal(problem: &Problem) -> (StatusCode, String) {
    let status = match problem {
        Problem::SignatureInvalid
        | Problem::NonceUsed
        | Problem::TimestampRefused { .. }
        | Problem::VerifierInvalid
        | Problem::TokenRejected(
            TokenFault::Used | TokenFault::NotAuthorised | TokenFault::Denied,
        ) => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    let text = match problem {
        Problem::ConsumerKeyUnknown => "Invalid Consumer Key".to_owned(),
        Problem::NonceUsed => "Invalid / used nonce".to_owned(),
        _ => text(problem),
    };
    (status, text)
}

fn text(problem: &Problem) -> String {
    match problem {
        Problem::NotSigned | Problem::ParameterAbsent(_) => "Missing required parameter".to_owned(),
        Problem::SignatureMethodRejected => "Invalid Signature Method".to_owned(),
        Problem::TokenRejected(_) => "Invalid / expired Token".to_owned(),
        Problem::SignatureInvalid => "Invalid signature".to_owned(),
        other => other.to_string(),
    }
}
