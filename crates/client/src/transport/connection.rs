//! The HTTP clients below, and what their failures mean.

use std::error::Error as StdError;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use url::Url;

use super::origin::is_loopback;
use crate::error::{Error, ErrorKind, Result};

/// A connection that is not there after this time will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// One HTTP client for this machine and one for all others, each made at its first use.
pub(super) struct Connections {
    user_agent: String,
    /// For other machines; obeys the system's proxy settings.
    remote: OnceLock<reqwest::Client>,
    /// For this machine, which no proxy reaches.
    local: OnceLock<reqwest::Client>,
}

impl Connections {
    pub(super) fn new(user_agent: String) -> Self {
        Self {
            user_agent,
            remote: OnceLock::new(),
            local: OnceLock::new(),
        }
    }

    /// The client for an address.
    pub(super) fn to(&self, url: &Url) -> Result<&reqwest::Client> {
        let local = is_loopback(url);
        let cell = if local { &self.local } else { &self.remote };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(&self.user_agent);
        if local {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Unreachable, "could not set up HTTP").with_source(error)
        })?;
        Ok(cell.get_or_init(|| client))
    }
}

/// The error for a request that got no answer; `request` names it.
pub(super) fn connection_error(error: reqwest::Error, request: &str) -> Error {
    let (kind, why) = if error.is_dns() {
        (ErrorKind::UnknownHost, "the name of the host was not found")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "could not connect in time")
    } else if error.is_connect() && is_tls(&error) {
        (ErrorKind::Tls, "no encrypted connection could be made")
    } else if error.is_connect() {
        (ErrorKind::Unreachable, "could not connect")
    } else if error.is_builder() {
        (ErrorKind::InvalidInput, "this request cannot be sent")
    } else {
        (ErrorKind::ConnectionLost, "the connection broke")
    };
    Error::new(kind, format!("{request}: {why}")).with_source(error.without_url())
}

/// What TLS refuses arrives as invalid data, or as an early end, while connecting.
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>();
    let kinds = [io::ErrorKind::InvalidData, io::ErrorKind::UnexpectedEof];
    io.is_some_and(|error| kinds.contains(&error.kind()))
        // An error of another kind may hold one without calling it its source.
        || io
            .and_then(io::Error::get_ref)
            .is_some_and(|held| is_tls(held))
        || error.source().is_some_and(is_tls)
}
