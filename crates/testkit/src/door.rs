//! The way to a server.

use std::sync::Arc;

use pumphouse_server::{Clock as _, SetClock};

/// Where requests go, and what they are signed for.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) http: reqwest::Client,
    /// `http://127.0.0.1:PORT`
    pub(crate) socket: String,
    /// The public address.
    pub(crate) base: String,
    /// What stands behind the host in `base`: nothing, or a path.
    pub(crate) path: String,
    pub(crate) clock: Arc<SetClock>,
}

impl Door {
    /// The public host and port, as in `Host`.
    pub(crate) fn authority(&self) -> &str {
        let rest = self.base.split_once("://").map_or("", |(_, rest)| rest);
        rest.split('/').next().unwrap_or_default()
    }

    /// The server's time, in seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.clock.now() / 1_000_000).expect("the clock is set after 1970")
    }
}
