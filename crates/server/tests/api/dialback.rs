//! Dialback: what this server confirms of its own requests, and how others prove theirs (sections
//! 2.3 and 9.3).

use std::net::SocketAddr;

use pumphouse_oauth1::ClientCredentials;
use pumphouse_store::{Dialback, Error, Store};
use pumphouse_testkit::{Call, Reply, START, TestServer};
use serde_json::json;

use crate::support::{note, post, post_publicly};

/// The time at which every test begins, and near ones.
const NOW: &str = "Fri, 15 Jan 2027 08:00:00 GMT";
const EARLIER: &str = "Fri, 15 Jan 2027 07:59:59 GMT";
const TOO_EARLY: &str = "Fri, 15 Jan 2027 07:54:59 GMT";
const TOO_LATE: &str = "Fri, 15 Jan 2027 08:05:01 GMT";

const REGISTRATION: &str = "http://b.test/api/client/register";

/// A server that is known as `http://NAME`, and finds another one where it listens.
async fn server(name: &'static str, peer: Option<(&'static str, SocketAddr)>) -> TestServer {
    TestServer::start_with(move |builder| {
        let builder = builder.hostname(name).public_port(80);
        match peer {
            Some((name, address)) => builder.known_host(name, address),
            None => builder,
        }
    })
    .await
}

/// Records requests that a server is about to send, as its sending side does.
async fn record(server: &mut TestServer, sent: &'static [(&'static str, &'static str)]) {
    server.stop().await;
    let store = Store::open(server.directory()).unwrap();
    store
        .write(move |tx| {
            for (identity, token) in sent {
                let dialback = Dialback {
                    identity,
                    url: REGISTRATION,
                    token,
                    date: START * 1_000_000,
                };
                tx.record_sent_dialback(&dialback, (START + 300) * 1_000_000)?;
            }
            Ok::<_, Error>(())
        })
        .await
        .unwrap();
    drop(store);
    server.restart().await;
}

/// Asks a server whether a request is its own.
async fn ask(server: &TestServer, fields: &[(&str, &str)]) -> Reply {
    let call = server.anonymous().request("POST", "/api/dialback");
    call.form(fields).send().await
}

#[track_caller]
fn says(reply: &Reply, status: u16, text: &str) {
    assert_eq!((reply.status, reply.body.as_str()), (status, text));
    assert_eq!(reply.header("content-type"), "text/html; charset=utf-8");
}

/// Quirk 53: what was no date passed.
#[tokio::test]
async fn quirk_53_what_is_asked_is_checked_in_order_and_dates_have_to_be_dates() {
    let server = server("a.test", None).await;
    let (host, token) = (("host", "a.test"), ("token", "t"));
    let person = ("webfinger", "mel@a.test");
    for (fields, text) in [
        (vec![], "No identity"),
        (vec![("host", ""), token], "No identity"),
        (vec![("host", "other.test")], "Incorrect host"),
        (vec![("host", "a.test:80")], "Incorrect host"),
        (vec![("webfinger", "mel@other.test")], "Incorrect host"),
        (vec![("webfinger", "mel")], "Incorrect host"),
        (vec![("webfinger", "mel@x@a.test")], "Incorrect host"),
        // The host counts when both are given.
        (vec![("host", "other.test"), person], "Incorrect host"),
        (vec![host], "No token"),
        (vec![person], "No token"),
        (vec![host, token], "No date"),
        (vec![host, token, ("date", TOO_EARLY)], "Invalid date"),
        (vec![host, token, ("date", TOO_LATE)], "Invalid date"),
        (vec![host, token, ("date", "yesterday")], "Invalid date"),
        (vec![host, token, ("date", "2027-01-15")], "Invalid date"),
        (vec![host, token, ("date", NOW)], "Not my token"),
        (
            vec![host, token, ("date", NOW), ("url", REGISTRATION)],
            "Not my token",
        ),
    ] {
        says(&ask(&server, &fields).await, 400, text);
    }
    let by_get = server.anonymous().get("/api/dialback").await;
    by_get.refused(401, "Not logged in.");
}

#[tokio::test]
async fn what_was_sent_is_confirmed_as_it_was_sent_and_for_five_minutes() {
    let mut server = server("a.test", None).await;
    record(
        &mut server,
        &[("a.test", "host-token"), ("mel@a.test", "token")],
    )
    .await;
    let of_host = [
        ("host", "a.test"),
        ("token", "host-token"),
        ("url", REGISTRATION),
        ("date", NOW),
    ];
    let of_person = [
        ("webfinger", "mel@a.test"),
        ("token", "token"),
        ("url", REGISTRATION),
        ("date", NOW),
    ];
    says(&ask(&server, &of_host).await, 200, "OK");
    says(&ask(&server, &of_person).await, 200, "OK");
    let document: serde_json::Value = of_person
        .iter()
        .map(|(name, value)| (*name, *value))
        .collect();
    let call = server.anonymous().request("POST", "/api/dialback");
    says(&call.json(&document).send().await, 200, "OK");

    for (name, other) in [
        ("webfinger", "bob@a.test"),
        ("token", "host-token"),
        ("token", "Token"),
        ("url", "http://b.test/api/client/register/"),
        ("url", "https://b.test/api/client/register"),
        ("date", EARLIER),
    ] {
        let fields = of_person.map(|(field, value)| match field == name {
            true => (field, other),
            false => (field, value),
        });
        says(&ask(&server, &fields).await, 400, "Not my token");
    }
    server.clock().advance(300);
    says(&ask(&server, &of_person).await, 400, "Not my token");
}

/// A registration in somebody's name.
fn registration(server: &TestServer, authorization: &str, date: Option<&str>) -> Call {
    let call = server
        .anonymous()
        .request("POST", "/api/client/register")
        .form(&[
            ("type", "client_associate"),
            ("application_type", "web"),
            ("application_name", "a.test"),
        ])
        .authorization(authorization);
    match date {
        Some(date) => call.header("date", date),
        None => call,
    }
}

/// The registration was not taken, with both spellings of the header.
#[track_caller]
fn refused(reply: &Reply, text: &str) {
    assert_eq!(
        (reply.status, reply.body.as_str()),
        (401, text),
        "{reply:?}"
    );
    assert_eq!(reply.header("content-type"), "text/plain; charset=utf-8");
    // Quirk 18.
    for name in ["www-authentication", "www-authenticate"] {
        assert_eq!(reply.header(name), "Dialback");
    }
}

/// Quirk 53: what was no date passed here as well.
#[tokio::test]
async fn quirk_53_a_registration_is_checked_in_order_before_anybody_is_called() {
    let server = server("b.test", None).await;
    let whole = "Dialback host=\"a.test\", token=\"t\"";
    let outside = "'Date' header is outside our 5-minute window";
    for (authorization, date, text) in [
        (
            "Basic x",
            Some(NOW),
            "Authorization scheme is not 'Dialback'",
        ),
        (
            "Dialback",
            Some(NOW),
            "Authorization scheme is not 'Dialback'",
        ),
        (
            "Dialback host=\"a.test\"",
            Some(NOW),
            "Authorization header has no 'token' field",
        ),
        (
            "Dialback host=\"a.test\", token=\"\"",
            Some(NOW),
            "Authorization header has no 'token' field",
        ),
        (
            "Dialback token=\"t\"",
            Some(NOW),
            "Authorization header has neither 'host' nor 'webfinger' fields",
        ),
        (whole, None, "No 'Date' header"),
        (whole, Some(TOO_EARLY), outside),
        (whole, Some(TOO_LATE), outside),
        (whole, Some("yesterday"), outside),
        (
            "Dialback host=\"a.test:8080\", token=\"t\"",
            Some(NOW),
            "Invalid hostname: a.test:8080",
        ),
        (
            "Dialback webfinger=\"mel\", token=\"t\"",
            Some(NOW),
            "Invalid webfinger: mel",
        ),
        (
            "Dialback host=\"example.com\", token=\"t\"",
            Some(NOW),
            "Invalid hostname: example.com",
        ),
        // The same once more.
        (
            "Dialback host=\"example.com\",  token=\"t\"",
            Some(NOW),
            "We've already seen this request.",
        ),
        // Nobody is called at an address of this machine or its network.
        (
            "Dialback host=\"localhost\", token=\"t\"",
            Some(NOW),
            "Cannot reach localhost",
        ),
    ] {
        let reply = registration(&server, authorization, date).send().await;
        refused(&reply, text);
    }
}

#[tokio::test]
async fn a_host_and_a_person_of_it_register_when_their_server_confirms_it() {
    let mut sender = server("a.test", None).await;
    record(
        &mut sender,
        &[("a.test", "t1"), ("mel@a.test", "t2"), ("mel@a.test", "t3")],
    )
    .await;
    sender.user("mel").await;
    let receiver = server("b.test", Some(("a.test", sender.address()))).await;
    let alice = receiver.user("alice").await;
    let posted = alice.does(post_publicly(note("for all"))).await;
    for claim in [
        "host=\"a.test\", token=\"t1\"",
        "webfinger=\"mel@a.test\", token=\"t2\"",
    ] {
        let authorization = format!("Dialback {claim}");
        let registered = registration(&receiver, &authorization, Some(NOW));
        let registered = registered.send().await.ok();
        assert_eq!(registered["expires_at"], 0);
        let text = |name: &str| registered[name].as_str().unwrap().to_owned();
        let credentials = ClientCredentials::new(text("client_id"), text("client_secret"));
        let client = receiver.anonymous().with_client(credentials);
        let feed = client.get(&alice.path("feed/major")).await.ok();
        assert_eq!(feed["items"][0]["id"], posted["id"]);
        // Quirk 34: it reads, and acts for nobody, least of all for somebody of this server.
        let mut activity = post(note("forged"));
        activity["actor"] = alice.person();
        for feed in ["feed", "inbox"] {
            let forged = client.post_json(&alice.path(feed), &activity).await;
            assert!((400..500).contains(&forged.status), "{forged:?}");
        }
        let inbox = alice.get(&alice.path("inbox/major")).await.ok();
        assert_eq!(inbox["items"][0]["id"], posted["id"]);
        // It counts once.
        let again = registration(&receiver, &authorization, Some(NOW));
        refused(&again.send().await, "We've already seen this request.");
    }
    // Quirk 92: with a fresh token there is nothing against another one in the same second.
    let fresh = registration(
        &receiver,
        "Dialback webfinger=\"mel@a.test\", token=\"t3\"",
        Some(NOW),
    );
    fresh.send().await.ok();
}

#[tokio::test]
async fn what_the_other_server_did_not_send_makes_no_client() {
    let mut sender = server("a.test", None).await;
    record(&mut sender, &[("a.test", "sent")]).await;
    sender.user("mel").await;
    let receiver = server("b.test", Some(("a.test", sender.address()))).await;
    for claim in [
        "host=\"a.test\", token=\"guessed\"",
        // What the host sent is not what one of its people sent.
        "webfinger=\"mel@a.test\", token=\"sent\"",
    ] {
        let call = registration(&receiver, &format!("Dialback {claim}"), Some(NOW));
        refused(&call.send().await, "Error 400: Not my token");
    }
    let unknown = "Dialback webfinger=\"nobody@a.test\", token=\"sent\"";
    let call = registration(&receiver, unknown, Some(NOW));
    refused(&call.send().await, "Cannot find nobody@a.test");
    let call = registration(
        &receiver,
        "Dialback host=\"a.test\", token=\"sent\"",
        Some(EARLIER),
    );
    refused(&call.send().await, "Error 400: Not my token");
    // Parameters are looked at after that.
    let call = registration(
        &receiver,
        "Dialback host=\"a.test\", token=\"sent\"",
        Some(NOW),
    );
    let reply = call.json(&json!({"type": "nonsense"})).send().await;
    reply.refused(400, "Invalid registration type");
}
