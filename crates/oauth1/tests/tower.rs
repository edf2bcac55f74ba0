//! The layer for servers, around an axum router.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::Body;
use axum::routing::{get, post};
use axum::{Extension, Router};
use pumphouse_oauth1::provider::{Client, Legs, MemoryStore, Provider, PublicOrigin};
use pumphouse_oauth1::tower::{Identified, OAuthLayer};
use pumphouse_oauth1::{BodyHash, ClientCredentials, Request, Signer, TokenCredentials};
use tower::Service;

type Person = &'static str;

async fn whoami(Extension(who): Extension<Identified<Person>>) -> String {
    format!(
        "{} through {} {:?}",
        who.identity(),
        who.client_key(),
        who.token()
    )
}

async fn length(_: Extension<Identified<Person>>, body: Body) -> Result<String, http::StatusCode> {
    let body = axum::body::to_bytes(body, 1 << 16)
        .await
        .map_err(|_| http::StatusCode::BAD_REQUEST)?;
    Ok(body.len().to_string())
}

async fn params(Extension(who): Extension<Identified<Person>>) -> String {
    format!("{:?}", who.params())
}

struct World {
    app: Router,
    refusals: Arc<AtomicUsize>,
}

impl World {
    fn new(origin: PublicOrigin) -> Self {
        let store = MemoryStore::new();
        store.add_client("client", Client::new("secret"), "the program");
        store.add_token(
            "client",
            &TokenCredentials::new("token", "token secret"),
            "alice",
        );
        let refusals = Arc::new(AtomicUsize::new(0));
        let heard = Arc::clone(&refusals);
        let layer = OAuthLayer::new(Arc::new(Provider::new(store).unwrap()), origin)
            .with_legs(Legs::Three)
            .with_realm("Photos")
            .with_form_limit(64)
            .with_trusted_proxies(|extensions| extensions.get::<&str>() == Some(&"proxy"))
            .with_observer(move |_| {
                heard.fetch_add(1, Ordering::Relaxed);
            });
        let app = Router::new()
            .route("/whoami", get(whoami))
            .route("/params", post(params))
            .route("/length", post(length))
            .layer(layer);
        Self { app, refusals }
    }

    /// Gives status, challenge and body.
    fn send(&self, request: http::Request<Body>) -> (u16, String, String) {
        let mut app = self.app.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let response = app.call(request).await.unwrap();
            let status = response.status().as_u16();
            let challenge = response
                .headers()
                .get("www-authenticate")
                .map(|value| value.to_str().unwrap().to_owned());
            let body = axum::body::to_bytes(response.into_body(), 1 << 16)
                .await
                .unwrap();
            (
                status,
                challenge.unwrap_or_default(),
                String::from_utf8(body.to_vec()).unwrap(),
            )
        })
    }
}

fn fixed() -> World {
    World::new(PublicOrigin::Fixed(
        pumphouse_oauth1::Origin::parse("https://photos.example.net").unwrap(),
    ))
}

fn signer() -> Signer {
    Signer::new(ClientCredentials::new("client", "secret"))
        .with_token(TokenCredentials::new("token", "token secret"))
}

fn get_request(url: &str) -> http::request::Builder {
    let header = signer().authorization(&Request::new("GET", url)).unwrap();
    http::Request::get("/whoami?a[]=1&b=x+y").header("authorization", header)
}

const WHOAMI: &str = "https://photos.example.net/whoami?a[]=1&b=x+y";
const LENGTH: &str = "https://photos.example.net/length";

#[test]
fn verified_requests_arrive_with_an_identity() {
    let world = fixed();
    let (status, _, body) = world.send(get_request(WHOAMI).body(Body::empty()).unwrap());
    assert_eq!(
        (status, body.as_str()),
        (200, r#"alice through client Some("token")"#)
    );
    assert_eq!(world.refusals.load(Ordering::Relaxed), 0);
}

#[test]
fn others_do_not_arrive() {
    let world = fixed();
    let (status, challenge, body) =
        world.send(http::Request::get("/whoami").body(Body::empty()).unwrap());
    assert_eq!(status, 401);
    assert!(
        challenge.starts_with(r#"OAuth realm="Photos", oauth_problem="parameter_absent""#),
        "{challenge}"
    );
    assert!(
        body.starts_with("oauth_problem=parameter_absent&"),
        "{body}"
    );
    let elsewhere = get_request("https://photos.example.net/elsewhere")
        .body(Body::empty())
        .unwrap();
    assert_eq!(world.send(elsewhere).0, 401);
    assert_eq!(world.refusals.load(Ordering::Relaxed), 2);
}

#[test]
fn forms_are_read_and_covered() {
    let world = fixed();
    let send = |signed: &[u8], sent: Vec<u8>| {
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        let header = signer().authorization(
            &Request::new("POST", LENGTH)
                .with_content_type(form)
                .with_body(signed),
        );
        let request = http::Request::post("/length")
            .header("content-type", form)
            .header("authorization", header.unwrap());
        world.send(request.body(Body::from(sent)).unwrap())
    };
    assert_eq!(send(b"a=1&b=2", b"a=1&b=2".to_vec()).2, "7");
    assert_eq!(send(b"a=1&b=2", b"a=1&b=3".to_vec()).0, 401);
    assert_eq!(send(b"", b"a=1".to_vec()).0, 401);
    let large = vec![b'a'; 65];
    assert_eq!(send(&large, large.clone()).0, 413);
}

#[test]
fn hashed_bodies_are_checked_as_they_pass() {
    let world = fixed();
    let send = |signed: &str, sent: &'static str| {
        let request = Request::new("POST", LENGTH)
            .with_content_type("application/json")
            .with_body(signed);
        let header = signer()
            .with_body_hash(BodyHash::Sha1)
            .authorization(&request)
            .unwrap();
        let request = http::Request::post("/length").header("content-type", "application/json");
        let (status, _, body) = world.send(
            request
                .header("authorization", header)
                .body(Body::from(sent))
                .unwrap(),
        );
        (status, body)
    };
    assert_eq!(send("{\"a\":1}", "{\"a\":1}"), (200, "7".to_owned()));
    assert_eq!(send("{\"a\":1}", "{\"a\":2}").0, 400);
    assert_eq!(send("{}", "").0, 401);
    assert_eq!(send("", ""), (200, "0".to_owned()));
}

#[test]
fn forwarding_headers_count_only_from_the_proxy() {
    let world = World::new(PublicOrigin::BehindProxy);
    let request = || {
        let builder = get_request(WHOAMI)
            .header("host", "10.0.0.7:8080")
            .header("x-forwarded-proto", "https");
        builder.header("x-forwarded-host", "photos.example.net")
    };
    assert_eq!(world.send(request().body(Body::empty()).unwrap()).0, 401);
    assert_eq!(
        world
            .send(request().extension("proxy").body(Body::empty()).unwrap())
            .0,
        200
    );
}

#[test]
fn what_a_handler_may_take_for_a_form_is_not_let_in_unsigned() {
    const URL: &str = "https://photos.example.net/length";
    let authorization = signer().authorization(&Request::new("POST", URL)).unwrap();
    let form = "application/x-www-form-urlencoded";
    for media_types in [
        vec!["application/x-www-form-urlencoded, text/plain"],
        vec![form, "text/plain"],
        vec!["text/plain", form],
    ] {
        let mut request = http::Request::post(URL).header("authorization", &authorization);
        for media_type in &media_types {
            request = request.header("content-type", *media_type);
        }
        let (status, _, body) = fixed().send(request.body(Body::from("admin=1")).unwrap());
        assert_eq!(status, 400, "{media_types:?}: {body}");
    }
}

#[test]
fn layers_made_of_one_layer_have_settings_of_their_own() {
    let store = MemoryStore::new();
    store.add_client("client", Client::new("secret"), "the program");
    let origin =
        PublicOrigin::Fixed(pumphouse_oauth1::Origin::parse("https://photos.example.net").unwrap());
    let any = OAuthLayer::new(Arc::new(Provider::new(store).unwrap()), origin);
    let people = any.clone().with_legs(Legs::Three);
    let world = |layer| World {
        app: Router::new().route("/whoami", get(whoami)).layer(layer),
        refusals: Arc::default(),
    };
    let program = Signer::new(ClientCredentials::new("client", "secret"));
    let url = "https://photos.example.net/whoami";
    let send = |layer| {
        let authorization = program.authorization(&Request::new("GET", url)).unwrap();
        let request = http::Request::get(url).header("authorization", authorization);
        world(layer).send(request.body(Body::empty()).unwrap()).0
    };
    assert_eq!((send(any), send(people)), (200, 400));
}

#[test]
fn handlers_get_the_parameters_that_were_signed() {
    let world = fixed();
    let url = "https://photos.example.net/params?a=1&b=x+y";
    let form = "application/x-www-form-urlencoded";
    let body = "c=%20&a=2";
    let signer = signer().with_parameter("x_extra", "e");
    let header = signer
        .authorization(
            &Request::new("POST", url)
                .with_content_type(form)
                .with_body(body),
        )
        .unwrap();
    let request = http::Request::post("/params?a=1&b=x+y")
        .header("authorization", header)
        .header("content-type", form)
        .body(Body::from(body))
        .unwrap();
    let (status, _, params) = world.send(request);
    assert_eq!(
        (status, params.as_str()),
        (200, "[x_extra=e, a=1, b=x%20y, c=%20, a=2]")
    );
}

#[test]
fn the_host_of_an_absolute_target_counts() {
    let header = signer()
        .authorization(&Request::new("GET", "https://photos.example.net/whoami"))
        .unwrap();
    for (target, host, status) in [
        ("https://photos.example.net/whoami", "other.example", 200),
        ("https://other.example/whoami", "photos.example.net", 401),
        ("/whoami", "photos.example.net", 200),
    ] {
        let request = http::Request::get(target)
            .header("host", host)
            .header("authorization", &header);
        // Another each time: the nonce is the same.
        let world = World::new(PublicOrigin::Host {
            is_secure: true,
            names: Vec::new(),
        });
        let answer = world.send(request.body(Body::empty()).unwrap());
        assert_eq!(answer.0, status, "{target}: {}", answer.2);
    }
}
