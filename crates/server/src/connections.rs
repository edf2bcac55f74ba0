//! The connections that are open: TLS, HTTP/1, and ending well.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use http::{HeaderMap, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus_client::metrics::gauge::Gauge;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use crate::app::App;
use crate::edge::{Peer, Places, Proxies};

/// Who does not send a request's head in this time is let go; so is who does not agree on TLS.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// More connections wait to be taken.
const CONNECTIONS: usize = 4_096;

/// All connections of a server. When this is dropped, they end with it.
pub(crate) struct Connections {
    tasks: JoinSet<()>,
    /// Turns to true when they are to end.
    ending: watch::Sender<bool>,
    places: Places,
    proxies: Proxies,
    /// How long nothing of what is sent may be taken.
    stall: Duration,
    /// How many there are, for those who watch.
    open: Gauge,
}

impl Connections {
    pub(crate) fn new(app: &App, places: Places, stall: Duration) -> Self {
        Self {
            tasks: JoinSet::new(),
            ending: watch::Sender::new(false),
            places,
            proxies: app.proxies.clone(),
            stall,
            open: app.metrics.connections.clone(),
        }
    }

    /// Whether one more can be taken.
    pub(crate) fn have_room(&self) -> bool {
        self.tasks.len() < CONNECTIONS
    }

    /// Serves a connection, by TLS if there is a configuration for it. It is closed at once if its
    /// address holds as many as it may.
    pub(crate) fn take<S>(
        &mut self,
        stream: TcpStream,
        peer: SocketAddr,
        tls: Option<Arc<ServerConfig>>,
        service: S,
    ) where
        S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>
            + Send
            + 'static,
    {
        let remote = self.proxies.remote(Peer(peer.ip()), &HeaderMap::new());
        let Some(place) = self.places.take(remote) else {
            tracing::debug!(%peer, "too many connections from one address");
            return;
        };
        let (ending, open) = (self.ending.subscribe(), self.open.clone());
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.stall));
        let stream = Box::pin(stream);
        self.tasks.spawn(async move {
            let _place = place;
            open.inc();
            match tls {
                None => converse(stream, service, ending).await,
                Some(tls) => {
                    match timeout(HEAD_TIME, TlsAcceptor::from(tls).accept(stream)).await {
                        Ok(Ok(stream)) => converse(stream, service, ending).await,
                        Ok(Err(error)) => tracing::debug!(%error, "no TLS connection came about"),
                        Err(_) => tracing::debug!("a TLS connection took too long to begin"),
                    }
                }
            }
            open.dec();
        });
    }

    /// Waits until one has ended; for ever if there is none.
    pub(crate) async fn ended(&mut self) {
        if self.tasks.join_next().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Lets requests under way end, for so long.
    pub(crate) async fn finish(&mut self, grace: Duration) {
        self.ending.send_replace(true);
        let all = async { while self.tasks.join_next().await.is_some() {} };
        if timeout(grace, all).await.is_err() {
            tracing::warn!("requests that took too long were cut off");
        }
    }

    /// Ends what is left.
    pub(crate) async fn cut_off(&mut self) {
        self.tasks.shutdown().await;
    }
}

/// Answers the requests of one connection, one after the other. It can become a WebSocket.
async fn converse<C, S>(stream: C, service: S, mut ending: watch::Receiver<bool>)
where
    C: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response, Error = Infallible>,
    S::Future: Send,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = async { drop(ending.wait_for(|ending| *ending).await) } => {
            // After the answer under way, if there is one.
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}
