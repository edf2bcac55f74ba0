//! The client over reqwest, against real servers on loopback addresses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::State;
use axum::response::IntoResponse;
use pumphouse_oauth1::flow::{Endpoints, Flow};
use pumphouse_oauth1::provider::{Client, Legs, MemoryStore, Provider};
use pumphouse_oauth1::reqwest::{Error, SignedClient};
use pumphouse_oauth1::verify::BodyHashRule;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, FixedClock, Origin, Placement, Policy, Request, Signer,
    TokenCredentials,
};
use reqwest::multipart::{Form, Part};

fn run<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

/// A server that verifies, and notes what it saw: method, path, whether credentials came along, and the verdict.
#[derive(Clone)]
struct Server {
    origin: Origin,
    provider: Arc<Provider<MemoryStore<()>>>,
    seen: Arc<Mutex<Vec<String>>>,
    /// Where `/away` redirects to.
    elsewhere: Arc<Mutex<String>>,
    /// How many connections are dropped before an answer.
    failures: Arc<AtomicUsize>,
}

async fn answer(State(server): State<Server>, request: http::Request<Body>) -> impl IntoResponse {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let target = parts.uri.path_and_query().unwrap().as_str();
    let described = Request::at(&server.origin, parts.method.as_str(), target);
    let described = described
        .with_headers(parts.headers.iter())
        .with_body(&body);
    let verdict = match server.provider.authenticate(&described, Legs::Three).await {
        Ok(_) => "verified".to_owned(),
        Err(rejection) => rejection.problem().unwrap().code().to_owned(),
    };
    let secrets = ["authorization", "cookie"]
        .iter()
        .filter(|name| parts.headers.contains_key(**name))
        .count();
    let line = format!("{} {} {secrets} {verdict}", parts.method, parts.uri.path());
    server.seen.lock().unwrap().push(line);
    let location = match parts.uri.path() {
        "/again" => "/there?x=%20+".to_owned(),
        "/keep" => "/there".to_owned(),
        "/echo" => format!("/there?{}&y=", parts.uri.query().unwrap()),
        "/loop" => "/loop".to_owned(),
        "/away" => server.elsewhere.lock().unwrap().clone(),
        _ => String::new(),
    };
    let status = match parts.uri.path() {
        "/again" | "/away" | "/echo" | "/loop" => 302,
        "/keep" => 307,
        _ if verdict == "verified" => 200,
        _ => 401,
    };
    let mut response = http::Response::builder()
        .status(status)
        .header("location", location);
    if parts.uri.path() == "/endless" {
        return response.body(Body::from(vec![b'a'; 1 << 17])).unwrap();
    }
    if verdict == "timestamp_refused" {
        let date = "Fri, 14 Jul 2017 02:40:00 GMT";
        response = response.header("date", date);
        if parts.uri.path().starts_with("/in-body") {
            let report = "oauth_problem=timestamp_refused&more=1";
            return response.body(Body::from(report)).unwrap();
        }
        response = response.header(
            "www-authenticate",
            "OAuth oauth_problem=\"timestamp_refused\"",
        );
    }
    response.body(Body::from(verdict)).unwrap()
}

impl Server {
    async fn start() -> Self {
        Self::start_with(Policy::new(), None).await
    }

    async fn start_with(policy: Policy, now: Option<u64>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = Origin::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let store = MemoryStore::new();
        store.add_client("client", Client::new("secret"), ());
        store.add_token(
            "client",
            &TokenCredentials::new("token", "token secret"),
            (),
        );
        let provider = Provider::new(store).unwrap().with_policy(policy);
        let provider = match now {
            Some(now) => provider.with_clock(FixedClock(now)),
            None => provider,
        };
        let server = Self {
            origin,
            provider: Arc::new(provider),
            seen: Arc::default(),
            elsewhere: Arc::default(),
            failures: Arc::default(),
        };
        let app = axum::Router::new()
            .fallback(answer)
            .with_state(server.clone());
        let failures = Arc::clone(&server.failures);
        tokio::spawn(async move {
            // Connections that fail are accepted and dropped, the rest is axum's.
            while failures.load(Ordering::SeqCst) > 0 {
                drop(listener.accept().await.unwrap());
                failures.fetch_sub(1, Ordering::SeqCst);
            }
            axum::serve(listener, app).await.unwrap();
        });
        server
    }

    fn url(&self, target: &str) -> String {
        format!("{}{target}", self.origin)
    }

    fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

fn signer() -> Signer {
    Signer::new(ClientCredentials::new("client", "secret"))
        .with_token(TokenCredentials::new("token", "token secret"))
}

fn client(signer: Signer) -> SignedClient {
    SignedClient::with_builder(signer, reqwest::Client::builder().no_proxy()).unwrap()
}

#[test]
fn odd_urls_are_signed_as_they_are_sent() {
    run(async {
        let server = Server::start().await;
        let client = client(signer());
        let targets = [
            "/a b/ü;x//../y?q=[1]&r=a+b%20c|d&é=\"<>&~=*'()!&&x",
            "/?a=%zz&b=100%",
            "/%7e/%41?a=%C3%A9&a=1&a=",
        ];
        for target in targets {
            let response = client.send(client.get(server.url(target))).await.unwrap();
            assert_eq!(response.text().await.unwrap(), "verified", "{target}");
        }
    });
}

#[test]
fn bodies_of_every_kind_are_signed() {
    run(async {
        let policy = Policy::new().with_body_hash(BodyHashRule::WhenPresent);
        let server = Server::start_with(policy, None).await;
        let url = server.url("/items");
        let plain = client(signer());
        let form = plain
            .post(&url)
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .body("a=1&b=x+y&é=%zz");
        assert_eq!(plain.send(form).await.unwrap().status(), 200);
        let multipart = Form::new().part(
            "file",
            Part::bytes(b"\x89PNG\xff".to_vec()).file_name("a.png"),
        );
        assert_eq!(
            plain
                .send(plain.post(&url).multipart(multipart))
                .await
                .unwrap()
                .status(),
            200
        );
        let stream = || reqwest::Body::wrap(Pieces(vec!["world", "hello "]));
        assert_eq!(
            plain
                .send(plain.post(&url).body(stream()))
                .await
                .unwrap()
                .status(),
            200
        );

        let hashing = client(signer().with_body_hash(BodyHash::Sha1));
        let json = hashing
            .post(&url)
            .header("content-type", "application/json")
            .body("[true]");
        assert_eq!(hashing.send(json).await.unwrap().status(), 200);
        let unknown = hashing.send(hashing.post(&url).body(stream())).await;
        assert!(matches!(
            unknown,
            Err(Error::Sign(pumphouse_oauth1::SignError::BodyUnknown))
        ));
    });
}

/// A body that comes in pieces, the last first.
struct Pieces(Vec<&'static str>);

impl http_body::Body for Pieces {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        let piece = self.get_mut().0.pop();
        Poll::Ready(piece.map(|piece| {
            Ok(http_body::Frame::data(bytes::Bytes::from_static(
                piece.as_bytes(),
            )))
        }))
    }
}

#[test]
fn other_placements_work() {
    run(async {
        let server = Server::start().await;
        let query = client(signer().with_placement(Placement::Query));
        assert_eq!(
            query
                .send(query.get(server.url("/again?a=b#top")))
                .await
                .unwrap()
                .status(),
            200
        );
        assert_eq!(
            server.seen(),
            ["GET /again 0 verified", "GET /there 0 verified"]
        );
        let body = client(signer().with_placement(Placement::Body));
        let form = body
            .post(server.url("/keep"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body("a=1");
        assert_eq!(body.send(form).await.unwrap().status(), 200);
        assert_eq!(
            server.seen()[2..],
            ["POST /keep 0 verified", "POST /there 0 verified"]
        );
    });
}

#[test]
fn a_signature_in_the_query_is_not_carried_along() {
    run(async {
        let server = Server::start().await;
        let query = client(signer().with_placement(Placement::Query));
        let asked = query.get(server.url("/echo?a=b%20c&d"));
        let answer = query.send(asked).await.unwrap();
        assert_eq!(answer.status(), 200);
        let names: Vec<_> = answer.url().query_pairs().map(|(name, _)| name).collect();
        assert_eq!(names[..3], ["a", "d", "y"]);
        assert_eq!(
            names.iter().filter(|name| *name == "oauth_nonce").count(),
            1
        );
        assert_eq!(
            server.seen(),
            ["GET /echo 0 verified", "GET /there 0 verified"]
        );
        // What the provider itself says in a redirect is not what was sent.
        *server.elsewhere.lock().unwrap() = "http://127.0.0.1:1/cb?oauth_token=other".to_owned();
        let left = query.send(query.get(server.url("/away"))).await;
        assert!(matches!(left, Err(Error::Http(_))));
    });
}

#[test]
fn an_endless_answer_to_a_leg_is_not_read() {
    run(async {
        let server = Server::start().await;
        let endpoint = server.url("/endless");
        let endpoints = Endpoints::new(endpoint.as_str(), endpoint.as_str(), endpoint.as_str());
        let leg = Flow::with_signer(signer(), endpoints).begin("oob").unwrap();
        let answer = client(signer()).send_leg(&leg).await;
        assert!(matches!(answer, Err(Error::AnswerTooLong(65_536))));
    });
}

#[test]
fn redirects_at_home_are_signed_anew() {
    run(async {
        let server = Server::start().await;
        let client = client(signer());
        let response = client
            .send(client.get(server.url("/again")).header("cookie", "a=b"))
            .await
            .unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(
            server.seen(),
            ["GET /again 2 verified", "GET /there 2 verified"]
        );
        let json = |path: &str| {
            client
                .post(server.url(path))
                .header("content-type", "application/json")
                .body("{}")
        };
        assert_eq!(client.send(json("/again")).await.unwrap().status(), 200);
        assert_eq!(client.send(json("/keep")).await.unwrap().status(), 200);
        let later = [
            "POST /again 1 verified",
            "GET /there 1 verified",
            "POST /keep 1 verified",
            "POST /there 1 verified",
        ];
        assert_eq!(server.seen()[2..], later);
        let endless = client.send(client.get(server.url("/loop"))).await;
        assert!(matches!(endless, Err(Error::TooManyRedirects(10))));
    });
}

#[test]
fn credentials_do_not_leave_home() {
    run(async {
        let (home, stranger) = (Server::start().await, Server::start().await);
        *home.elsewhere.lock().unwrap() = stranger.url("/away");
        *stranger.elsewhere.lock().unwrap() = home.url("/back");
        let client = client(signer());
        let response = client
            .send(client.get(home.url("/away")).header("cookie", "a=b"))
            .await
            .unwrap();
        assert_eq!(response.status(), 401);
        assert_eq!(stranger.seen(), ["GET /away 0 parameter_absent"]);
        assert_eq!(
            home.seen(),
            ["GET /away 2 verified", "GET /back 0 parameter_absent"]
        );

        *home.elsewhere.lock().unwrap() = stranger.url("/there");
        let put = client
            .request(reqwest::Method::PUT, home.url("/away"))
            .body("private");
        assert_eq!(client.send(put).await.unwrap().status(), 302);
        assert_eq!(stranger.seen().len(), 1);
    });
}

#[test]
fn retries_have_nonces_of_their_own() {
    run(async {
        let server = Server::start().await;
        server.failures.store(2, Ordering::SeqCst);
        let impatient = client(signer());
        assert!(matches!(
            impatient.send(impatient.get(server.url("/a"))).await,
            Err(Error::Http(_))
        ));
        server.failures.store(2, Ordering::SeqCst);
        let patient = client(signer()).with_retries(3);
        assert_eq!(
            patient
                .send(patient.get(server.url("/a")))
                .await
                .unwrap()
                .status(),
            200
        );
        assert_eq!(server.seen(), ["GET /a 1 verified"]);
    });
}

#[test]
fn a_wrong_clock_is_put_right_once() {
    run(async {
        let server = Server::start_with(Policy::new(), Some(1_500_000_000)).await;
        let client = client(signer().with_clock(FixedClock(1_400_000_000)));
        assert_eq!(
            client
                .send(client.get(server.url("/a")))
                .await
                .unwrap()
                .status(),
            200
        );
        assert_eq!(
            client
                .send(client.get(server.url("/b")))
                .await
                .unwrap()
                .status(),
            200
        );
        assert_eq!(
            server.seen(),
            [
                "GET /a 1 timestamp_refused",
                "GET /a 1 verified",
                "GET /b 1 verified"
            ]
        );
    });
}

#[test]
fn a_time_refused_in_the_body_is_heard_and_the_body_stays() {
    run(async {
        let server = Server::start_with(Policy::new(), Some(1_500_000_000)).await;
        let late = client(signer().with_clock(FixedClock(1_400_000_000)));
        let answer = late.send(late.get(server.url("/in-body"))).await.unwrap();
        assert_eq!(answer.status(), 200);

        // Not even the provider's own time is good enough for this one.
        let policy = Policy::new().with_timestamp_window(0);
        let strict = Server::start_with(policy, Some(1_600_000_000)).await;
        let answer = late.send(late.get(strict.url("/in-body"))).await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.url().path(), "/in-body");
        let body = answer.text().await.unwrap();
        assert_eq!(body, "oauth_problem=timestamp_refused&more=1");
    });
}

#[test]
fn a_refused_leg_says_why() {
    run(async {
        let server = Server::start_with(Policy::new(), Some(1_500_000_000)).await;
        let endpoint = server.url("/initiate");
        let flow = Flow::with_signer(
            signer().with_clock(FixedClock(1_400_000_000)),
            Endpoints::new(endpoint.as_str(), endpoint.as_str(), endpoint.as_str()),
        );
        let leg = flow.begin("oob").unwrap();
        let answer = client(signer()).send_leg(&leg).await.unwrap();
        let refused = flow.pending(&answer.read()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "the provider refused with status 401: timestamp_refused"
        );
        assert_eq!(answer.status(), 401);
    });
}

#[test]
fn what_an_unexpected_answer_to_a_leg_says_can_be_seen() {
    run(async {
        let server = Server::start_with(Policy::new(), Some(1_500_000_000)).await;
        let endpoint = server.url("/in-body");
        let flow = Flow::with_signer(
            signer().with_clock(FixedClock(1_400_000_000)),
            Endpoints::new(endpoint.as_str(), endpoint.as_str(), endpoint.as_str()),
        );
        let leg = flow.begin("oob").unwrap();
        let answer = client(signer()).send_leg(&leg).await.unwrap();
        assert!(flow.pending(&answer.read()).is_err());
        assert_eq!(
            (answer.status(), answer.body()),
            (401, b"oauth_problem=timestamp_refused&more=1".as_slice())
        );
        // In print it stays away.
        assert!(!format!("{answer:?}").contains("more"));
    });
}

#[test]
fn the_token_of_a_session_can_be_set_and_taken_away() {
    run(async {
        let server = Server::start().await;
        let without = client(signer().without_token());
        let with = without
            .clone()
            .with_token(TokenCredentials::new("token", "token secret"));
        assert_eq!(without.signer().token(), None);
        assert_eq!(
            with.signer().token().map(TokenCredentials::token),
            Some("token")
        );
        for (client, status) in [
            (&without, 401),
            (&with, 200),
            (&with.clone().without_token(), 401),
        ] {
            let answer = client.send(client.get(server.url("/a"))).await.unwrap();
            assert_eq!(answer.status(), status);
        }
    });
}
