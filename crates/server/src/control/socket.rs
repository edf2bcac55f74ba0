//! The control socket: a Unix socket for those who run the server.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{UnixListener, UnixStream};
use tokio::task::JoinSet;

/// Nobody needs more at a time.
const CONNECTIONS: usize = 16;

/// A socket that is listened on. Its file is removed when this is dropped.
pub(crate) struct Door {
    listener: UnixListener,
    path: PathBuf,
    /// Who runs this process.
    user: u32,
}

impl Door {
    /// Listens, after a socket that a killed server left there is removed.
    pub(crate) async fn open(path: &Path) -> io::Result<Self> {
        if let Ok(there) = fs::symlink_metadata(path) {
            if !there.file_type().is_socket() {
                let text = "something else is there, which is no socket";
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, text));
            }
            if UnixStream::connect(path).await.is_ok() {
                let text = "another server listens on it";
                return Err(io::Error::new(io::ErrorKind::AddrInUse, text));
            }
            fs::remove_file(path)?;
        }
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, Permissions::from_mode(0o600))?;
        let user = std::os::unix::fs::MetadataExt::uid(&fs::symlink_metadata(path)?);
        Ok(Self {
            listener,
            path: path.to_owned(),
            user,
        })
    }

    /// Answers, for ever, in these tasks.
    pub(crate) async fn serve(&self, routes: &Router, connections: &mut JoinSet<()>) {
        loop {
            tokio::select! {
                taken = self.listener.accept(), if connections.len() < CONNECTIONS => match taken {
                    Ok((stream, _)) if self.admits(&stream) => {
                        connections.spawn(converse(stream, routes.clone()));
                    }
                    Ok(_) => tracing::warn!("another user was turned away from the control socket"),
                    Err(error) => {
                        tracing::warn!(%error, "cannot take a connection of the control socket");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// The file's mode says who may open it; who is there all the same is asked once more, for the
    /// moment before it had that mode.
    fn admits(&self, stream: &UnixStream) -> bool {
        let peer = stream.peer_cred();
        peer.is_ok_and(|peer| peer.uid() == self.user || peer.uid() == 0)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::warn!(%error, "the control socket stays; the next start removes it");
        }
    }
}

async fn converse(stream: UnixStream, routes: Router) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(15))
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    if let Err(error) = served.await {
        tracing::debug!(%error, "a connection of the control socket ended early");
    }
}
