//! Finding the server of an account.

use crate::peer::{Peer, Reply, answer, answer_with, host_meta, json, redirect};
use pumphouse_client::{Acct, Client, ErrorKind};

fn client() -> Client {
    Client::builder("Test.io").build().unwrap()
}

async fn kind(client: &Client, account: &Acct) -> ErrorKind {
    client.discover(account).await.unwrap_err().kind()
}

#[tokio::test]
async fn the_json_form_is_asked_first() {
    let peer = Peer::start(crate::peer::pump).await;
    let server = client().discover(&peer.acct("alice")).await.unwrap();
    assert_eq!(
        server.endpoints().registration.as_str(),
        peer.url("/api/client/register")
    );
    assert_eq!(server.endpoints().base.as_str(), peer.url("/"));
    assert_eq!(peer.paths(), ["GET /.well-known/host-meta.json"]);
}

#[tokio::test]
async fn the_xrd_form_serves_as_well() {
    let peer = Peer::start(|seen| match seen.path() {
        "/.well-known/host-meta" => answer(
            200,
            "application/xrd+xml",
            &format!(
                "<?xml version='1.0'?><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\
                 <Link rel='registration_endpoint' href='http://{}/register-here'/></XRD>",
                seen.header("host").unwrap()
            ),
        ),
        _ => answer(404, "text/html", "<html>no</html>"),
    })
    .await;
    let server = client().discover(&peer.acct("alice")).await.unwrap();
    let endpoints = server.endpoints();
    assert_eq!(endpoints.registration.as_str(), peer.url("/register-here"));
    assert_eq!(
        endpoints.access_token.as_str(),
        peer.url("/oauth/access_token")
    );
    let asked = &peer.seen()[1];
    assert_eq!(
        asked.header("accept"),
        Some("application/json, application/xrd+xml;q=0.5")
    );
}

#[tokio::test]
async fn a_server_without_metadata_is_known_by_its_api() {
    let peer = Peer::start(|seen| match seen.path() {
        "/api/whoami" => answer(
            401,
            "application/json; charset=utf-8",
            r#"{"error":"Not logged in."}"#,
        ),
        _ => answer(404, "text/html", "<html>no</html>"),
    })
    .await;
    let server = client().discover(&peer.acct("alice")).await.unwrap();
    assert_eq!(server.endpoints().whoami.as_str(), peer.url("/api/whoami"));
}

#[tokio::test]
async fn other_web_servers_are_not_pump_io() {
    for body in [
        "<html>hello</html>",
        r#"{"links":[]}"#,
        r#"{"error":"x","more":1}"#,
    ] {
        for status in [200, 401, 404, 500] {
            let peer = Peer::start(move |_| answer(status, "application/json", body)).await;
            let error = client().discover(&peer.acct("alice")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotPumpIo, "{status} {body}");
            assert!(error.to_string().contains("no pump.io server"), "{error}");
            assert!(error.hint().is_some());
        }
    }
}

#[tokio::test]
async fn a_host_that_does_not_exist_is_told_from_one_that_is_silent() {
    let account: Acct = "alice@no-such-host.invalid".parse().unwrap();
    let error = client().discover(&account).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownHost, "{error}");

    // A port that was free a moment ago.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let account: Acct = format!("alice@{address}").parse().unwrap();
    assert_eq!(kind(&client(), &account).await, ErrorKind::Unreachable);
}

#[tokio::test]
async fn plain_http_to_other_machines_must_be_asked_for() {
    // A server on this machine that leads to another one.
    let peer =
        Peer::start(|_| redirect(302, "http://pump.example/.well-known/host-meta.json")).await;
    assert_eq!(
        kind(&client(), &peer.acct("alice")).await,
        ErrorKind::PlainHttp
    );
}

#[tokio::test]
async fn metadata_may_be_handed_over_to_another_host() {
    let other = Peer::start(crate::peer::pump).await;
    let there = other.url("/.well-known/host-meta.json");
    let peer = Peer::start(move |_| redirect(301, &there)).await;
    let server = client().discover(&peer.acct("alice")).await.unwrap();
    assert_eq!(server.endpoints().base.as_str(), other.url("/"));
}

#[tokio::test]
async fn endless_redirects_end() {
    let peer = Peer::start(|seen| redirect(302, &format!("{}x", seen.target))).await;
    assert_eq!(
        kind(&client(), &peer.acct("alice")).await,
        ErrorKind::Redirect
    );
    // Six hops over http, and one attempt at https.
    assert!(peer.seen().len() <= 8, "{:?}", peer.paths());
}

#[tokio::test]
async fn metadata_that_is_cut_off_or_too_large_is_no_metadata() {
    let peer = Peer::start(|seen| match seen.path() {
        "/.well-known/host-meta.json" => Reply::Bytes(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"links\": ["
                .to_vec(),
        ),
        "/.well-known/host-meta" => json(&host_meta(seen.header("host").unwrap())),
        _ => Reply::Hangup,
    })
    .await;
    let server = client().discover(&peer.acct("alice")).await.unwrap();
    assert_eq!(server.endpoints().base.as_str(), peer.url("/"));

    let peer = Peer::start(|_| {
        Reply::Flood(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n".to_vec(),
            vec![b' '; 65536],
        )
    })
    .await;
    assert_eq!(
        kind(&client(), &peer.acct("alice")).await,
        ErrorKind::TooLarge
    );
}

#[tokio::test]
async fn names_and_passwords_in_redirects_are_dropped() {
    let peer = Peer::start(|seen| match seen.path() {
        "/.well-known/host-meta.json" => {
            let host = seen.header("host").unwrap();
            redirect(302, &format!("http://mallory:hush@{host}/there"))
        }
        "/there" => json(&host_meta(seen.header("host").unwrap())),
        _ => answer_with(404, "text/plain", "", ""),
    })
    .await;
    client().discover(&peer.acct("alice")).await.unwrap();
    assert!(
        peer.seen()
            .iter()
            .all(|seen| seen.header("authorization").is_none())
    );
}
