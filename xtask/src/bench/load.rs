//! Load: connections that send prepared requests one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Requests that wait to be sent.
pub(super) struct Requests {
    prepared: Vec<Request<Full<Bytes>>>,
    next: AtomicUsize,
    again: bool,
}

impl Requests {
    /// Each once, as signed ones have to be.
    pub(super) fn once(prepared: Vec<Request<Full<Bytes>>>) -> Arc<Self> {
        Arc::new(Self {
            prepared,
            next: AtomicUsize::new(0),
            again: false,
        })
    }

    /// From the beginning again when all are sent.
    pub(super) fn again(prepared: Vec<Request<Full<Bytes>>>) -> Arc<Self> {
        Arc::new(Self {
            prepared,
            next: AtomicUsize::new(0),
            again: true,
        })
    }

    fn take(&self) -> Option<Request<Full<Bytes>>> {
        let mut next = self.next.fetch_add(1, Ordering::Relaxed);
        if self.again {
            next %= self.prepared.len();
        }
        self.prepared.get(next).cloned()
    }
}

/// What was measured.
pub(super) struct Rate {
    pub(super) answered: u32,
    pub(super) per_second: f64,
    /// Whether there were too few requests for the time.
    pub(super) ran_dry: bool,
}

/// Sends requests over so many connections until the time is over or none are left.
/// Every answer has to be 200.
pub(super) async fn run(
    address: &str,
    connections: usize,
    requests: Arc<Requests>,
    time: Duration,
) -> Result<Rate> {
    let mut running = JoinSet::new();
    let start = Instant::now();
    for _ in 0..connections {
        let mut connection = connect(address).await?;
        let requests = Arc::clone(&requests);
        running.spawn(async move {
            let mut answered = 0_u32;
            while start.elapsed() < time
                && let Some(request) = requests.take()
            {
                let (status, body) = send(&mut connection, request).await?;
                ensure!(
                    status == StatusCode::OK,
                    "{status}: {}",
                    String::from_utf8_lossy(&body)
                );
                answered += 1;
            }
            anyhow::Ok(answered)
        });
    }
    let mut answered = 0;
    while let Some(done) = running.join_next().await {
        answered += done??;
    }
    Ok(Rate {
        answered,
        per_second: f64::from(answered) / start.elapsed().as_secs_f64(),
        ran_dry: !requests.again
            && requests.next.load(Ordering::Relaxed) >= requests.prepared.len(),
    })
}

pub(super) async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect(address).await.context("connect")?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

pub(super) async fn send(
    connection: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<(StatusCode, Bytes)> {
    connection.ready().await?;
    let answer = connection.send_request(request).await?;
    let status = answer.status();
    Ok((status, answer.into_body().collect().await?.to_bytes()))
}
