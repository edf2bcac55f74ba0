//! Settings of how the server meets the network and those who run it.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::HeaderValue;
use tokio::net::TcpListener;

use super::{Builder, StartError, cannot_listen};
use crate::app::Favicon;
use crate::control::Door;
use crate::domain::{About, scrub};
use crate::edge::{Canonical, Tls};
use crate::outbound::Reach;

/// Requests a second from one address, beyond which it has to wait: a hundred times what a busy
/// client sends.
const REQUEST_RATE: u32 = 50;
/// Connections at a time from one address: a household of browsers.
const CONNECTIONS_EACH: usize = 256;
/// How long nothing of an answer may be taken.
const STALL: Duration = Duration::from_secs(30);

/// What [`Builder`] holds of this.
pub(super) struct Operation {
    pub(super) url_path: String,
    tls: Option<(PathBuf, PathBuf)>,
    bounce: Option<String>,
    metrics: Option<String>,
    pub(super) control: Option<PathBuf>,
    pub(super) canonical: Canonical,
    pub(super) transport_security: Option<String>,
    pub(super) compress: bool,
    pub(super) proxies: Vec<IpAddr>,
    pub(super) request_rate: u32,
    pub(super) connections_each: usize,
    pub(super) stall: Duration,
    pub(super) sockjs: bool,
    pub(super) about: About,
    pub(super) reach: Reach,
    favicon: Option<PathBuf>,
}

impl Default for Operation {
    fn default() -> Self {
        Self {
            url_path: String::new(),
            tls: None,
            bounce: None,
            metrics: None,
            control: None,
            canonical: Canonical::Names,
            transport_security: None,
            compress: true,
            proxies: Vec::new(),
            request_rate: REQUEST_RATE,
            connections_each: CONNECTIONS_EACH,
            stall: STALL,
            sockjs: true,
            about: About::default(),
            reach: Reach::default(),
            favicon: None,
        }
    }
}

impl Builder {
    /// A path of the public address below which everything stands, such as `/social`. Requests may
    /// come with it or, from a proxy that takes it off, without it. Default: none.
    #[must_use]
    pub fn url_path(mut self, path: impl Into<String>) -> Self {
        self.operation.url_path = path.into();
        self
    }

    /// Serves TLS, with a certificate (and its chain) and a key in PEM files. Addresses become
    /// `https`, whatever the port.
    #[must_use]
    pub fn tls(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.operation.tls = Some((certificate.into(), key.into()));
        self
    }

    /// Listens without TLS on this address, too, and leads everything from there to https.
    #[must_use]
    pub fn bounce(mut self, address: impl Into<String>) -> Self {
        self.operation.bounce = Some(address.into());
        self
    }

    /// Serves numbers for Prometheus on this address, which should not be a public one.
    #[must_use]
    pub fn metrics(mut self, address: impl Into<String>) -> Self {
        self.operation.metrics = Some(address.into());
        self
    }

    /// Listens on this Unix socket for those who run the server: see [`crate::Control`]. Only the user
    /// of this process can open it. Default: there is none.
    #[must_use]
    pub fn control_socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.operation.control = Some(path.into());
        self
    }

    /// Whether requests for another host name are led to the public address, and whether those for
    /// an IP address are, too. Default: names only.
    #[must_use]
    pub fn redirect_to_canonical(mut self, names: bool, addresses: bool) -> Self {
        self.operation.canonical = match (names, addresses) {
            (false, _) => Canonical::Never,
            (true, false) => Canonical::Names,
            (true, true) => Canonical::Addresses,
        };
        self
    }

    /// Tells browsers to use nothing but https with this host for so long, and with the hosts below
    /// it if that is said. Default: not.
    #[must_use]
    pub fn transport_security(mut self, age: Duration, subdomains: bool, preload: bool) -> Self {
        let subdomains = if subdomains {
            "; includeSubDomains"
        } else {
            ""
        };
        let preload = if preload { "; preload" } else { "" };
        let policy = format!("max-age={}{subdomains}{preload}", age.as_secs());
        self.operation.transport_security = Some(policy);
        self
    }

    /// Whether answers are compressed for clients that can unpack them. Default: yes.
    #[must_use]
    pub fn compress(mut self, compress: bool) -> Self {
        self.operation.compress = compress;
        self
    }

    /// Proxies whose `X-Forwarded-For` is believed, besides those on this machine.
    #[must_use]
    pub fn trusted_proxies(mut self, addresses: impl IntoIterator<Item = IpAddr>) -> Self {
        self.operation.proxies = addresses.into_iter().collect();
        self
    }

    /// Who takes nothing of an answer or a stream for so long is cut off. Default: 30 s.
    #[must_use]
    pub fn stall_limit(mut self, limit: Duration) -> Self {
        self.operation.stall = limit;
        self
    }

    /// Whether clients of pump.io are told by SockJS what is new in feeds. Plain event streams are
    /// there in any case. Default: yes.
    #[must_use]
    pub fn sockjs(mut self, sockjs: bool) -> Self {
        self.operation.sockjs = sockjs;
        self
    }

    /// How many requests a second one address may send in the long run, and how many connections
    /// (and streams) it may hold; 0 is no limit. Default: 50 and 256.
    #[must_use]
    pub fn limits_per_address(mut self, requests: u32, connections: usize) -> Self {
        self.operation.request_rate = requests;
        self.operation.connections_each = connections;
        self
    }

    /// Who runs the site, and where they are found.
    #[must_use]
    pub fn owner(mut self, name: Option<String>, url: Option<String>) -> Self {
        self.operation.about.owner = name;
        self.operation.about.owner_url = url.filter(|url| is_web(url));
        self
    }

    /// The address of a picture for the front page.
    #[must_use]
    pub fn main_image(mut self, url: impl Into<String>) -> Self {
        self.operation.about.main_image = Some(url.into());
        self
    }

    /// HTML for the foot of every page; what could do harm is taken out.
    #[must_use]
    pub fn footer(mut self, html: &str) -> Self {
        self.operation.about.footer = Some(scrub::html(html));
        self
    }

    /// Whether requests to other servers may go to addresses of this machine and its network, as
    /// on a network without the internet. Default: not, so that nobody can use the server to reach
    /// what only it can reach.
    #[must_use]
    pub fn reach_private_addresses(mut self, reach: bool) -> Self {
        self.operation.reach.private = reach;
        self
    }

    /// Where another host is found, whatever its name says and wherever that is: on networks
    /// without names, and for tests.
    #[must_use]
    pub fn known_host(mut self, name: impl Into<String>, address: SocketAddr) -> Self {
        self.operation.reach.known.insert(name.into(), address);
        self
    }

    /// A file with the site's little picture: `.ico`, `.png`, `.svg` or `.gif`.
    #[must_use]
    pub fn favicon(mut self, file: impl Into<PathBuf>) -> Self {
        self.operation.favicon = Some(file.into());
        self
    }
}

/// The addresses that are listened on beside the main one.
pub(crate) struct SideDoors {
    pub(crate) bounce: Option<TcpListener>,
    pub(crate) metrics: Option<TcpListener>,
}

impl Operation {
    pub(super) async fn side_doors(&self) -> Result<SideDoors, StartError> {
        Ok(SideDoors {
            bounce: listen(self.bounce.as_deref()).await?,
            metrics: listen(self.metrics.as_deref()).await?,
        })
    }

    /// Whether TLS is served.
    pub(super) fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    pub(super) fn open_tls(&self) -> Result<Option<Arc<Tls>>, StartError> {
        let Some((certificate, key)) = &self.tls else {
            return Ok(None);
        };
        let tls = Tls::open(certificate.clone(), key.clone())
            .map_err(|error| StartError::new("cannot serve TLS", error))?;
        Ok(Some(Arc::new(tls)))
    }

    /// The path in front of everything: empty, or with a slash in front and none at the end.
    pub(super) fn path(&self) -> Result<String, StartError> {
        let path = self.url_path.trim_matches('/');
        if path.is_empty() {
            return Ok(String::new());
        }
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~/".contains(&byte);
        if path.bytes().all(plain) && path.split('/').all(|part| !matches!(part, "" | "." | "..")) {
            return Ok(format!("/{path}"));
        }
        Err(StartError::told(format!(
            "'{}' is no path: give one such as /social, of letters, digits, '-', '_' and '.'",
            self.url_path
        )))
    }

    pub(super) fn transport_security(&self) -> Option<HeaderValue> {
        let policy = self.transport_security.as_ref()?;
        HeaderValue::try_from(policy).ok()
    }

    pub(super) fn open_favicon(&self) -> Result<Favicon, StartError> {
        let Some(file) = &self.favicon else {
            return Ok(Favicon {
                media_type: "image/x-icon",
                image: Bytes::from_static(include_bytes!("../../templates/favicon.ico")),
            });
        };
        let cannot = |error: io::Error| {
            StartError::new(format!("cannot read the favicon {}", file.display()), error)
        };
        Ok(Favicon {
            media_type: icon_type(file).ok_or_else(|| {
                cannot(io::Error::other(
                    "it has to be an .ico, .png, .svg or .gif file",
                ))
            })?,
            image: std::fs::read(file).map_err(cannot)?.into(),
        })
    }
}

pub(super) async fn control_door(socket: Option<PathBuf>) -> Result<Option<Door>, StartError> {
    let Some(path) = socket else {
        return Ok(None);
    };
    let opened = Door::open(&path).await;
    opened.map(Some).map_err(|error| {
        let text = format!(
            "cannot listen on the control socket {} (choose a short path in a directory of this user)",
            path.display()
        );
        StartError::new(text, error)
    })
}

async fn listen(address: Option<&str>) -> Result<Option<TcpListener>, StartError> {
    let Some(address) = address else {
        return Ok(None);
    };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) => Err(cannot_listen(address, error)),
    }
}

/// Whether people can follow a link without harm.
fn is_web(url: &str) -> bool {
    ["http://", "https://", "mailto:", "acct:"]
        .iter()
        .any(|scheme| url.starts_with(scheme))
}

fn icon_type(file: &Path) -> Option<&'static str> {
    match file.extension()?.to_str()? {
        "ico" => Some("image/x-icon"),
        "png" => Some("image/png"),
        "svg" => Some("image/svg+xml"),
        "gif" => Some("image/gif"),
        _ => None,
    }
}
