//! A provider of OAuth 1.0 over axum: the three endpoints, the page on which a person agrees, and something to protect.
//!
//! `examples/client.rs` talks to it. What is missing here, and must not be in a real one: a log-in that proves who the person
//! is, protection of its forms against requests from other sites, a store that survives a restart, and TLS.

#![expect(clippy::print_stdout, reason = "it talks to a person")]

use std::error::Error;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http::{HeaderMap, Method, StatusCode, Uri, header};
use pumphouse_oauth1::provider::{
    Answer, Client, Legs, MemoryStore, Provider, PublicOrigin, Rejection,
};
use pumphouse_oauth1::tower::{Identified, OAuthLayer};
use pumphouse_oauth1::{Origin, Params, Policy, Request};

/// Whom requests speak for.
#[derive(Clone)]
enum Identity {
    Program,
    Person(String),
}

/// What the endpoints share.
struct Site {
    provider: Arc<Provider<MemoryStore<Identity>>>,
    origin: Origin,
}

type Shared = State<Arc<Site>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let origin = Origin::parse("http://127.0.0.1:4100")?;
    let store = MemoryStore::new();
    store.add_client(
        "example client",
        Client::new("example secret"),
        Identity::Program,
    );
    // On this machine alone, secrets may travel without TLS.
    let provider = Provider::new(store)?.with_policy(Policy::new().with_loopback_exempt());
    let provider = Arc::new(provider);

    let protected = OAuthLayer::new(Arc::clone(&provider), PublicOrigin::Fixed(origin.clone()))
        .with_legs(Legs::Three)
        .with_observer(|rejection| println!("refused: {rejection}"));
    let app = Router::new()
        .route("/identity", get(identity))
        .layer(protected)
        .route("/oauth/request_token", post(request_token))
        .route("/oauth/authorize", get(authorise_page).post(authorise))
        .route("/oauth/access_token", post(access_token))
        .with_state(Arc::new(Site { provider, origin }));

    let listener = tokio::net::TcpListener::bind("127.0.0.1:4100").await?;
    println!("Listening on http://127.0.0.1:4100; now run the example `client`.");
    axum::serve(listener, app).await?;
    Ok(())
}

/// Something to protect. Nobody gets here without a signature.
async fn identity(Extension(who): Extension<Identified<Identity>>) -> String {
    match who.identity() {
        Identity::Program => "You are a program.".to_owned(),
        Identity::Person(name) => format!("You are {name}, through {}.", who.client_key()),
    }
}

async fn request_token(
    State(site): Shared,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = describe(&site.origin, &method, &uri, &headers, &body);
    answer(site.provider.temporary_credentials(&request).await)
}

async fn access_token(
    State(site): Shared,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let request = describe(&site.origin, &method, &uri, &headers, &body);
    answer(site.provider.token_credentials(&request).await)
}

/// A request as it was sent.
fn describe<'a>(
    origin: &'a Origin,
    method: &'a Method,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a Bytes,
) -> Request<'a> {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Request::at(origin, method.as_str(), target)
        .with_headers(headers)
        .with_body(body)
}

fn answer<E>(result: Result<Answer, Rejection<E>>) -> Response {
    match result {
        Ok(answer) => {
            let headers = [
                (header::CONTENT_TYPE, Answer::CONTENT_TYPE),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (headers, answer.body().to_owned()).into_response()
        }
        Err(rejection) => refusal(&rejection),
    }
}

fn refusal<E>(rejection: &Rejection<E>) -> Response {
    let status =
        StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let text = rejection
        .problem()
        .map(ToString::to_string)
        .unwrap_or_default();
    (status, text).into_response()
}

/// The page on which a person agrees.
async fn authorise_page(State(site): Shared, uri: Uri) -> Response {
    let params = Params::from_form(uri.query().unwrap_or_default());
    let token = params.get("oauth_token").unwrap_or_default();
    match site.provider.pending(&token).await {
        Ok(pending) => Html(format!(
            "<h1>Let {} in?</h1><form method=post><input type=hidden name=oauth_token value=\"{}\">\
             <label>Your name <input name=name></label> <button>Yes</button></form>",
            escape(&pending.client_key),
            escape(&token),
        ))
        .into_response(),
        Err(rejection) => refusal(&rejection),
    }
}

/// The person has agreed.
async fn authorise(State(site): Shared, body: Bytes) -> Response {
    let params = Params::from_form(&body);
    let token = params.get("oauth_token").unwrap_or_default();
    let person = Identity::Person(params.get("name").unwrap_or_default().into_owned());
    let pending = match site.provider.pending(&token).await {
        Ok(pending) => pending,
        Err(rejection) => return refusal(&rejection),
    };
    let Ok(verifier) = site.provider.new_verifier() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    if let Err(fault) = site.provider.store().authorise(&token, &verifier, person) {
        return (StatusCode::UNAUTHORIZED, fault.to_string()).into_response();
    }
    match pending.callback.redirect(&token, &verifier) {
        Some(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        None => Html(format!(
            "<p>Your code is <code>{}</code>",
            escape(verifier.expose())
        ))
        .into_response(),
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
