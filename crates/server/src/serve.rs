//! Taking connections, and ending well.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use crate::app::App;
use crate::domain::uploads;
use crate::http::router;
use crate::jobs::Runner;

/// Who does not send a request's head in this time is let go.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long requests under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(10);
/// How often what has expired is forgotten.
const PURGE_EVERY: Duration = Duration::from_secs(300);
/// More connections wait to be taken.
const CONNECTIONS: usize = 4_096;

/// A running server. It stops when it is dropped; [`Server::stop`] lets it end what it is doing.
pub struct Server {
    address: SocketAddr,
    base_url: String,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Server {
    pub(crate) fn run(listener: TcpListener, address: SocketAddr, app: Arc<App>) -> Self {
        let base_url = app.site.urls.base().to_owned();
        let (stop, stopped) = oneshot::channel();
        Self {
            address,
            base_url,
            stop: Some(stop),
            running: tokio::spawn(serve(listener, app, stopped)),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its public address, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
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

async fn serve(listener: TcpListener, app: Arc<App>, mut stop: oneshot::Receiver<()>) {
    let mut purging = pin!(purge(Arc::clone(&app)));
    let mut runner = Runner::new(Arc::clone(&app));
    let mut jobs = Box::pin(runner.run());
    let router = router(Arc::clone(&app));
    let graceful = GracefulShutdown::new();
    // When this task is dropped, the connections end with it.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            stream = accept(&listener), if connections.len() < CONNECTIONS => {
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIME)
                    .serve_connection(
                        TokioIo::new(stream),
                        TowerToHyperService::new(router.clone()),
                    );
                let connection = graceful.watch(connection);
                connections.spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection ended early");
                    }
                });
            }
            Some(_) = connections.join_next() => {}
            () = &mut purging => {}
            () = &mut jobs => {}
            _ = &mut stop => break,
        }
    }
    drop(listener);
    drop(jobs);
    runner.stop().await;
    if timeout(GRACE, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests that took too long were cut off");
    }
    if let Err(error) = app.store.checkpoint() {
        tracing::warn!(%error, "the write-ahead log stays; the next start reads it");
    }
    // What holds the store has ended before whoever stopped the server goes on.
    connections.shutdown().await;
}

/// The next connection. When the machine has no more of them, waits a moment and tries again.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection without TCP_NODELAY");
                }
                return stream;
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
        tokio::time::sleep(PURGE_EVERY).await;
    }
}
