//! A logged-in account: whose it is, and what it signs.

use std::sync::Arc;
use std::time::Duration;

use http::Method;
use pumphouse_activity::{Acct, Object};
use pumphouse_oauth1::{Signer, TokenCredentials};
use url::Url;

use super::received::Received;
use crate::client::Client;
use crate::discovery::Endpoints;
use crate::error::{Error, ErrorKind, Result};
use crate::login::Registration;
use crate::store::Record;
use crate::transport::{Answer, Outgoing, Signature, SignedWith, same_origin};

/// An account that this program may speak for.
///
/// It is cheap to clone, and clones may be used at the same time. Made by
/// [`Client::connect`], [`Client::session`], [`PendingAuthorization::finish`]
/// or [`Registration::session`].
///
/// [`PendingAuthorization::finish`]: crate::PendingAuthorization::finish
///
/// ```no_run
/// # async fn example(client: pumphouse_client::Client) -> pumphouse_client::Result<()> {
/// let session = client.session(&"evan@e14n.com".parse()?).await?;
/// session.note("Hello").send().await?;
/// for activity in session.inbox().major().page().send().await?.items() {
///     println!("{:?}", activity.content);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    registration: Registration,
    token: TokenCredentials,
    signer: Signer,
}

impl Client {
    /// Reconnects with what the store holds. Nothing is sent, nobody is asked.
    ///
    /// # Errors
    ///
    /// [`NotLoggedIn`](ErrorKind::NotLoggedIn) if there is no finished log-in for the account.
    pub async fn session(&self, account: &Acct) -> Result<Session> {
        let record = self.record(account).await?;
        let session = record.and_then(|record| Session::from_record(self, &record));
        session.ok_or_else(|| {
            Error::new(
                ErrorKind::NotLoggedIn,
                format!("{account} is not logged in here"),
            )
        })
    }
}

impl Registration {
    /// A session with a token that was given before and kept elsewhere. Nothing is sent.
    pub fn session(self, token: TokenCredentials) -> Session {
        Session::new(self, token)
    }
}

impl Session {
    fn new(registration: Registration, token: TokenCredentials) -> Self {
        let signer = registration.signer().with_token(token.clone());
        Self {
            inner: Arc::new(Inner {
                registration,
                token,
                signer,
            }),
        }
    }

    /// The session that a record holds; `None` if its authorisation is not finished.
    pub fn from_record(client: &Client, record: &Record) -> Option<Self> {
        let registration = Registration::from_record(client, record)?;
        Some(registration.session(record.token.clone()?))
    }

    /// The session as a record, to be saved in a way of one's own.
    pub fn to_record(&self) -> Record {
        let mut record = self.inner.registration.to_record();
        record.token = Some(self.inner.token.clone());
        record
    }

    /// Keeps the session in the client's store, so that [`Client::session`] finds it. Sessions
    /// that come from a log-in are kept already.
    ///
    /// # Errors
    ///
    /// [`Store`](ErrorKind::Store) if it cannot be written.
    pub async fn save(&self) -> Result<()> {
        let kept = self.to_record();
        self.client()
            .update_store(kept.key(), move |record| {
                let pending = record.take().and_then(|record| record.pending);
                *record = Some(Record { pending, ..kept });
            })
            .await
            .map(|_| ())
    }

    /// Whose account it is.
    pub fn account(&self) -> &Acct {
        self.inner.registration.server().account()
    }

    /// Where its server is asked for what.
    pub fn endpoints(&self) -> &Endpoints {
        self.inner.registration.server().endpoints()
    }

    /// The registration of this program: the client's key, secret and expiry.
    pub fn registration(&self) -> &Registration {
        &self.inner.registration
    }

    /// The token and its secret.
    pub fn token(&self) -> &TokenCredentials {
        &self.inner.token
    }

    pub(crate) fn client(&self) -> &Client {
        self.inner.registration.server().client()
    }

    /// The same session with a time limit for every call, as of
    /// [`Client::with_timeout`]. Calls that have a builder can be given one there.
    ///
    /// ```no_run
    /// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
    /// use std::time::Duration;
    ///
    /// let me = session.with_timeout(Duration::from_secs(2)).whoami().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_timeout(&self, timeout: Duration) -> Self {
        self.used_by(self.client().with_timeout(timeout))
    }

    /// The same session with another number of [retries](crate::ClientBuilder::retries).
    #[must_use]
    pub fn with_retries(&self, retries: u32) -> Self {
        self.used_by(self.client().with_retries(retries))
    }

    fn used_by(&self, client: Client) -> Self {
        let registration = self.inner.registration.used_by(client);
        Self::new(registration, self.inner.token.clone())
    }

    /// Does all of a call within the time for it, if one was set.
    pub(super) async fn in_all<T>(
        &self,
        purpose: &str,
        call: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.client().transport().in_all(purpose, call).await
    }

    /// Asks the server whom the token speaks for: the profile of that person
    /// (pump.io protocol, section 13.1).
    ///
    /// # Errors
    ///
    /// [`TokenRefused`](ErrorKind::TokenRefused) if it speaks for nobody any more.
    pub async fn whoami(&self) -> Result<Received<Object>> {
        let url = self.endpoints().whoami.clone();
        let request = Outgoing::new("asking who this is", Method::GET, url);
        Received::decode(&self.send(request).await?.success()?)
    }

    /// A path of this server, or a URL of any.
    pub(super) fn address(&self, address: &str) -> Result<Url> {
        if address.starts_with('/') {
            let (path, query) = address
                .split_once('?')
                .map_or((address, None), |(path, query)| (path, Some(query)));
            let mut url = self.endpoints().api(path);
            url.set_query(query);
            Ok(url)
        } else {
            Url::parse(address).map_err(|error| {
                Error::new(
                    ErrorKind::InvalidInput,
                    format!("'{address}' is neither a path nor a URL"),
                )
                .with_source(error)
            })
        }
    }

    /// A path or URL as an address of this server.
    pub(super) fn resolve(&self, address: &str) -> Result<Url> {
        let base = &self.endpoints().base;
        let url = self.address(address)?;
        if !same_origin(base, &url) {
            return Err(Error::new(
                ErrorKind::ForeignOrigin,
                format!(
                    "{url} is not on {}, where this account is",
                    base.origin().ascii_serialization()
                ),
            ));
        }
        Ok(url)
    }

    /// Sends a request signed with the token.
    pub(super) async fn send(&self, request: Outgoing) -> Result<Answer> {
        let transport = self.client().transport();
        transport.send(request, Some(self.signature())).await
    }

    /// What signs with the token.
    pub(super) fn signer(&self) -> &Signer {
        &self.inner.signer
    }

    /// Signs with the token.
    pub(super) fn signature(&self) -> Signature<'_> {
        Signature::By {
            signer: &self.inner.signer,
            with: SignedWith::Token,
        }
    }

    /// Sends a value as JSON, signed with the token, and takes nothing but success.
    pub(super) async fn send_json(
        &self,
        purpose: &'static str,
        url: Url,
        body: &impl serde::Serialize,
    ) -> Result<Answer> {
        let mut request = Outgoing::new(purpose, Method::POST, url);
        request.set_json(body)?;
        self.send(request).await?.success()
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("account", self.account())
            .finish_non_exhaustive()
    }
}
