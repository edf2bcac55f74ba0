//! How long single calls take, and how often they are tried: what is said of a call counts, not what
//! was said of the client.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use pumphouse_client::activity::Object;
use pumphouse_client::{
    Callback, Client, ClientBuilder, Error, ErrorKind, Exchange, Method, Session, Upload,
};

use crate::peer::{Peer, Reply, Seen, answer, json, pump};
use crate::session::session_of;

/// What single calls are given here.
const SHORT: Duration = Duration::from_millis(150);
/// The client's own limit is never what ends a call here.
const LONG: Duration = Duration::from_secs(3600);
/// No single thing takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

fn patient() -> ClientBuilder {
    Client::builder("Test.io").timeout(LONG)
}

fn upload() -> Upload {
    // Its size alone would allow a minute more.
    Upload::from_bytes("image/png", vec![0; 1_000_000])
}

/// Every kind of call, within a short time.
async fn call_shortly(what: usize, session: &Session, peer: &Peer) -> Option<Result<(), Error>> {
    let object = Object::reference("note", peer.url("/api/note/1"));
    let mut taken = Vec::new();
    let hurried = session.with_timeout(SHORT);
    Some(match what {
        0 => session.note("x").timeout(SHORT).send().await.map(drop),
        1 => session.like(&object).timeout(SHORT).send().await.map(drop),
        2 => {
            let inbox = session.inbox().page().timeout(SHORT);
            inbox.send().await.map(drop)
        }
        3 => {
            let people = session.followers().items().timeout(SHORT);
            people.collect().await.map(drop)
        }
        4 => {
            let request = session.request(Method::POST, "/api/x").upload(upload());
            request.timeout(SHORT).send().await.map(drop)
        }
        5 => {
            let file = session.file(upload()).title("x").timeout(SHORT);
            file.send().await.map(drop)
        }
        6 => {
            let download = session.download(&peer.url("/file")).timeout(SHORT);
            download.to_writer(&mut taken).await.map(drop)
        }
        7 => hurried.upload(upload()).await.map(drop),
        8 => hurried.avatar(upload()).await.map(drop),
        9 => hurried.whoami().await.map(drop),
        10 => hurried.profile().await.map(drop),
        11 => hurried.load(&object).await.map(drop),
        12 => hurried.list_named("Friends").await.map(drop),
        13 => {
            let client = patient().build().unwrap().with_timeout(SHORT);
            let account = peer.acct("alice");
            client.begin(&account, Callback::OutOfBand).await.map(drop)
        }
        _ => return None,
    })
}

async fn every_call_ends_shortly(reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static) {
    let peer = Peer::start(reply).await;
    let session = session_of(patient(), &peer);
    for what in 0.. {
        let called = tokio::time::timeout(PATIENCE, call_shortly(what, &session, &peer)).await;
        let Some(result) = called.unwrap_or_else(|_| panic!("{what}: no end")) else {
            return;
        };
        let Err(error) = result else {
            panic!("{what}: no error");
        };
        assert_eq!(error.kind(), ErrorKind::Timeout, "{what}: {error}");
    }
}

#[tokio::test]
async fn a_call_may_be_shorter_than_the_client_says() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n".to_vec();
    let body = [head.clone(), b"\r\n".to_vec()].concat();
    every_call_ends_shortly(move |_| Reply::Drip(head.clone(), b'x')).await;
    every_call_ends_shortly(move |_| Reply::Drip(body.clone(), b' ')).await;
    every_call_ends_shortly(|_| Reply::Late(LONG, Vec::new())).await;
}

#[tokio::test]
async fn a_call_may_be_longer_than_the_client_says() {
    let peer = Peer::start(|_| {
        let Reply::Bytes(bytes) = json(r#"{"items":[]}"#) else {
            return Reply::Hangup;
        };
        Reply::Late(2 * SHORT, bytes)
    })
    .await;
    let session = session_of(Client::builder("Test.io").timeout(SHORT), &peer);
    let page = session.inbox().page();
    let error = page.clone().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    page.timeout(PATIENCE).send().await.unwrap();
    session.with_timeout(PATIENCE).profile().await.unwrap();
    // There is no time too long.
    let mut taken = Vec::new();
    let file = session.download(&peer.url("/file")).timeout(Duration::MAX);
    assert_eq!(file.to_writer(&mut taken).await.unwrap().size, 12);
}

/// Says what the small server says, but never at once.
fn late(answer: Reply) -> Reply {
    match answer {
        Reply::Bytes(bytes) => Reply::Late(SHORT * 2 / 3, bytes),
        other => other,
    }
}

#[tokio::test]
async fn all_requests_of_a_call_share_its_time() {
    // Each answer comes in time, all of them together do not.
    let uploaded = r#"{"objectType":"image","id":"http://x/1"}"#;
    let peer = Peer::start(move |_| late(json(uploaded))).await;
    let session = session_of(patient(), &peer);
    let file = Upload::from_bytes("image/png", "pixels");
    let post = session.file(file).title("x").timeout(SHORT);
    let error = post.send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);

    // So it is with a server that has to be met first, and with a log-in.
    let foreign = Peer::start(|seen| late(pump(seen))).await;
    let there = session.person(foreign.acct("alice"));
    let request = session.request(Method::GET, &foreign.url("/api/user/alice/profile"));
    let page = there.followers().page().timeout(SHORT).send().await;
    let alone = request.as_client().timeout(SHORT).send().await;
    let hurried = patient().build().unwrap().with_timeout(SHORT);
    let alice = foreign.acct("alice");
    let log_in = hurried.begin(&alice, Callback::OutOfBand).await;
    for error in [
        page.map(drop).unwrap_err(),
        alone.map(drop).unwrap_err(),
        log_in.map(drop).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    }
    // Another reader of that server is not kept waiting by those who gave up.
    let patient = there.profile().await.unwrap();
    assert_eq!(patient.display_name.as_deref(), Some("Alice"));
}

#[tokio::test]
async fn the_number_of_retries_is_the_calls_choice() {
    let peer = Peer::start(|_| Reply::Hangup).await;
    let session = session_of(Client::builder("Test.io").retries(1), &peer);
    let mut seen = 0;
    let mut new = || {
        let before = std::mem::replace(&mut seen, peer.seen().len());
        seen - before
    };
    session.profile().await.unwrap_err();
    assert_eq!(new(), 2, "as the client says");
    let lost = session.inbox().page().retries(0).send().await.unwrap_err();
    assert_eq!((lost.kind(), new()), (ErrorKind::ConnectionLost, 1));
    let items = session.followers().items().retries(2);
    items.collect().await.unwrap_err();
    assert_eq!(new(), 3);
    let request = session.request(Method::GET, "/api/x").retries(2);
    request.send().await.unwrap_err();
    assert_eq!(new(), 3);
    let mut taken = Vec::new();
    let download = session.download("/file").retries(0);
    download.to_writer(&mut taken).await.unwrap_err();
    assert_eq!(new(), 1);
    session.with_retries(0).whoami().await.unwrap_err();
    assert_eq!(new(), 1);
    // Writing is never repeated, whatever is said.
    session.note("x").retries(5).send().await.unwrap_err();
    assert_eq!(new(), 1);
}

#[tokio::test]
async fn what_cannot_be_sent_is_tried_as_often_as_the_call_says() {
    let peer = Peer::start(|_| answer(200, "text/plain", "")).await;
    let tries = Arc::new(AtomicUsize::new(0));
    let heard = Arc::clone(&tries);
    let builder = Client::builder("Test.io").observer(move |_: &Exchange<'_>| {
        heard.fetch_add(1, Ordering::SeqCst);
    });
    let session = session_of(builder, &peer);
    // Nobody listens there any more.
    drop(peer);
    tokio::task::yield_now().await;
    let note = session.note("x").retries(1).send().await.unwrap_err();
    assert_eq!(note.kind(), ErrorKind::Unreachable);
    assert_eq!(tries.swap(0, Ordering::SeqCst), 2);
    let file = Upload::from_bytes("image/png", "pixels");
    session.file(file).retries(0).send().await.unwrap_err();
    assert_eq!(tries.swap(0, Ordering::SeqCst), 1);
}
