//! Taking connections, and ending well.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tower::ServiceExt as _;

use crate::app::App;
use crate::builder::{SideDoors, StartError};
use crate::connections::Connections;
use crate::control::{Door, Office, routes as control_routes};
use crate::domain::{invitations, uploads};
use crate::edge::{Bounce, Peer, Places, Tls, Way, arrived_at, rewrite};
use crate::http::router;
use crate::jobs::Runner;
use crate::observe::metrics_routes;

/// How long requests under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(10);
/// How often what has expired is forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(300);
/// A running server. It stops when it is dropped; [`Server::stop`] lets it end what it is doing.
pub struct Server {
    address: SocketAddr,
    base_url: String,
    app: Arc<App>,
    /// Where requests are led to https from.
    bounce: Option<SocketAddr>,
    metrics: Option<SocketAddr>,
    tls: Option<Arc<Tls>>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

/// What a server listens on.
pub(crate) struct Doors {
    pub(crate) main: TcpListener,
    pub(crate) side: SideDoors,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) places: Places,
    pub(crate) control: Option<Door>,
    /// How long nothing of what is sent may be taken.
    pub(crate) stall: Duration,
}

impl Server {
    pub(crate) fn run(doors: Doors, address: SocketAddr, app: Arc<App>) -> Self {
        let local = |listener: &Option<TcpListener>| listener.as_ref()?.local_addr().ok();
        let base_url = app.site.urls.base().to_owned();
        let (stop, stopped) = oneshot::channel();
        Self {
            address,
            base_url,
            app: Arc::clone(&app),
            bounce: local(&doors.side.bounce),
            metrics: local(&doors.side.metrics),
            tls: doors.tls.clone(),
            stop: Some(stop),
            running: tokio::spawn(serve(doors, app, stopped)),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens to lead requests to https, if it does.
    pub fn bounce_address(&self) -> Option<SocketAddr> {
        self.bounce
    }

    /// Where it serves its numbers, if it does.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Reads the certificate and its key again, for connections that begin from now on.
    ///
    /// # Errors
    /// If they cannot be used; those that it had stay in use.
    pub fn reload(&self) -> Result<(), StartError> {
        match self.tls.as_ref().map_or(Ok(()), |tls| tls.reload()) {
            Ok(()) => Ok(()),
            Err(error) => Err(StartError::new("the certificate was not replaced", error)),
        }
    }

    /// Lets its database grow no more, or grow again, as a full disk does: for tests.
    ///
    /// # Errors
    /// If the database fails.
    #[doc(hidden)]
    pub async fn fill_disk(&self, full: bool) -> Result<(), pumphouse_store::Error> {
        self.app.store.fill_disk(full).await
    }

    /// Its public address, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Makes an invitation, with which one person can make an account; it is good for 30 days.
    ///
    /// # Errors
    /// If it cannot be kept, or the machine has no random bytes.
    pub async fn invite(&self) -> io::Result<String> {
        let now = self.app.now();
        let store = &self.app.store;
        let code = store.write(move |tx| invitations::invite(tx, None, now));
        match code.await {
            Ok(code) => Ok(code.as_str().to_owned()),
            Err(error) => Err(io::Error::other(error)),
        }
    }

    /// Takes no more connections, lets requests under way end, and closes the store.
    pub async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have ended by itself.
            let _ = stop.send(());
        }
        self.wait().await;
    }

    /// Waits until the server has ended.
    pub async fn wait(mut self) {
        // A panic of the accepting task is in the log already.
        let _ = (&mut self.running).await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

async fn serve(doors: Doors, app: Arc<App>, mut stop: oneshot::Receiver<()>) {
    let mut purging = pin!(purge(Arc::clone(&app)));
    let mut runner = Runner::new(Arc::clone(&app));
    let mut jobs = Box::pin(runner.run());
    let mut live = pin!(app.live.run(app.store.arrivals()));
    let streams = Streams(&app);
    let router = router(Arc::clone(&app));
    let metrics = metrics_routes(Arc::clone(&app));
    let bounce = Bounce::new(Arc::clone(&app.site.urls));
    let mut control_connections = JoinSet::new();
    let mut control = Box::pin(control(&doors.control, &app, &mut control_connections));
    let mut connections = Connections::new(&app, doors.places.clone(), doors.stall);
    loop {
        tokio::select! {
            (stream, peer) = accept(&doors.main), if connections.have_room() => {
                let way = Way {
                    peer: Peer(peer.ip()),
                    local: stream.local_addr().ok(),
                    is_tls: doors.tls.is_some(),
                };
                let service = TowerToHyperService::new(front(&app, router.clone(), way));
                connections.take(stream, peer, doors.tls.as_deref().map(Tls::current), service);
            }
            (stream, peer) = accept_if(&doors.side.bounce), if connections.have_room() => {
                let bounce = bounce.clone();
                let service = service_fn(move |request| std::future::ready(bounce.answer(&request)));
                connections.take(stream, peer, None, service);
            }
            (stream, peer) = accept_if(&doors.side.metrics), if connections.have_room() => {
                let service = TowerToHyperService::new(metrics.clone());
                connections.take(stream, peer, None, service);
            }
            () = connections.ended() => {}
            () = &mut purging => {}
            () = &mut jobs => {}
            () = &mut control => {}
            () = &mut live => {}
            _ = &mut stop => break,
        }
    }
    drop(control);
    drop(doors);
    control_connections.shutdown().await;
    drop(jobs);
    drop(streams);
    runner.stop().await;
    connections.finish(GRACE).await;
    app.live.ended().await;
    if let Err(error) = app.store.checkpoint() {
        tracing::warn!(%error, "the write-ahead log stays; the next start reads it");
    }
    // What holds the store has ended before whoever stopped the server goes on.
    connections.cut_off().await;
}

/// Streams end when this is dropped, also when the server is.
struct Streams<'a>(&'a App);

impl Drop for Streams<'_> {
    fn drop(&mut self) {
        self.0.live.end();
    }
}

/// What a request goes through before the router sees it.
fn front(
    app: &Arc<App>,
    router: Router,
    way: Way,
) -> impl tower::Service<
    Request<Incoming>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
    Future: Send,
> + Clone
+ Send
+ 'static {
    let app = Arc::clone(app);
    router.map_request(move |mut request: Request<Incoming>| {
        if let Some(remote) = app.proxies.remote(way.peer, request.headers()) {
            request.extensions_mut().insert(remote);
        }
        if let Some(arrived_at) = arrived_at(&app, &request, way) {
            request.extensions_mut().insert(arrived_at);
        }
        rewrite(&app.site.urls, &mut request);
        request
    })
}

/// Answers on the control socket, if there is one.
async fn control(door: &Option<Door>, app: &App, connections: &mut JoinSet<()>) {
    match door {
        Some(door) => {
            let routes = control_routes(Office::of(app));
            door.serve(&routes, connections).await;
        }
        None => std::future::pending().await,
    }
}

/// The next connection of a listener that may not be there.
async fn accept_if(listener: &Option<TcpListener>) -> (TcpStream, SocketAddr) {
    match listener {
        Some(listener) => accept(listener).await,
        None => std::future::pending().await,
    }
}

/// The next connection. When the machine has no more of them, waits a moment and tries again.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection without TCP_NODELAY");
                }
                return (stream, peer);
            }
            Err(error) => {
                tracing::warn!(%error, "cannot take a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn purge(app: Arc<App>) {
    loop {
        if let Err(error) = app.store.purge(app.now()).await {
            tracing::warn!(%error, "cannot forget what has expired");
        }
        if let Err(error) = uploads::sweep(&app.uploads, &app.store).await {
            tracing::warn!(%error, "cannot remove the files of what was deleted");
        }
        app.limits.purge();
        app.attempts.purge();
        tokio::time::sleep(PURGE_EVERY).await;
    }
}
