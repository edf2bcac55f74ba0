//! Log-ins of web applications: the person leaves for their server, and comes back to a callback.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pumphouse_activity::Acct;
use pumphouse_oauth1::nonce::{NonceSource as _, RandomNonce};
use url::Url;

use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::login::{Callback, PendingAuthorization};
use crate::session::Session;

/// How many log-ins may be under way at once. Whoever begins more is told to come later.
const MOST: usize = 10_000;

/// The log-ins of a web application that are under way, for any framework.
///
/// It wants two things of the application: a cookie, which ties the log-in to the browser that
/// began it, and a route that the server sends the browser back to.
///
/// ```no_run
/// # async fn example() -> pumphouse_client::Result<()> {
/// use pumphouse_client::{Application, Client, WebLogins};
///
/// let callback: pumphouse_client::Url = "https://app.example/callback".parse().expect("a URL");
/// let application = Application::web("App").with_redirect_uri(callback.clone());
/// let logins = WebLogins::new(Client::builder(application).build()?, callback);
///
/// // On the form with the person's address: set the cookie, and redirect.
/// let begun = logins.begin(&"evan@e14n.com".parse()?).await?;
/// println!("Set-Cookie: login={}; Secure; HttpOnly; SameSite=Lax", begun.ticket());
/// println!("Location: {}", begun.url());
///
/// // On the callback: with the cookie, and the query of its address.
/// let session = logins.finish(begun.ticket(), "oauth_token=…&oauth_verifier=…").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebLogins {
    client: Client,
    callback: Url,
    waiting: Arc<Mutex<HashMap<String, PendingAuthorization>>>,
}

/// A log-in that was begun. Made by [`WebLogins::begin`].
///
/// ```no_run
/// # async fn example(logins: pumphouse_client::WebLogins) -> pumphouse_client::Result<()> {
/// let begun = logins.begin(&"evan@e14n.com".parse()?).await?;
/// println!("Set-Cookie: login={}; Secure; HttpOnly; SameSite=Lax", begun.ticket());
/// println!("Location: {}", begun.url());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct WebLogin {
    url: Url,
    ticket: String,
}

impl WebLogins {
    /// For an application whose callback is at this address, without a query.
    pub fn new(client: Client, callback: Url) -> Self {
        Self {
            client,
            callback,
            waiting: Arc::default(),
        }
    }

    /// Begins a log-in: discovers the person's server, registers the application if need be, and
    /// asks for an authorisation.
    ///
    /// # Errors
    ///
    /// Those of [`Client::begin`]; [`TooManyRequests`](ErrorKind::TooManyRequests) if too many
    /// log-ins are under way.
    pub async fn begin(&self, account: &Acct) -> Result<WebLogin> {
        {
            let mut waiting = self.waiting();
            waiting.retain(|_, pending| !pending.is_stale());
            if waiting.len() >= MOST {
                return Err(Error::new(
                    ErrorKind::TooManyRequests,
                    "too many log-ins are under way",
                ));
            }
        }
        let callback = Callback::Url(self.callback.clone());
        let pending = self.client.begin(account, callback).await?;
        let url = pending.url().clone();
        // Unforgeable, and in no address: only the browser that began knows it.
        let ticket = RandomNonce.nonce().map_err(|error| {
            Error::new(ErrorKind::Store, "the system gives no random numbers").with_source(error)
        })?;
        self.waiting().insert(ticket.clone(), pending);
        Ok(WebLogin { url, ticket })
    }

    /// Ends a log-in, with the ticket from the browser's cookie and the query of the callback's
    /// address, without `?`. A log-in ends once, however it ends.
    ///
    /// # Errors
    ///
    /// [`NothingPending`](ErrorKind::NothingPending) if this browser began none, or too long ago;
    /// [`TokenMismatch`](ErrorKind::TokenMismatch) if the answer belongs to another one;
    /// [`Denied`](ErrorKind::Denied) if the person refused; and those of
    /// [`PendingAuthorization::finish`].
    pub async fn finish(&self, ticket: &str, query: &str) -> Result<Session> {
        let pending = self.waiting().remove(ticket);
        let pending = pending.filter(|pending| !pending.is_stale());
        let pending = pending.ok_or_else(|| {
            Error::new(
                ErrorKind::NothingPending,
                "this browser has no log-in under way",
            )
        })?;
        let mut url = self.callback.clone();
        url.set_query(Some(query));
        match pending.verifier_from_callback(&url) {
            Ok(verifier) => pending.finish(verifier).await,
            Err(error) => {
                pending.forget().await?;
                Err(error)
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, PendingAuthorization>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl WebLogin {
    /// Where to send the browser.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What to put into a cookie of the browser; a secret.
    pub fn ticket(&self) -> &str {
        &self.ticket
    }
}

impl fmt::Debug for WebLogins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebLogins")
            .field("client", &self.client)
            .field("callback", &self.callback.as_str())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WebLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebLogin")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}
