//! A hostile server, asked for everything: the client always leaves with a typed error, in bounded
//! time and memory, and takes no credentials elsewhere.

use std::time::Duration;

use pumphouse_client::activity::Object;
use pumphouse_client::{Client, Error, ErrorKind, Session, Upload};

use crate::peer::{Peer, Reply, Seen, answer, answer_with, json, redirect};
use crate::session::session_of;

/// No single thing takes longer, whatever the server does.
const PATIENCE: Duration = Duration::from_secs(60);

const OK: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

fn with(more: &[u8]) -> Vec<u8> {
    [OK, more].concat()
}

type Misdeed = Box<dyn Fn(&Seen) -> Reply + Send + Sync>;

/// Everything that a hostile server may do, by name; `elsewhere` is another host.
fn misdeeds(elsewhere: &str) -> Vec<(&'static str, Misdeed)> {
    let there = elsewhere.to_owned();
    let login = elsewhere.replace("http://", "http://name:word@");
    vec![
        ("hangs up", Box::new(|_| Reply::Hangup)),
        (
            "is no HTTP",
            Box::new(|_| Reply::Bytes(b"SSH-2.0-x\r\n".to_vec())),
        ),
        ("cuts off the head", Box::new(|_| Reply::Bytes(OK.to_vec()))),
        (
            "cuts off the body",
            Box::new(|_| Reply::Bytes(with(b"Content-Length: 90\r\n\r\n{\"a\":"))),
        ),
        (
            "cuts off a chunk",
            Box::new(|_| Reply::Bytes(with(b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"))),
        ),
        (
            "cuts off the JSON",
            Box::new(|_| json(r#"{"items": [{"verb": "po"#)),
        ),
        (
            "drips the head",
            Box::new(|_| Reply::Drip(OK.to_vec(), b'x')),
        ),
        (
            "drips the body",
            Box::new(|_| Reply::Drip(with(b"\r\n"), b' ')),
        ),
        (
            "floods the head",
            Box::new(|_| Reply::Flood(OK.to_vec(), b"X: y\r\n".repeat(1000))),
        ),
        (
            "floods the body",
            Box::new(|_| Reply::Flood(with(b"\r\n"), vec![b'['; 4096])),
        ),
        (
            "says it is huge",
            Box::new(|_| Reply::Bytes(with(b"Content-Length: 99999999999\r\n\r\n"))),
        ),
        ("says nothing", Box::new(|_| json(""))),
        ("says null", Box::new(|_| json("null"))),
        (
            "says a web page",
            Box::new(|_| answer(200, "text/html", "<html>Welcome</html>")),
        ),
        (
            "says no text",
            Box::new(|_| Reply::Bytes(with(b"Content-Length: 4\r\n\r\n\"\xff\xfe\""))),
        ),
        (
            "says wrong types",
            Box::new(|_| json(r#"{"id":5,"items":7,"verb":[],"client_id":{}}"#)),
        ),
        (
            "says too deep a thing",
            Box::new(|_| json(&r#"{"author":"#.repeat(5000))),
        ),
        (
            "fails",
            Box::new(|_| answer(500, "text/html", "<html>oops</html>")),
        ),
        (
            "is busy",
            Box::new(|_| answer_with(503, "text/plain", "Retry-After: 0\r\n", "later")),
        ),
        (
            "asks for patience",
            Box::new(|_| {
                answer_with(
                    429,
                    "text/plain",
                    "Retry-After: 99999999999999999999\r\n",
                    "",
                )
            }),
        ),
        (
            "is a teapot",
            Box::new(|_| answer(418, "text/plain", "\u{1b}[2J")),
        ),
        (
            "redirects elsewhere",
            Box::new(move |_| redirect(307, &there)),
        ),
        (
            "redirects with a name",
            Box::new(move |_| redirect(302, &login)),
        ),
        (
            "redirects in circles",
            Box::new(|seen| redirect(307, &seen.target)),
        ),
        ("redirects nowhere", Box::new(|_| redirect(302, "http://["))),
        (
            "redirects to a file",
            Box::new(|_| redirect(302, "file:///etc/passwd")),
        ),
    ]
}

/// Everything that a program asks for.
async fn ask(what: usize, session: &Session, peer: &Peer) -> Option<Result<(), Error>> {
    let object = Object::reference("note", peer.url("/api/note/1"));
    Some(match what {
        0 => session.whoami().await.map(drop),
        1 => session.profile().await.map(drop),
        2 => session.note("x").send().await.map(drop),
        3 => session.like(&object).send().await.map(drop),
        4 => session.load(&object).await.map(drop),
        5 => session.inbox().page().send().await.map(drop),
        6 => session
            .inbox()
            .items()
            .limit(1000)
            .collect()
            .await
            .map(drop),
        7 => session
            .users()
            .items()
            .since("bob")
            .collect()
            .await
            .map(drop),
        8 => session.list_named("Friends").await.map(drop),
        9 => {
            let upload = Upload::from_bytes("image/png", vec![0; 20_000]).on_progress(|_| {});
            session.file(upload).title("x").send().await.map(drop)
        }
        10 => session
            .registration()
            .authorise(pumphouse_client::Callback::OutOfBand)
            .await
            .map(drop),
        11 => session.registration().server().register().await.map(drop),
        12 => session.registration().update().await.map(drop),
        _ => return None,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_server_does_the_client_leaves_with_an_error() {
    let elsewhere = Peer::start(|_| json("{}")).await;
    let count = misdeeds("").len();
    let mut visits = tokio::task::JoinSet::new();
    for number in 0..count {
        let there = elsewhere.url("/trap");
        visits.spawn(async move {
            let (name, misdeed) = misdeeds(&there).swap_remove(number);
            let peer = Peer::start(move |seen| misdeed(seen)).await;
            let builder = Client::builder("Test.io")
                .timeout(Duration::from_millis(600))
                .max_answer_size(100_000);
            let session = session_of(builder, &peer);
            for what in 0.. {
                let asked = tokio::time::timeout(PATIENCE, ask(what, &session, &peer)).await;
                let Some(result) = asked.unwrap_or_else(|_| panic!("{name}, {what}: no end"))
                else {
                    return;
                };
                let Err(error) = result else {
                    panic!("{name}, {what}: no error");
                };
                let printed = format!("{error:?} {error}");
                assert!(!printed.contains("hush"), "{name}, {what}: {printed}");
                assert!(!printed.contains('\u{1b}'), "{name}, {what}: {printed}");
                assert_ne!(
                    error.kind(),
                    ErrorKind::InvalidInput,
                    "{name}, {what}: {printed}"
                );
            }
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }
    assert!(elsewhere.seen().is_empty(), "{:?}", elsewhere.seen());
}
