//! `POST /oauth2/token` (pump.io protocol, section 3.6; RFC 6749, sections 4 and 5).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, StatusCode, header};
use pumphouse_store::Client;
use serde_json::{Map, Value, json as document};
use subtle::ConstantTimeEq as _;

use crate::app::App;
use crate::domain::oauth2::{self, Exchange, SCOPE};
use crate::error::Error;
use crate::ids;
use crate::wire::{Failure, Incoming, json};

/// Why no token was given.
enum Refusal {
    /// For the client: a status, and a code of RFC 6749, section 5.2.
    Told(StatusCode, &'static str, String),
    /// The server could not.
    Failed(Failure),
}

pub(super) async fn token(State(app): State<Arc<App>>, request: Request) -> Response {
    let mut response = match give(&app, request).await {
        Ok(token) => json(&document!({
            "access_token": token,
            "token_type": "Bearer",
            "scope": SCOPE,
        })),
        Err(refusal) => refusal.into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    response
}

async fn give(app: &App, request: Request) -> Result<String, Refusal> {
    let incoming = Incoming::read(request).await?;
    let parameters = incoming.parameters().await?;
    let Some(grant) = text(&parameters, "grant_type") else {
        return Err(bad("invalid_request", "grant_type is missing"));
    };
    let client = authenticate(app, &incoming, &parameters)?;
    match grant {
        "authorization_code" => exchange(app, &client, &parameters).await,
        "client_credentials" => {
            let token = ids::secret()?;
            let (kept, now) = (token.clone(), app.now());
            app.store
                .write(move |tx| oauth2::for_client(tx, client.key, &kept, now))
                .await?;
            Ok(token)
        }
        _ => Err(bad(
            "unsupported_grant_type",
            "grant_type must be authorization_code or client_credentials",
        )),
    }
}

async fn exchange(
    app: &App,
    client: &Client,
    parameters: &Map<String, Value>,
) -> Result<String, Refusal> {
    let Some(code) = text(parameters, "code") else {
        return Err(bad("invalid_request", "code is missing"));
    };
    let given = |name| text(parameters, name).map(str::to_owned);
    let exchange = Exchange {
        client: client.key,
        code: code.to_owned(),
        redirect_uri: given("redirect_uri"),
        verifier: given("code_verifier"),
    };
    let token = ids::secret()?;
    let (kept, now) = (token.clone(), app.now());
    // A code that is refused may end a token, so that is no error before it is on disk.
    let is_given = app
        .store
        .write(move |tx| oauth2::exchange(tx, &exchange, &kept, now))
        .await?;
    if is_given {
        return Ok(token);
    }
    Err(bad(
        "invalid_grant",
        "the code is unknown, expired or used, or was made for another client, redirect_uri or verifier",
    ))
}

/// The client whose id and secret stand in the header or in the body.
fn authenticate(
    app: &App,
    incoming: &Incoming,
    parameters: &Map<String, Value>,
) -> Result<Client, Refusal> {
    let refused = |description: &str| {
        Refusal::Told(
            StatusCode::UNAUTHORIZED,
            "invalid_client",
            description.to_owned(),
        )
    };
    let by_header = incoming.headers.get(header::AUTHORIZATION);
    let by_header = by_header.and_then(|value| basic(value.to_str().ok()?));
    let in_body = text(parameters, "client_id");
    let (id, secret) = match (by_header, in_body, text(parameters, "client_secret")) {
        (Some(_), _, Some(_)) => {
            return Err(bad("invalid_request", "send the secret of the client once"));
        }
        (Some(Some((id, secret))), in_body, None) if in_body.is_none_or(|other| other == id) => {
            (id, secret)
        }
        (Some(_), _, None) => return Err(refused("the Authorization header makes no sense")),
        (None, Some(id), Some(secret)) => (id.to_owned(), secret.to_owned()),
        (None, _, _) => return Err(refused("client_id or client_secret is missing")),
    };
    let client = app
        .store
        .read(|snapshot| snapshot.client(&id))?
        .filter(|client| client.secret.as_bytes().ct_eq(secret.as_bytes()).into());
    client.ok_or_else(|| refused("no client has this id and secret"))
}

/// Id and secret of HTTP Basic, which are written as in a form (RFC 6749, section 2.3.1).
/// `None` if it is another scheme; `Some(None)` if it makes no sense.
fn basic(value: &str) -> Option<Option<(String, String)>> {
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Basic") {
        return None;
    }
    let decoded = STANDARD.decode(credentials.trim()).ok();
    let decoded = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    Some(decoded.and_then(|pair| {
        let (id, secret) = pair.split_once(':')?;
        Some((decode(id), decode(secret)))
    }))
}

fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_encoding::percent_decode_str(&spaced)
        .decode_utf8_lossy()
        .into_owned()
}

/// A parameter; an empty one counts as absent.
fn text<'a>(parameters: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    let value = parameters.get(name).and_then(Value::as_str);
    value.filter(|value| !value.is_empty())
}

fn bad(code: &'static str, description: &str) -> Refusal {
    Refusal::Told(StatusCode::BAD_REQUEST, code, description.to_owned())
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(error) => error.into(),
            other => Self::Failed(other),
        }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        if error.status.is_client_error() {
            Self::Told(error.status, "invalid_request", error.text)
        } else {
            Self::Failed(error.into())
        }
    }
}

impl From<pumphouse_store::Error> for Refusal {
    fn from(error: pumphouse_store::Error) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Failed(failure) => failure.into_response(),
            Self::Told(status, code, description) => {
                let body = document!({"error": code, "error_description": description});
                let mut response = json(&body);
                *response.status_mut() = status;
                if status == StatusCode::UNAUTHORIZED {
                    let challenge = HeaderValue::from_static("Basic realm=\"OAuth\"");
                    response
                        .headers_mut()
                        .insert(header::WWW_AUTHENTICATE, challenge);
                }
                response
            }
        }
    }
}
