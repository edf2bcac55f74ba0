//! A hostile server, asked for everything: the client always leaves with a typed error, in bounded
//! time and memory, and takes no credentials elsewhere.

use std::time::Duration;

use pumphouse_client::activity::Object;
use pumphouse_client::{
    Callback, Client, ClientBuilder, Download, Error, ErrorKind, Session, Upload, WebLogins,
};

use crate::peer::{Peer, Reply, Seen, answer, answer_with, json, pump, redirect};
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
            .authorise(Callback::OutOfBand)
            .await
            .map(drop),
        11 => session.registration().server().register().await.map(drop),
        12 => session.registration().update().await.map(drop),
        _ => return None,
    })
}

fn hurried() -> ClientBuilder {
    Client::builder("Test.io")
        .timeout(Duration::from_millis(600))
        .max_answer_size(100_000)
}

/// An error tells no secret, steers no terminal, and blames the server.
fn check_error(error: &Error, context: &str) {
    let printed = format!("{error:?} {error}");
    assert!(!printed.contains("hush"), "{context}: {printed}");
    assert!(!printed.contains('\u{1b}'), "{context}: {printed}");
    assert_ne!(
        error.kind(),
        ErrorKind::InvalidInput,
        "{context}: {printed}"
    );
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
            let session = session_of(hurried(), &peer);
            for what in 0.. {
                let asked = tokio::time::timeout(PATIENCE, ask(what, &session, &peer)).await;
                let Some(result) = asked.unwrap_or_else(|_| panic!("{name}, {what}: no end"))
                else {
                    return;
                };
                let Err(error) = result else {
                    panic!("{name}, {what}: no error");
                };
                check_error(&error, &format!("{name}, {what}"));
            }
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }
    assert!(elsewhere.seen().is_empty(), "{:?}", elsewhere.seen());
}

/// The largest file that is taken here.
const LARGEST: u64 = 5000;

/// Every way to ask for a file.
fn download(shape: usize, session: &Session, peer: &Peer) -> Option<Download> {
    let download = match shape % 3 {
        0 => session.download("/uploads/cat.png"),
        1 => session.download(&peer.url("/uploads/cat.png?x=y")),
        _ => session
            .download(&peer.url("/uploads/cat.png"))
            .retries(0)
            .timeout(Duration::from_millis(300)),
    };
    let download = match shape / 3 {
        0 => download,
        1 => download.keep_existing(),
        2 => download.on_progress(|_| {}),
        _ => return None,
    };
    Some(download.max_size(LARGEST))
}

/// Asks a server for a file in every way: whatever comes is whole and not too large, or it is an
/// error and nothing is left of it.
async fn fetch(name: &str, session: &Session, peer: &Peer) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("cat.png");
    for shape in 0.. {
        let context = format!("{name}, shape {shape}");
        let (Some(to_file), Some(to_writer)) = (
            download(shape, session, peer),
            download(shape, session, peer),
        ) else {
            return;
        };
        let mut taken = Vec::new();
        let fetched = tokio::time::timeout(PATIENCE, to_writer.to_writer(&mut taken)).await;
        match fetched.unwrap_or_else(|_| panic!("{context}: no end")) {
            Ok(got) => assert_eq!(got.size, taken.len() as u64, "{context}"),
            Err(error) => check_error(&error, &context),
        }
        assert!(taken.len() as u64 <= LARGEST, "{context}");
        let fetched = tokio::time::timeout(PATIENCE, to_file.to_file(&path)).await;
        match fetched.unwrap_or_else(|_| panic!("{context}: no end")) {
            Ok(got) => {
                assert_eq!(got.size, std::fs::metadata(&path).unwrap().len());
                assert!(got.size <= LARGEST, "{context}");
                std::fs::remove_file(&path).unwrap();
            }
            Err(error) => check_error(&error, &context),
        }
        let left = std::fs::read_dir(directory.path()).unwrap().count();
        assert_eq!(left, 0, "{context}: something is left");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_server_does_a_file_is_whole_or_an_error() {
    let elsewhere = Peer::start(|_| answer(200, "image/png", "pixels")).await;
    let home = Peer::start(|_| Reply::Hangup).await;
    let mut visits = tokio::task::JoinSet::new();
    for number in 0..misdeeds("").len() {
        let there = elsewhere.url("/trap");
        let at_home = session_of(hurried(), &home);
        visits.spawn(async move {
            let (name, misdeed) = misdeeds(&there).swap_remove(number);
            let peer = Peer::start(move |seen| misdeed(seen)).await;
            // As the account's own server, signed; and as another one, to which nothing secret goes.
            fetch(name, &session_of(hurried(), &peer), &peer).await;
            assert!(is_signed(&peer), "{name}");
            let (name, misdeed) = misdeeds(&there).swap_remove(number);
            let other = Peer::start(move |seen| misdeed(seen)).await;
            fetch(name, &at_home, &other).await;
            assert!(!is_signed(&other), "{name}");
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }
    // A file may be led elsewhere, credentials never.
    assert!(!is_signed(&elsewhere) && !elsewhere.seen().is_empty());
}

/// Whether the peer has seen what only the account's own server may see.
fn is_signed(peer: &Peer) -> bool {
    let signed = |seen: &Seen| seen.header("authorization").is_some();
    peer.seen().iter().any(signed)
}

/// Every way to log in: with a page's callback, and by hand.
async fn log_in(way: usize, peer: &Peer) -> Option<Result<(), Error>> {
    // The steps before the bad one are done in this time on any machine.
    let client = hurried().timeout(Duration::from_millis(1500));
    let client = client.build().unwrap();
    let account = peer.acct("alice");
    Some(match way {
        0 => {
            let callback = "http://127.0.0.1:9/callback".parse().unwrap();
            let logins = WebLogins::new(client, callback);
            match logins.begin(&account).await {
                Err(error) => Err(error),
                Ok(begun) => {
                    let back = "oauth_token=temporary&oauth_verifier=word";
                    logins.finish(begun.ticket(), back).await.map(drop)
                }
            }
        }
        1 => {
            let ask = async |_| Ok::<_, std::io::Error>("word".to_owned());
            client.connect(&account, ask).await.map(drop)
        }
        _ => return None,
    })
}

/// The requests of a log-in at which a server may turn bad; `None` is from the first.
const STEPS: [Option<&str>; 4] = [
    None,
    Some("/api/client/register"),
    Some("/oauth/request_token"),
    Some("/oauth/access_token"),
];

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_server_does_a_log_in_ends_in_an_error() {
    let elsewhere = Peer::start(|_| json("{}")).await;
    let mut visits = tokio::task::JoinSet::new();
    for number in 0..misdeeds("").len() {
        let there = elsewhere.url("/trap");
        visits.spawn(async move {
            for step in STEPS {
                let (name, misdeed) = misdeeds(&there).swap_remove(number);
                let peer = Peer::start(move |seen| match step {
                    Some(path) if path != seen.path() => pump(seen),
                    _ => misdeed(seen),
                })
                .await;
                for way in 0.. {
                    let context = format!("{name}, at {step:?}, way {way}");
                    let ended = tokio::time::timeout(PATIENCE, log_in(way, &peer)).await;
                    let Some(ended) = ended.unwrap_or_else(|_| panic!("{context}: no end")) else {
                        break;
                    };
                    let Err(error) = ended else {
                        panic!("{context}: no error");
                    };
                    check_error(&error, &context);
                }
                if let Some(path) = step {
                    let reached = peer.seen().iter().any(|seen| seen.path() == path);
                    assert!(reached, "{name}: {path} was never asked");
                }
            }
        });
    }
    while let Some(visit) = visits.join_next().await {
        visit.unwrap();
    }
    // Where a server is may be asked elsewhere, by nobody in particular.
    for seen in elsewhere.seen() {
        assert_eq!(seen.header("authorization"), None);
        assert!(!format!("{seen:?}").contains("hush"), "{seen:?}");
    }
}
