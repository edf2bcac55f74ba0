//! The HTTP clients below, and what their failures mean.

use std::error::Error as StdError;
use std::io;
use std::sync::OnceLock;
use std::time::Duration;

use url::Url;

use super::origin::is_loopback;
use crate::error::{Error, ErrorKind, Result};

/// How servers are reached.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    pub(crate) user_agent: String,
    pub(crate) proxy: ProxyChoice,
    /// Certificates of authorities that are believed beside those of the system.
    pub(crate) authorities: Vec<reqwest::Certificate>,
    /// Whether those of the system are not believed.
    pub(crate) only_authorities: bool,
    /// A connection that is not there after this time will not come.
    pub(crate) connect_timeout: Duration,
    /// A server that is silent for so long will not speak again.
    pub(crate) idle_timeout: Option<Duration>,
}

/// What stands between this machine and others.
#[derive(Clone, Debug)]
pub(crate) enum ProxyChoice {
    /// What the system says.
    System,
    /// Nothing.
    Nothing,
    /// This.
    Through(Box<reqwest::Proxy>),
}

impl Network {
    pub(crate) fn new(user_agent: &str) -> Self {
        Self {
            user_agent: user_agent.to_owned(),
            proxy: ProxyChoice::System,
            authorities: Vec::new(),
            only_authorities: false,
            connect_timeout: Duration::from_secs(10),
            idle_timeout: None,
        }
    }

    fn client(&self, local: bool) -> reqwest::Result<reqwest::Client> {
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(self.connect_timeout)
            .user_agent(&self.user_agent);
        if let Some(timeout) = self.idle_timeout {
            builder = builder.read_timeout(timeout);
        }
        builder = match &self.proxy {
            ProxyChoice::Through(proxy) if !local => builder.proxy(reqwest::Proxy::clone(proxy)),
            ProxyChoice::System if !local => builder,
            // No proxy reaches this machine.
            _ => builder.no_proxy(),
        };
        let authorities = self.authorities.clone();
        builder = match (self.only_authorities, authorities.is_empty()) {
            (true, _) => builder.tls_certs_only(authorities),
            (false, false) => builder.tls_certs_merge(authorities),
            (false, true) => builder,
        };
        builder.build()
    }
}

/// One HTTP client for this machine and one for all others, each made at its first use.
pub(super) struct Connections {
    network: Network,
    /// For other machines; obeys the system's proxy settings.
    remote: OnceLock<reqwest::Client>,
    /// For this machine, which no proxy reaches.
    local: OnceLock<reqwest::Client>,
}

impl Connections {
    pub(super) fn new(network: Network) -> Self {
        Self {
            network,
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
        let client = self.network.client(local).map_err(|error| {
            Error::new(ErrorKind::Unreachable, "could not set up HTTP").with_source(error)
        })?;
        Ok(cell.get_or_init(|| client))
    }
}

/// The error for a request that got no answer; `request` names it.
pub(super) fn connection_error(error: reqwest::Error, request: &str) -> Error {
    let (kind, why) = if error.is_dns() {
        (ErrorKind::UnknownHost, "the name of the host was not found")
    } else if error.is_timeout() && error.is_connect() {
        (ErrorKind::Timeout, "could not connect in time")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "the server is silent")
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
