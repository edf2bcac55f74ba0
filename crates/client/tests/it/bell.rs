//! Feeds watched by pump.io's WebSocket, where servers do not have event streams of their own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use pumphouse_client::{
    Client, ClientCredentials, Endpoints, Recipient, Session, TokenCredentials, Watch,
};
use pumphouse_server::Server;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use crate::person::RealServer;
use crate::real::log_in;
use crate::watch::{HOUR, next, post, text, until};

/// The connections that asked for a WebSocket.
type Bells = Arc<AtomicUsize>;

/// A real server behind a door that does not let anybody ask for event streams, as if it were
/// pump.io.
async fn pump_io() -> (RealServer, Bells) {
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let directory = tempfile::tempdir().unwrap();
    let server = Server::builder(directory.path())
        .listen("127.0.0.1:0")
        .hostname("127.0.0.1")
        .public_port(door.local_addr().unwrap().port())
        .start()
        .await
        .unwrap();
    let (inside, bells) = (server.address(), Bells::default());
    let count = Arc::clone(&bells);
    tokio::spawn(async move {
        while let Ok((outer, _)) = door.accept().await {
            let inner = TcpStream::connect(inside).await.unwrap();
            let (outer_read, outer_write) = outer.into_split();
            let (inner_read, inner_write) = inner.into_split();
            tokio::spawn(pass(outer_read, inner_write, Arc::clone(&count)));
            tokio::spawn(pass(inner_read, outer_write, Bells::default()));
        }
    });
    let server = RealServer {
        server,
        _directory: directory,
    };
    (server, bells)
}

async fn pass(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, bells: Bells) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        replace(
            &mut buffer[..read],
            b"text/event-stream",
            b"text/other-stream",
        );
        let socket = b"/main/realtime/sockjs/websocket HTTP";
        if buffer[..read].windows(socket.len()).any(|it| it == socket) {
            bells.fetch_add(1, Ordering::SeqCst);
        }
        if to.write_all(&buffer[..read]).await.is_err() {
            return;
        }
    }
    let _ = to.shutdown().await;
}

fn replace(bytes: &mut [u8], old: &[u8], new: &[u8]) {
    if let Some(at) = bytes.windows(old.len()).position(|it| it == old) {
        bytes[at..at + old.len()].copy_from_slice(new);
    }
}

fn patient(watch: Watch) -> Watch {
    watch.shortest_pause(HOUR)
}

#[tokio::test]
async fn a_bell_rings_for_what_arrives() {
    let (server, bells) = pump_io().await;
    let (alice, _) = log_in(&server, "alice").await;
    let (bob, _) = log_in(&server, "bob").await;
    let start = post(&bob, "start", Recipient::Public).await;
    let outbox = bob.outbox().major().watch().since(start);
    let mut outbox = patient(outbox).stream();
    let mut inbox = patient(alice.inbox().direct().watch()).stream();
    let listening = async {
        let inbox = async {
            let first = text(&mut inbox).await;
            (first, text(&mut inbox).await, text(&mut inbox).await)
        };
        let outbox = async { (text(&mut outbox).await, text(&mut outbox).await) };
        tokio::join!(inbox, outbox)
    };
    let posting = async {
        until(|| bells.load(Ordering::SeqCst) == 2).await;
        // Whether or not it is followed by now: the feed is read once more when it is.
        for text in ["one", "two", "three"] {
            post(&bob, text, server.acct("alice")).await;
        }
    };
    let ((inbox, outbox), ()) = tokio::join!(listening, posting);
    assert_eq!((&*inbox.0, &*inbox.1, &*inbox.2), ("one", "two", "three"));
    assert_eq!((&*outbox.0, &*outbox.1), ("one", "two"));
    assert_eq!(bells.load(Ordering::SeqCst), 2);
}

/// What a bad server says on a WebSocket; it hears all that it is told.
type Say = fn(&str) -> Vec<Message>;

/// A server without events whose WebSockets say these things, and end after a while. Its feed grows
/// when it is read for the tenth time, and it does not tell.
async fn bad_bell(say: Say, stay: Duration) -> (String, Bells, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (bells, heard) = (Bells::default(), Arc::<Mutex<Vec<String>>>::default());
    let (count, log, own) = (Arc::clone(&bells), Arc::clone(&heard), base.clone());
    tokio::spawn(async move {
        let mut reads = 0;
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4096];
            let read = stream.peek(&mut head).await.unwrap();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            if head.contains("/sockjs/websocket") {
                count.fetch_add(1, Ordering::SeqCst);
                let (log, own) = (Arc::clone(&log), own.clone());
                tokio::spawn(async move {
                    let socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                    let _ = timeout(stay, speak(socket, say(&own), &log)).await;
                });
                continue;
            }
            let _ = stream.read(&mut vec![0; 4096]).await;
            reads += 1;
            let items = match reads {
                ..10 => json!([{"id": "http://x/0"}]),
                _ if head.contains("since=") => json!([{"id": "http://x/1"}]),
                _ => json!([{"id": "http://x/1"}, {"id": "http://x/0"}]),
            };
            let items = if head.contains("since=") && reads < 10 {
                json!([])
            } else {
                items
            };
            let body = json!({"items": items}).to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
                 Connection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (base, bells, heard)
}

async fn speak(
    mut socket: WebSocketStream<TcpStream>,
    messages: Vec<Message>,
    heard: &Mutex<Vec<String>>,
) {
    for message in messages {
        if socket.send(message).await.is_err() {
            return;
        }
    }
    while let Some(Ok(message)) = socket.next().await {
        if let Message::Text(text) = message {
            heard.lock().unwrap().push(text.to_string());
        }
    }
}

fn session(base: &str) -> Session {
    let client = Client::builder("Test.io").max_answer_size(100_000);
    let host = base.strip_prefix("http://").unwrap();
    let base = format!("{base}/").parse().unwrap();
    let server = client.build().unwrap().server(
        &format!("alice@{host}").parse().unwrap(),
        Endpoints::well_known(&base),
    );
    server
        .registered_as(ClientCredentials::new("the-key", "the-hush"))
        .session(TokenCredentials::new("token", "token-hush"))
}

fn challenge(url: &str) -> Message {
    Message::text(json!({"cmd": "challenge", "method": "GET", "url": url}).to_string())
}

#[tokio::test]
async fn bad_bells_end_in_reading_and_get_no_signature() {
    let bad: [(&str, Say); 6] = [
        ("says nothing", |_| Vec::new()),
        ("says no JSON", |_| vec![Message::text("[")]),
        ("says too much", |_| {
            vec![Message::text("x".repeat(200_000))]
        }),
        ("asks elsewhere", |_| {
            vec![challenge(
                "https://bank.example/main/realtime/sockjs/x/challenge",
            )]
        }),
        ("asks for a request", |own| {
            vec![challenge(&format!("{own}/api/user/alice/feed"))]
        }),
        ("asks for arguments", |own| {
            vec![challenge(&format!(
                "{own}/main/realtime/sockjs/x/challenge?a=b"
            ))]
        }),
    ];
    for (name, say) in bad {
        let (base, bells, heard) = bad_bell(say, Duration::from_millis(200)).await;
        let pause = Duration::from_millis(100);
        let watch = session(&base).inbox().watch();
        let mut stream = watch.shortest_pause(pause).longest_pause(pause).stream();
        let activity = next(&mut stream).await.unwrap();
        assert_eq!(activity.id.as_deref(), Some("http://x/1"), "{name}");
        assert_eq!(bells.load(Ordering::SeqCst), 3, "{name}");
        let heard = heard.lock().unwrap();
        assert!(heard.is_empty(), "{name}: {heard:?}");
    }
}

#[tokio::test]
async fn a_silent_bell_is_answered_once_and_the_feed_read_all_the_same() {
    let say: Say = |own| {
        let own = format!("{own}/main/realtime/sockjs/abc/challenge");
        let user = Message::text(r#"{"cmd":"authenticated","user":"alice"}"#);
        vec![challenge(&own), challenge(&own), user]
    };
    let (base, bells, heard) = bad_bell(say, HOUR).await;
    let pause = Duration::from_millis(100);
    let watch = session(&base).inbox().major().watch();
    let mut stream = watch.shortest_pause(pause).longest_pause(pause).stream();
    next(&mut stream).await.unwrap();
    assert_eq!(bells.load(Ordering::SeqCst), 1);
    let heard = heard.lock().unwrap();
    let rise: Value = serde_json::from_str(&heard[0]).unwrap();
    let action = format!("{base}/main/realtime/sockjs/abc/challenge");
    assert_eq!(
        (&rise["cmd"], &rise["message"]["action"]),
        (&json!("rise"), &json!(action))
    );
    let parameters = rise["message"]["parameters"].as_array().unwrap();
    let names: Vec<_> = parameters
        .iter()
        .map(|it| it[0].as_str().unwrap())
        .collect();
    for name in [
        "oauth_consumer_key",
        "oauth_token",
        "oauth_nonce",
        "oauth_signature",
    ] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(!heard[0].contains("hush"));
    let follow: Value = serde_json::from_str(&heard[1]).unwrap();
    let feed = format!("{base}/api/user/alice/inbox/major");
    assert_eq!(follow, json!({"cmd": "follow", "url": feed}));
}
