//! The log-in from the account to the page where the person agrees.

use std::error::Error as StdError;

use pumphouse_activity::Acct;

use super::pending::PendingAuthorization;
use super::verifier::Callback;
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};

impl Client {
    /// Begins a log-in: discovers the server, recalls the registration of the program or makes
    /// one, and asks for an authorisation. A server that has forgotten the program is told anew.
    ///
    /// # Errors
    ///
    /// Those of every step.
    pub async fn begin(&self, account: &Acct, callback: Callback) -> Result<PendingAuthorization> {
        let begun = self.begin_at_server(account, callback);
        self.transport().in_all("beginning a log-in", begun).await
    }

    async fn begin_at_server(
        &self,
        account: &Acct,
        callback: Callback,
    ) -> Result<PendingAuthorization> {
        let server = self.discover(account).await?;
        if let Some(registration) = server.recall().await? {
            match registration.authorise(callback.clone()).await {
                Err(error) if error.kind() == ErrorKind::ClientRefused => {
                    tracing::debug!(%error, "the server has forgotten this program");
                }
                other => return other,
            }
        }
        server.register().await?.authorise(callback).await
    }
}

impl PendingAuthorization {
    /// Opens the page in the person's browser, if this machine has one.
    ///
    /// # Errors
    ///
    /// [`Browser`](ErrorKind::Browser) if none could be started; then the person must open
    /// [`url`](Self::url) by hand.
    pub async fn open_browser(&self) -> Result<()> {
        let url = self.url().to_string();
        let opened = tokio::task::spawn_blocking(move || webbrowser::open(&url)).await;
        let failed = |source: Box<dyn StdError + Send + Sync>| {
            Error::new(ErrorKind::Browser, "no browser could be opened").with_source(source)
        };
        opened
            .map_err(|error| failed(error.into()))?
            .map_err(|error| failed(error.into()))
    }
}
