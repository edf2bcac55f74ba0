//! A canned HTTP peer: for each request a closure says which bytes go back, and how.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (own, value) = line.split_once(':')?;
            own.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The path, without query.
    pub(crate) fn path(&self) -> &str {
        self.target.split('?').next().unwrap()
    }
}

/// What the peer does with a request.
pub(crate) enum Reply {
    /// These bytes, then the end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, then this byte every 50 ms, for ever.
    Drip(Vec<u8>, u8),
    /// These bytes, then this piece as fast as it goes, for ever.
    Flood(Vec<u8>, Vec<u8>),
    /// These bytes, after a while.
    Late(Duration, Vec<u8>),
    /// These bytes, and then nothing more, for ever.
    Silence(Vec<u8>),
    /// The end of the connection.
    Hangup,
}

/// A whole answer.
pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> Reply {
    answer_with(status, content_type, "", body)
}

/// A whole answer with more header lines, each with its end.
pub(crate) fn answer_with(status: u16, content_type: &str, headers: &str, body: &str) -> Reply {
    Reply::Bytes(
        format!(
            "HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\
             {headers}Connection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes(),
    )
}

pub(crate) fn json(body: &str) -> Reply {
    answer(200, "application/json", body)
}

pub(crate) fn form(body: &str) -> Reply {
    answer(200, "application/x-www-form-urlencoded", body)
}

pub(crate) fn redirect(status: u16, location: &str) -> Reply {
    answer_with(
        status,
        "text/plain",
        &format!("Location: {location}\r\n"),
        "moved",
    )
}

/// A server that answers by a closure and remembers what it was asked.
pub(crate) struct Peer {
    pub(crate) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Peer {
    pub(crate) async fn start(answer: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let answer = Arc::new(answer);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                tokio::spawn(async move {
                    let _ = serve(stream, &log, &*answer).await;
                });
            }
        });
        Self {
            address,
            seen,
            task,
        }
    }

    /// The address of a person here.
    pub(crate) fn acct(&self, user: &str) -> pumphouse_client::Acct {
        format!("{user}@{}", self.address).parse().unwrap()
    }

    /// The address of a path here.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// All requests so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Methods and paths of all requests so far.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.seen()
            .iter()
            .map(|seen| format!("{} {}", seen.method, seen.path()))
            .collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Mutex<Vec<Seen>>,
    answer: &(impl Fn(&Seen) -> Reply + ?Sized),
) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let seen = loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            return Ok(());
        }
        bytes.extend_from_slice(&buffer[..read]);
        // No method begins like this: somebody tries TLS.
        if !bytes[0].is_ascii_uppercase() {
            return Ok(());
        }
        if let Some(seen) = parse(&bytes) {
            break seen;
        }
    };
    log.lock().unwrap().push(seen.clone());
    match answer(&seen) {
        Reply::Bytes(bytes) => stream.write_all(&bytes).await?,
        Reply::Drip(bytes, byte) => {
            stream.write_all(&bytes).await?;
            loop {
                tokio::time::sleep(Duration::from_millis(50)).await;
                stream.write_all(&[byte]).await?;
            }
        }
        Reply::Flood(bytes, piece) => {
            stream.write_all(&bytes).await?;
            loop {
                stream.write_all(&piece).await?;
            }
        }
        Reply::Late(pause, bytes) => {
            tokio::time::sleep(pause).await;
            stream.write_all(&bytes).await?;
        }
        Reply::Silence(bytes) => {
            stream.write_all(&bytes).await?;
            std::future::pending::<()>().await;
        }
        Reply::Hangup => {}
    }
    stream.shutdown().await
}

fn parse(bytes: &[u8]) -> Option<Seen> {
    let text = String::from_utf8_lossy(bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut words = head.lines().next()?.split(' ');
    let seen = Seen {
        method: words.next()?.to_owned(),
        target: words.next()?.to_owned(),
        head: head.to_owned(),
        body: body.to_owned(),
    };
    let length = seen
        .header("content-length")
        .map_or(0, |n| n.parse().unwrap());
    (body.len() >= length).then_some(seen)
}

/// A whole small pump.io server: one person, `alice`, who agrees to everything.
pub(crate) fn pump(seen: &Seen) -> Reply {
    let host = seen.header("host").unwrap().to_owned();
    match (seen.method.as_str(), seen.path()) {
        ("GET", "/.well-known/host-meta.json") => json(&host_meta(&host)),
        ("POST", "/api/client/register") => {
            json(r#"{"client_id":"the-key","client_secret":"the-hush","expires_at":0}"#)
        }
        ("POST", "/oauth/request_token") => form(
            "oauth_token=temporary&oauth_token_secret=temporary-hush&oauth_callback_confirmed=true",
        ),
        ("POST", "/oauth/access_token") => form("oauth_token=token&oauth_token_secret=token-hush"),
        ("GET", "/api/whoami") => redirect(302, &format!("http://{host}/api/user/alice/profile")),
        ("GET", "/api/user/alice/profile") => json(
            r#"{"objectType":"person","preferredUsername":"alice","displayName":"Alice","mood":"sunny"}"#,
        ),
        _ => answer(404, "application/json", r#"{"error":"Not here"}"#),
    }
}

/// Host metadata with all links.
pub(crate) fn host_meta(host: &str) -> String {
    serde_json::json!({"links": [
        {"rel": "registration_endpoint", "href": format!("http://{host}/api/client/register")},
        {"rel": "http://apinamespace.org/oauth/request_token", "href": format!("http://{host}/oauth/request_token")},
        {"rel": "http://apinamespace.org/oauth/authorize", "href": format!("http://{host}/oauth/authorize")},
        {"rel": "http://apinamespace.org/oauth/access_token", "href": format!("http://{host}/oauth/access_token")},
        {"rel": "http://apinamespace.org/activitypub/whoami", "href": format!("http://{host}/api/whoami")},
    ]})
    .to_string()
}
