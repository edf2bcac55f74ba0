//! The program's side: what it is, where it keeps credentials, and how it reaches servers.

use std::sync::Arc;
use std::time::Duration;

use pumphouse_activity::Acct;
use pumphouse_oauth1::nonce::{NonceSource, RandomNonce};
use pumphouse_oauth1::{ClientCredentials, Clock, Signer, SystemClock};
use url::Url;

use crate::application::Application;
use crate::error::{Error, ErrorKind, Result};
use crate::met::Met;
use crate::store::{CredentialStore, Record, RecordKey, ServerKey, ServerRecord};
use crate::transport::{Limits, Network, Observer, ProxyChoice, Transport};

/// A program that talks to pump.io servers. Cheap to clone; one is enough for any number of
/// accounts.
///
/// # Example
///
/// ```no_run
/// # async fn example() -> pumphouse_client::Result<()> {
/// use pumphouse_client::{Client, FileStore};
///
/// let client = Client::builder("Test.io")
///     .store(FileStore::in_config_dir()?)
///     .build()?;
/// let session = client.session(&"evan@e14n.com".parse()?).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    transport: Transport,
    inner: Arc<Inner>,
}

struct Inner {
    application: Application,
    met: Met,
    store: Option<Arc<dyn CredentialStore>>,
    clock: Arc<dyn Clock>,
    nonces: Arc<dyn NonceSource>,
}

/// Settings of a [`Client`]. Made by [`Client::builder`].
///
/// ```no_run
/// use std::time::Duration;
///
/// use pumphouse_client::{Client, FileStore};
///
/// let client = Client::builder("Test.io")
///     .store(FileStore::in_config_dir()?)
///     .timeout(Duration::from_secs(10))
///     .user_agent("Test.io/1.0")
///     .build()?;
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[must_use = "nothing is made before `build`"]
pub struct ClientBuilder {
    application: Application,
    store: Option<Arc<dyn CredentialStore>>,
    limits: Limits,
    plain_http: bool,
    network: Network,
    /// The first setting that cannot be, told when the client is made.
    wrong: Option<Error>,
    observer: Option<Arc<dyn Observer>>,
    clock: Arc<dyn Clock>,
    nonces: Arc<dyn NonceSource>,
}

impl ClientBuilder {
    /// Keeps credentials in a store; without one they are forgotten with the session.
    pub fn store(mut self, store: impl CredentialStore + 'static) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// How long a request may take in all, redirects and the last byte of the answer included;
    /// files have more time, by their size. 30 s unless said otherwise, here or
    /// [for a call](Client::with_timeout).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.limits.timeout = timeout;
        self
    }

    /// How large an answer may be, in bytes. 8 MiB unless said otherwise.
    pub fn max_answer_size(mut self, bytes: usize) -> Self {
        self.limits.answer_size = bytes;
        self
    }

    /// Speaks plain http with servers on other machines, where anyone in between can read and
    /// change everything. With this machine it is spoken anyway.
    pub fn plain_http(mut self, allowed: bool) -> Self {
        self.plain_http = allowed;
        self
    }

    /// Puts the program's own name in front of the `User-Agent`, like `Test.io/1.0`.
    pub fn user_agent(mut self, product: &str) -> Self {
        self.network.user_agent = format!("{product} {USER_AGENT}");
        self
    }

    /// How often what changes nothing is sent again after its connection failed, or the server
    /// asked to come again. Twice unless said otherwise, here or [for a call](Client::with_retries).
    pub fn retries(mut self, retries: u32) -> Self {
        self.limits.retries = retries;
        self
    }

    /// How long a server may ask to be left alone (`Retry-After`) for a request to wait for it. 10 s
    /// unless said otherwise; longer waits are [told](crate::Error::retry_after).
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.limits.longest_pause = pause;
        self
    }

    /// How long it may take to connect. 10 s unless said otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.network.connect_timeout = timeout;
        self
    }

    /// How long a server may be silent in the middle of an answer. As long as the whole request
    /// may take, unless said otherwise.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.network.idle_timeout = Some(timeout);
        self
    }

    /// Reaches other machines through a proxy, `http://…` or `https://…`, in place of the one that
    /// the system names. A name and password in it are for the proxy alone.
    pub fn proxy(mut self, proxy: Url) -> Self {
        match reqwest::Proxy::all(proxy) {
            Ok(proxy) => self.network.proxy = ProxyChoice::Through(Box::new(proxy)),
            // The error would print the password.
            Err(_) => self.fail("this is no address of a proxy"),
        }
        self
    }

    /// Reaches other machines directly, whatever the system says.
    pub fn no_proxy(mut self) -> Self {
        self.network.proxy = ProxyChoice::Nothing;
        self
    }

    /// Believes servers whose certificate comes from this authority, or is this one itself: one or
    /// more certificates in PEM.
    pub fn add_authority(mut self, pem: impl AsRef<[u8]>) -> Self {
        match reqwest::Certificate::from_pem_bundle(pem.as_ref()) {
            Ok(found) if !found.is_empty() => self.network.authorities.extend(found),
            _ => self.fail("this is no certificate in PEM"),
        }
        self
    }

    /// Believes no authority but those that were [added](Self::add_authority), not even those of
    /// the system.
    pub fn only_added_authorities(mut self) -> Self {
        self.network.only_authorities = true;
        self
    }

    fn fail(&mut self, why: &str) {
        let wrong = Error::new(ErrorKind::InvalidInput, why);
        self.wrong.get_or_insert(wrong);
    }

    /// Shows every exchange with a server.
    pub fn observer(mut self, observer: impl Observer + 'static) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Takes the time from elsewhere than the system.
    pub fn clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Takes nonces from elsewhere than the system's random source.
    pub fn nonces(mut self, nonces: impl NonceSource + 'static) -> Self {
        self.nonces = Arc::new(nonces);
        self
    }

    /// Makes the client. Nothing is sent.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) if the application cannot be registered as it is,
    /// or a certificate or proxy is none.
    pub fn build(self) -> Result<Client> {
        self.application.check()?;
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        Ok(Client {
            transport: Transport::new(self.limits, self.plain_http, self.network, self.observer),
            inner: Arc::new(Inner {
                application: self.application,
                met: Met::default(),
                store: self.store,
                clock: self.clock,
                nonces: self.nonces,
            }),
        })
    }
}

/// What this crate calls itself on the wire.
const USER_AGENT: &str = concat!("pumphouse/", env!("CARGO_PKG_VERSION"));

impl Client {
    /// Begins a client for a program: its name, or all that it says of itself.
    pub fn builder(application: impl Into<Application>) -> ClientBuilder {
        ClientBuilder {
            application: application.into(),
            store: None,
            limits: Limits::default(),
            plain_http: false,
            network: Network::new(USER_AGENT),
            wrong: None,
            observer: None,
            clock: Arc::new(SystemClock),
            nonces: Arc::new(RandomNonce),
        }
    }

    /// What the program says of itself.
    pub fn application(&self) -> &Application {
        &self.inner.application
    }

    /// The same client with a time limit for every call, whatever the call asks for and carries: a
    /// log-in is discovery, registration and authorisation. In place of
    /// [`ClientBuilder::timeout`], longer or shorter. Connections and all else are shared.
    ///
    /// What a [`Session`](crate::Session) does has this setting on each builder, too.
    ///
    /// ```no_run
    /// # async fn example(client: pumphouse_client::Client) -> pumphouse_client::Result<()> {
    /// use std::time::Duration;
    ///
    /// let hurried = client.with_timeout(Duration::from_secs(3)).with_retries(0);
    /// let server = hurried.discover(&"evan@e14n.com".parse()?).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.limited(|limits| limits.in_all = Some(timeout))
    }

    /// The same client with another number of [retries](ClientBuilder::retries).
    #[must_use]
    pub fn with_retries(&self, retries: u32) -> Self {
        self.limited(|limits| limits.retries = retries)
    }

    fn limited(&self, change: impl FnOnce(&mut Limits)) -> Self {
        Self {
            transport: self.transport.clone().limited(change),
            inner: Arc::clone(&self.inner),
        }
    }

    /// The accounts that the store knows, logged in or about to be, in alphabetical order.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn accounts(&self) -> Result<Vec<Acct>> {
        let application = self.application().name().to_owned();
        let accounts = self.with_store(move |store| store.accounts(&application));
        Ok(accounts.await?.unwrap_or_default())
    }

    /// Forgets the token and any pending log-in of an account, and keeps the registration of the
    /// program. Servers have no way to be told (pump.io protocol, section 3.3).
    ///
    /// Says whether there was anything to forget.
    ///
    /// # Errors
    ///
    /// If the store cannot be written.
    pub async fn log_out(&self, account: &Acct) -> Result<bool> {
        let forget = |record: &mut Option<Record>| {
            record.as_mut().is_some_and(|record| {
                record.token.take().is_some() | record.pending.take().is_some()
            })
        };
        let had = self.update_store(self.key(account), forget).await?;
        Ok(had.unwrap_or(false))
    }

    /// What the store holds of an account, finished or not.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn record(&self, account: &Acct) -> Result<Option<Record>> {
        let key = self.key(account);
        let record = self.with_store(move |store| store.read(&key)).await?;
        Ok(record.flatten())
    }

    pub(crate) fn key(&self, account: &Acct) -> RecordKey {
        RecordKey::new(self.application().name(), account.clone())
    }

    /// Changes a record in the store, if there is a store.
    pub(crate) async fn update_store<T: Send + 'static>(
        &self,
        key: RecordKey,
        change: impl FnOnce(&mut Option<Record>) -> T + Send + 'static,
    ) -> Result<Option<T>> {
        let update = move |store: &dyn CredentialStore| {
            let (mut change, mut result) = (Some(change), None);
            store.update(&key, &mut |record| {
                if let Some(change) = change.take() {
                    result = Some(change(record));
                }
            })?;
            Ok(result)
        };
        Ok(self.with_store(update).await?.flatten())
    }

    /// What the store holds of a server where this program has no account.
    pub(crate) async fn server_record(&self, host: &str) -> Result<Option<ServerRecord>> {
        let key = ServerKey::new(self.application().name(), host);
        let record = self
            .with_store(move |store| store.read_server(&key))
            .await?;
        Ok(record.flatten())
    }

    /// Keeps what is known of a server where this program has no account.
    pub(crate) async fn update_server(&self, record: ServerRecord) -> Result<()> {
        let keep = move |store: &dyn CredentialStore| {
            store.update_server(&record.key(), &mut |kept| *kept = Some(record.clone()))
        };
        self.with_store(keep).await.map(|_| ())
    }

    /// Uses the store, if there is one, off the async threads.
    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&dyn CredentialStore) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let Some(store) = self.inner.store.clone() else {
            return Ok(None);
        };
        let worked = tokio::task::spawn_blocking(move || work(&*store)).await;
        worked
            .map_err(|error| {
                Error::new(ErrorKind::Store, "the store of credentials failed").with_source(error)
            })?
            .map(Some)
    }

    pub(crate) fn met(&self) -> &Met {
        &self.inner.met
    }

    pub(crate) fn transport(&self) -> &Transport {
        &self.transport
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> u64 {
        self.inner.clock.now()
    }

    /// A signer with this program's clock and nonces.
    pub(crate) fn signer(&self, credentials: ClientCredentials) -> Signer {
        Signer::new(credentials)
            .with_clock(Arc::clone(&self.inner.clock))
            .with_nonces(Arc::clone(&self.inner.nonces))
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("application", self.application())
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}
