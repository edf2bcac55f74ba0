//! The whole log-in in one call.

use std::error::Error as StdError;
use std::time::Duration;

use pumphouse_activity::Acct;
use url::Url;

use super::account::Session;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::login::{Callback, LoopbackListener, Verifier};

impl Client {
    /// Connects to an account: with what the store holds, or, the first time, by discovering the
    /// server, registering and letting the person agree.
    ///
    /// `ask` is called only if a person must agree. It gets the address of the page for them, and
    /// comes back with the verifier that the page shows in the end, or the address that the
    /// server sent the browser to.
    ///
    /// ```no_run
    /// # async fn example() -> pumphouse_client::Result<()> {
    /// use pumphouse_client::Client;
    ///
    /// let client = Client::builder("Test.io").build()?;
    /// let session = client
    ///     .connect(&"evan@e14n.com".parse()?, async |url| {
    ///         eprintln!("Agree at {url}, then enter the verifier:");
    ///         let mut verifier = String::new();
    ///         std::io::stdin().read_line(&mut verifier).map(|_| verifier)
    ///     })
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Those of every step; [`Verifier`](ErrorKind::Verifier) if `ask` fails.
    pub async fn connect<F, E>(&self, account: &Acct, ask: F) -> Result<Session>
    where
        F: AsyncFnOnce(Url) -> Result<String, E>,
        E: Into<Box<dyn StdError + Send + Sync>>,
    {
        if let Some(session) = self.kept_session(account).await? {
            return Ok(session);
        }
        let pending = match self.pending(account).await? {
            Some(pending) if pending.callback().is_none() && !pending.is_stale() => pending,
            _ => self.begin(account, Callback::OutOfBand).await?,
        };
        let pasted = ask(pending.url().clone()).await.map_err(|error| {
            Error::new(ErrorKind::Verifier, "no verifier was given").with_source(error)
        })?;
        match pending.verifier_from_paste(&pasted) {
            Ok(verifier) => pending.finish(verifier).await,
            Err(error) => {
                if error.kind() == ErrorKind::Denied {
                    pending.forget().await?;
                }
                Err(error)
            }
        }
    }

    /// Connects to an account like [`connect`](Self::connect), but opens the person's browser and
    /// waits for it to come back to this machine, at most for `timeout`.
    ///
    /// `show` is called with the address of the page before the browser opens, to be printed for
    /// the case that it does not.
    ///
    /// # Errors
    ///
    /// Those of every step; [`NoAuthorisation`](ErrorKind::NoAuthorisation) when the time is over.
    pub async fn connect_in_browser(
        &self,
        account: &Acct,
        timeout: Duration,
        show: impl FnOnce(&Url),
    ) -> Result<Session> {
        if let Some(session) = self.kept_session(account).await? {
            return Ok(session);
        }
        let listener = LoopbackListener::bind().await?;
        let pending = self.begin(account, listener.callback().into()).await?;
        show(pending.url());
        if let Err(error) = pending.open_browser().await {
            tracing::debug!(%error, "the person opens the page by hand");
        }
        let verifier: Verifier = listener.verifier(&pending, timeout).await?;
        pending.finish(verifier).await
    }

    async fn kept_session(&self, account: &Acct) -> Result<Option<Session>> {
        match self.session(account).await {
            Ok(session) => Ok(Some(session)),
            Err(error) if error.kind() == ErrorKind::NotLoggedIn => Ok(None),
            Err(error) => Err(error),
        }
    }
}
