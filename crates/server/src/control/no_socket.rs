//! Where there are no Unix sockets, a running server cannot be reached this way.

use std::io;
use std::path::Path;

use axum::Router;
use tokio::task::JoinSet;

/// There is none.
pub(crate) enum Door {}

impl Door {
    pub(crate) async fn open(_: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(crate) async fn serve(&self, _: &Router, _: &mut JoinSet<()>) {
        match *self {}
    }
}
