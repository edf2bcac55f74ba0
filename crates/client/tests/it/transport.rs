//! Retries, proxies, files on their way, and requests of one's own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use pumphouse_client::{Client, ErrorKind, Method, Recipient, Session, Upload};

use crate::peer::{Peer, Reply, Seen, answer, answer_with, json, redirect};
use crate::person::RealServer;
use crate::real::log_in;
use crate::session::{session, session_of};

/// Answers by number: the first request gets what the closure says of 0.
fn in_turn(
    turn: impl Fn(usize) -> Reply + Send + Sync + 'static,
) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    let turns = AtomicUsize::new(0);
    move |_| turn(turns.fetch_add(1, Ordering::SeqCst))
}

fn busy(status: u16, after: &str) -> Reply {
    answer_with(
        status,
        "text/plain",
        &format!("Retry-After: {after}\r\n"),
        "later",
    )
}

#[tokio::test]
async fn a_busy_server_is_asked_again_when_it_says() {
    for status in [429, 503] {
        let peer = Peer::start(in_turn(move |turn| match turn {
            0 | 1 => busy(status, "0"),
            _ => json("{}"),
        }))
        .await;
        session(&peer).profile().await.unwrap();
        assert_eq!(peer.seen().len(), 3);
    }
    // Too long a wait is told instead, and a post is never sent twice.
    let peer = Peer::start(|_| busy(429, "3600")).await;
    let error = session(&peer).profile().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyRequests);
    assert_eq!(error.retry_after(), Some(Duration::from_secs(3600)));
    assert_eq!(peer.seen().len(), 1);
    let peer = Peer::start(|_| busy(503, "0")).await;
    let error = session(&peer).note("x").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert_eq!(peer.seen().len(), 1);
    let date = Peer::start(|_| busy(503, "Wed, 21 Oct 2026 07:28:00 GMT")).await;
    let error = session(&date).profile().await.unwrap_err();
    assert_eq!((error.retry_after(), date.seen().len()), (None, 1));
}

#[tokio::test]
async fn the_number_of_retries_is_the_programs_choice() {
    let peer = Peer::start(|_| Reply::Hangup).await;
    let builder = Client::builder("Test.io").retries(0);
    let error = session_of(builder, &peer).profile().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
    assert_eq!(peer.seen().len(), 1);
}

#[tokio::test]
async fn other_machines_are_reached_through_the_proxy_and_this_one_is_not() {
    let proxy = Peer::start(|_| json(r#"{"displayName":"through"}"#)).await;
    let here = Peer::start(|_| json(r#"{"displayName":"direct"}"#)).await;
    let builder = Client::builder("Test.io")
        .plain_http(true)
        .proxy(proxy.url("/").parse().unwrap());
    let session = session_of(builder, &here);
    let me = session.profile().await.unwrap();
    assert_eq!(me.display_name.as_deref(), Some("direct"));
    let far = session
        .request(Method::GET, "http://far.example/x")
        .unsigned();
    assert!(
        far.send()
            .await
            .unwrap()
            .text()
            .unwrap()
            .contains("through")
    );
    assert_eq!(proxy.seen()[0].target, "http://far.example/x");
    assert_eq!(proxy.seen()[0].header("authorization"), None);
}

#[test]
fn impossible_proxies_and_certificates_are_told_when_the_client_is_made() {
    let builders = [
        Client::builder("x").add_authority("no certificate"),
        Client::builder("x").proxy("data:hush".parse().unwrap()),
    ];
    for builder in builders {
        let error = builder.build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(!format!("{error:?}").contains("hush"));
    }
}

#[tokio::test]
async fn requests_of_ones_own_are_signed_as_they_say() {
    let peer = Peer::start(|_| json("{}")).await;
    let other = Peer::start(crate::peer::pump).await;
    let session = session(&peer);
    let call = |method| session.request(method, "/api/users");
    call(Method::HEAD).send().await.unwrap();
    call(Method::DELETE).as_client().send().await.unwrap();
    call(Method::PATCH).unsigned().send().await.unwrap();
    let upload = Upload::from_bytes("image/png", "pixels").on_progress(|_| {});
    call(Method::PUT).upload(upload).send().await.unwrap();
    let seen = peer.seen();
    let signed = |n: usize| {
        seen[n]
            .header("authorization")
            .unwrap_or_default()
            .to_owned()
    };
    assert!(signed(0).contains("oauth_token=") && signed(3).contains("oauth_token="));
    assert!(signed(1).contains("the-key") && !signed(1).contains("oauth_token="));
    assert_eq!(signed(2), "");
    assert_eq!(
        (seen[3].body.as_str(), seen[3].header("content-type")),
        ("pixels", Some("image/png"))
    );

    let there = other.url("/api/user/alice/profile");
    let with_token = session.request(Method::GET, &there).send().await;
    assert_eq!(with_token.unwrap_err().kind(), ErrorKind::ForeignOrigin);
    assert!(other.seen().is_empty());
    session
        .request(Method::GET, &there)
        .as_client()
        .send()
        .await
        .unwrap();
    let seen = other.seen();
    let signature = seen.last().unwrap().header("authorization").unwrap();
    assert!(!signature.contains("oauth_token="), "{signature}");
}

#[tokio::test]
async fn requests_of_ones_own_take_any_answer_whole() {
    let problem = format!(r#"{{"error":"{}"}}"#, "so much to say ".repeat(100));
    let said = problem.clone();
    let peer = Peer::start(move |seen| match seen.path() {
        "/api/gone" => answer_with(
            410,
            "application/json",
            "X-Why: so\r\nX-Request-Id: r-1\r\n",
            &said,
        ),
        _ => redirect(302, "http://far.example/"),
    })
    .await;
    let session = session(&peer);
    let call = |path| {
        let request = session.request(Method::GET, path);
        let request = request.header("X-Tag", "one").header("x-tag", "two");
        let request = request.header("Content-Type", "a/b");
        request.header("content-type", "c/d")
    };
    let response = call("/api/gone").send_for_any().await.unwrap();
    assert_eq!(response.status().as_u16(), 410);
    assert_eq!(response.headers()["x-why"], "so");
    assert_eq!(response.text().unwrap(), problem);
    let head = peer.seen()[0].head.to_ascii_lowercase();
    let lines = |name| -> Vec<&str> { head.lines().filter(|it| it.starts_with(name)).collect() };
    assert_eq!(lines("x-tag"), ["x-tag: one", "x-tag: two"]);
    assert_eq!(lines("content-type"), ["content-type: c/d"]);

    let error = call("/api/gone").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Gone);
    assert_eq!(error.request_id(), Some("r-1"));
    let error = call("/api/away").send_for_any().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignOrigin);
}

#[tokio::test]
async fn files_come_back_as_they_went_and_only_to_those_who_may_see_them() {
    let server = RealServer::start().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let directory = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..300_000_u32)
        .map(|n| (n.wrapping_mul(n) >> 3) as u8)
        .collect();
    let source = directory.path().join("some.bin");
    std::fs::write(&source, &bytes).unwrap();
    let upload = Upload::from_path(&source).await.unwrap();
    let posted = alice
        .file(upload)
        .to(Recipient::Myself)
        .send()
        .await
        .unwrap();
    let url = posted.object.as_ref().unwrap().extra["fileUrl"]
        .as_str()
        .unwrap()
        .to_owned();

    let uploads = alice.uploads().items().collect().await.unwrap();
    assert_eq!(uploads[0].id, posted.object.as_ref().unwrap().id);

    let target = directory.path().join("back.bin");
    let heard = Arc::new(Mutex::new(Vec::new()));
    let hear = Arc::clone(&heard);
    let download = alice
        .download(&url)
        .keep_existing()
        .on_progress(move |it| hear.lock().unwrap().push(it));
    let got = download.to_file(&target).await.unwrap();
    assert_eq!(got.size, 300_000);
    let heard = std::mem::take(&mut *heard.lock().unwrap());
    assert_eq!(heard.last().unwrap().done, 300_000);
    assert!(
        heard.iter().all(|it| it.total == Some(300_000)),
        "{heard:?}"
    );
    assert!(std::fs::read(&target).unwrap() == bytes);

    let other = directory.path().join("other.bin");
    let refused = bob.download(&url).to_file(&other).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Forbidden);
    let small = alice.download(&url).max_size(1000).to_file(&target).await;
    assert_eq!(small.unwrap_err().kind(), ErrorKind::TooLarge);
    let nowhere = alice
        .download(&url)
        .to_file(directory.path().join("a/b"))
        .await;
    assert_eq!(nowhere.unwrap_err().kind(), ErrorKind::File);
    let kept = alice.download(&url).keep_existing().to_file(&source).await;
    let kept = kept.unwrap_err();
    assert_eq!(kept.kind(), ErrorKind::File);
    let source = std::error::Error::source(&kept).unwrap();
    let source = source.downcast_ref::<std::io::Error>().unwrap();
    assert_eq!(source.kind(), std::io::ErrorKind::AlreadyExists);
    // What failed left nothing behind, and spoilt nothing.
    assert!(!other.exists() && std::fs::read(&target).unwrap() == bytes);
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2);
}

async fn download(session: &Session, peer: &Peer) -> ErrorKind {
    let mut taken = Vec::new();
    let file = session.download(&peer.url("/file")).max_size(100_000);
    file.to_writer(&mut taken).await.unwrap_err().kind()
}

#[tokio::test]
async fn hostile_files_end_in_errors() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n".to_vec();
    let with = |more: &str| [head.clone(), more.as_bytes().to_vec()].concat();
    let (open, cut) = (with("\r\n"), with("Content-Length: 90\r\n\r\nabc"));
    let (flood, drip) = (open.clone(), open);
    let huge = with("Content-Length: 99999999999\r\n\r\n");

    let peer = Peer::start(move |_| Reply::Bytes(cut.clone())).await;
    assert_eq!(
        download(&session(&peer), &peer).await,
        ErrorKind::InvalidAnswer
    );
    let peer = Peer::start(move |_| Reply::Flood(flood.clone(), vec![0; 4096])).await;
    assert_eq!(download(&session(&peer), &peer).await, ErrorKind::TooLarge);
    let peer = Peer::start(move |_| Reply::Bytes(huge.clone())).await;
    assert_eq!(download(&session(&peer), &peer).await, ErrorKind::TooLarge);
    let peer = Peer::start(move |_| Reply::Drip(drip.clone(), b'x')).await;
    let builder = Client::builder("Test.io").timeout(Duration::from_millis(300));
    assert_eq!(
        download(&session_of(builder, &peer), &peer).await,
        ErrorKind::Timeout
    );
    let peer = Peer::start(|_| answer(500, "text/html", "<html>oops</html>")).await;
    assert_eq!(download(&session(&peer), &peer).await, ErrorKind::Server);

    // With the token nobody is led elsewhere; without it, no credentials go along.
    let elsewhere = Peer::start(|_| answer(200, "image/png", "pixels")).await;
    let there = elsewhere.url("/file");
    let peer = Peer::start(move |_| redirect(302, &there)).await;
    assert_eq!(
        download(&session(&peer), &peer).await,
        ErrorKind::ForeignOrigin
    );
    let home = Peer::start(|_| Reply::Hangup).await;
    let mut taken = Vec::new();
    let got = session(&home)
        .download(&peer.url("/file"))
        .to_writer(&mut taken)
        .await;
    assert_eq!((got.unwrap().size, taken.as_slice()), (6, &b"pixels"[..]));
    for seen in elsewhere.seen() {
        assert_eq!(seen.header("authorization"), None);
    }
    assert!(home.seen().is_empty());
}
