//! From settings to a running server.

mod accounts;
mod office;
mod operation;

pub(crate) use operation::SideDoors;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use pumphouse_oauth1::Origin;
use pumphouse_store::{ErrorKind, Store};
use tokio::net::TcpListener;

use self::accounts::Accounts;
use self::operation::Operation;
use crate::answers::Answers;
use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::domain::Site;
use crate::domain::passwords::Hasher;
use crate::domain::uploads::Uploads;
use crate::edge::{Attempts, Limits, Places, Proxies};
use crate::error::Error;
use crate::live::Live;
use crate::observe::{Metrics, RequestIds};
use crate::outbound::Outbound;
use crate::presets;
use crate::provider;
use crate::serve::{Doors, Server};
use crate::urls::Urls;

/// Settings of a server that is to be started.
pub struct Builder {
    data_dir: PathBuf,
    listen: String,
    hostname: String,
    public_port: Option<u16>,
    site: String,
    upload_limit: usize,
    accounts: Accounts,
    clock: Arc<dyn Clock>,
    operation: Operation,
}

/// Why a server did not start. The text says what to do about it.
#[derive(Debug)]
pub struct StartError {
    text: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Server {
    /// A server that keeps its data in a directory, which is made if there is none.
    pub fn builder(data_dir: impl Into<PathBuf>) -> Builder {
        Builder {
            data_dir: data_dir.into(),
            listen: "127.0.0.1:31337".to_owned(),
            hostname: "localhost".to_owned(),
            public_port: None,
            site: "Pumphouse".to_owned(),
            upload_limit: 32 * 1024 * 1024,
            accounts: Accounts::default(),
            clock: Arc::new(SystemClock),
            operation: Operation::default(),
        }
    }
}

impl Builder {
    /// The address and port to listen on; port 0 takes any free one. Default `127.0.0.1:31337`.
    #[must_use]
    pub fn listen(mut self, address: impl Into<String>) -> Self {
        self.listen = address.into();
        self
    }

    /// The public host name, which stands in all addresses and ids. Default `localhost`.
    #[must_use]
    pub fn hostname(mut self, hostname: impl Into<String>) -> Self {
        self.hostname = hostname.into();
        self
    }

    /// The public port; 443 makes addresses `https`, and user ids `acct:` addresses, as 80 does.
    /// Default: the port that is listened on.
    #[must_use]
    pub fn public_port(mut self, port: u16) -> Self {
        self.public_port = Some(port);
        self
    }

    /// The name of the site for people. Default `Pumphouse`.
    #[must_use]
    pub fn site(mut self, name: impl Into<String>) -> Self {
        self.site = name.into();
        self
    }

    /// The largest file that people can upload, in bytes; with 0 they can upload none. Default 32 MiB.
    #[must_use]
    pub fn upload_limit(mut self, bytes: usize) -> Self {
        self.upload_limit = bytes;
        self
    }

    /// Where the time comes from. Default: the machine's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens the store, binds the address and begins to serve.
    ///
    /// # Errors
    /// If the host name is none, the address is in use or not to be had, or the data directory
    /// cannot be used or belongs to another address.
    pub async fn start(self) -> Result<Server, StartError> {
        let listener = TcpListener::bind(&self.listen)
            .await
            .map_err(|error| cannot_listen(&self.listen, error))?;
        let address = listener
            .local_addr()
            .map_err(|error| cannot_listen(&self.listen, error))?;
        let mut doors = Doors {
            main: listener,
            side: self.operation.side_doors().await?,
            tls: self.operation.open_tls()?,
            places: Places::new(self.operation.connections_each),
            control: None,
            stall: self.operation.stall,
        };
        let socket = self.operation.control.clone();
        let app = self.app(address).await?;
        // Last: only who holds the data may take the place of a socket that was left there.
        doors.control = operation::control_door(socket).await?;
        Ok(Server::run(doors, address, Arc::new(app)))
    }

    /// The public address that these settings make, if this port is listened on.
    ///
    /// # Errors
    /// If the host name or the path is none.
    pub fn base_url(&self, port: u16) -> Result<String, StartError> {
        Ok(self.urls(port)?.base().to_owned())
    }

    fn urls(&self, port: u16) -> Result<Urls, StartError> {
        check_host(&self.hostname)?;
        let port = self.public_port.unwrap_or(port);
        let urls = match self.operation.has_tls() {
            true => Urls::over_tls(&self.hostname, port),
            false => Urls::new(&self.hostname, port),
        };
        Ok(urls.under(&self.operation.path()?))
    }

    async fn app(self, address: SocketAddr) -> Result<App, StartError> {
        let urls = self.urls(address.port())?;
        let operation = self.operation;
        let favicon = operation.open_favicon()?;
        let origin = Origin::parse(urls.origin()).map_err(|error| {
            StartError::new(format!("'{}' is no host name", self.hostname), error)
        })?;
        let store = Store::open(&self.data_dir).map_err(cannot_open)?;
        check_owner(&store, urls.base()).await?;
        let uploads = Uploads::open(&self.data_dir, self.upload_limit)
            .map_err(|error| StartError::new("cannot use the directories for uploads", error))?;
        let internal = |error: Error| StartError::new("cannot start", error);
        let mailer = self.accounts.mailer(&self.site, &self.hostname)?;
        let site = Site {
            urls: Arc::new(urls),
            name: self.site.into(),
            about: Arc::new(operation.about.clone()),
            mails: mailer.is_some(),
            pages: self.accounts.web,
        };
        let hasher = Hasher::new().map_err(internal)?;
        let presets = (self.accounts.clients, self.accounts.users);
        presets::apply(&store, &site, &hasher, presets, self.clock.now())
            .await
            .map_err(cannot_preset)?;
        let metrics = Metrics::new(store.clone());
        Ok(App {
            outbound: Outbound::new(operation.reach.clone()).map_err(internal)?,
            provider: provider::provider(store.clone(), Arc::clone(&self.clock), &origin)
                .map_err(internal)?,
            sockjs: operation.sockjs,
            live: Live::new(Places::new(operation.connections_each), &metrics),
            answers: Answers::new(store.clone(), site.clone()),
            site,
            metrics,
            store,
            clock: self.clock,
            hasher,
            policy: self.accounts.policy,
            mailer,
            web: self.accounts.web,
            uploads,
            origin,
            proxies: Proxies::new(operation.proxies.iter().copied()),
            attempts: Attempts::new(),
            limits: Limits::new(operation.request_rate),
            canonical: operation.canonical,
            transport_security: operation.transport_security(),
            compress: operation.compress,
            favicon,
            request_ids: RequestIds::new()
                .map_err(|error| internal(Error::internal("request ids", error)))?,
        })
    }
}

/// A host name as it stands in addresses: a name in ASCII, an IPv4 address, or an IPv6 address in
/// brackets. Data is bound to it for ever, so it is looked at closely.
fn check_host(host: &str) -> Result<(), StartError> {
    let fits = match url::Host::parse(host) {
        Ok(parsed) => parsed.to_string().eq_ignore_ascii_case(host) && !host.contains('*'),
        Err(_) => false,
    };
    if fits {
        return Ok(());
    }
    Err(StartError {
        text: format!(
            "'{host}' is no host name: give the name alone, without scheme, port or path, an \
             international one in its xn-- form"
        ),
        source: None,
    })
}

fn cannot_listen(address: &str, error: io::Error) -> StartError {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program uses it; choose another port, or stop that program"
        }
        io::ErrorKind::PermissionDenied => "ports below 1024 need privileges; choose a higher port",
        _ => "is it an address of this machine?",
    };
    StartError::new(format!("cannot listen on {address} ({advice})"), error)
}

fn cannot_open(error: pumphouse_store::Error) -> StartError {
    let advice = match error.kind() {
        ErrorKind::InUse => "stop that server, or choose another data directory",
        ErrorKind::DiskFull => "make room on the disk",
        _ => "check that it is a directory that this user can write to",
    };
    StartError::new(format!("cannot open the data directory ({advice})"), error)
}

fn cannot_preset(error: Error) -> StartError {
    let text = format!(
        "cannot make the clients and users of the settings ({})",
        error.text
    );
    StartError::new(text, error)
}

/// Ids are addresses, so data belongs to the address under which it was made.
async fn check_owner(store: &Store, base: &str) -> Result<(), StartError> {
    let wanted = base.to_owned();
    let owner = store
        .write(move |tx| {
            if let Some(owner) = tx.setting("base_url")? {
                return Ok(owner);
            }
            tx.set_setting("base_url", &wanted)?;
            Ok::<_, pumphouse_store::Error>(wanted)
        })
        .await
        .map_err(cannot_open)?;
    if owner != base {
        return Err(StartError {
            text: format!(
                "the data directory belongs to {owner}, not to {base}: ids are addresses, so start the server \
                 with that host name and port, or with another data directory"
            ),
            source: None,
        });
    }
    Ok(())
}

impl StartError {
    fn told(text: String) -> Self {
        Self { text, source: None }
    }

    pub(crate) fn new(
        text: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            text: text.into(),
            source: Some(source.into()),
        }
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
