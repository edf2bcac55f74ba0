//! From settings to a running server.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use pumphouse_oauth1::Origin;
use pumphouse_store::{ErrorKind, Store};
use tokio::net::TcpListener;

use crate::app::App;
use crate::clock::{Clock, SystemClock};
use crate::domain::Site;
use crate::domain::passwords::Hasher;
use crate::domain::uploads::Uploads;
use crate::error::Error;
use crate::provider;
use crate::serve::Server;
use crate::urls::Urls;

/// Settings of a server that is to be started.
pub struct Builder {
    data_dir: PathBuf,
    listen: String,
    hostname: String,
    public_port: Option<u16>,
    site: String,
    upload_limit: usize,
    clock: Arc<dyn Clock>,
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
            clock: Arc::new(SystemClock),
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

    /// The largest file that people can upload, in bytes. Default 32 MiB.
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
        let app = self.app(address).await?;
        Ok(Server::run(listener, address, Arc::new(app)))
    }

    async fn app(self, address: SocketAddr) -> Result<App, StartError> {
        check_host(&self.hostname)?;
        let urls = Urls::new(&self.hostname, self.public_port.unwrap_or(address.port()));
        let origin = Origin::parse(urls.base()).map_err(|error| {
            StartError::new(format!("'{}' is no host name", self.hostname), error)
        })?;
        let store = Store::open(&self.data_dir).map_err(cannot_open)?;
        check_owner(&store, urls.base()).await?;
        let uploads = Uploads::open(&self.data_dir, self.upload_limit)
            .map_err(|error| StartError::new("cannot use the directories for uploads", error))?;
        let internal = |error: Error| StartError::new("cannot start", error);
        Ok(App {
            provider: provider::provider(store.clone(), Arc::clone(&self.clock), &origin)
                .map_err(internal)?,
            site: Site {
                urls: Arc::new(urls),
                name: self.site.into(),
            },
            store,
            clock: self.clock,
            hasher: Hasher::new().map_err(internal)?,
            uploads,
            origin,
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
    fn new(
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
