//! The last step of a log-in: from the verifier to a session.

use super::account::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::login::{PendingAuthorization, Verifier};

impl PendingAuthorization {
    /// Exchanges the verifier for a token, makes sure that it speaks for the account expected,
    /// and keeps it in the client's store.
    ///
    /// # Errors
    ///
    /// [`TemporaryCredentialsRefused`](ErrorKind::TemporaryCredentialsRefused) if they are too
    /// old, used, or not agreed to yet; [`VerifierRefused`](ErrorKind::VerifierRefused);
    /// [`Denied`](ErrorKind::Denied); [`OtherAccount`](ErrorKind::OtherAccount) if somebody else
    /// agreed, with their own account.
    pub async fn finish(&self, verifier: impl Into<Verifier>) -> Result<Session> {
        let verifier = verifier.into();
        let transport = self.registration().server().client().transport();
        let session = transport.in_all("finishing a log-in", self.session(&verifier));
        let session = session.await;
        if let Err(error) = &session
            && matches!(error.kind(), ErrorKind::Denied | ErrorKind::OtherAccount)
        {
            self.forget().await?;
        }
        let session = session?;
        self.keep_finished(&session).await?;
        Ok(session)
    }

    async fn session(&self, verifier: &Verifier) -> Result<Session> {
        let token = self.exchange(verifier).await?;
        let session = self.registration().clone().session(token);
        self.check_account(&session).await?;
        Ok(session)
    }

    /// A browser may be logged in to another account of the same server. Servers that cannot say
    /// who it is are believed.
    async fn check_account(&self, session: &Session) -> Result<()> {
        let expected = session.account();
        let name = match session.whoami().await {
            Ok(person) => person.preferred_username.clone(),
            Err(error) => {
                tracing::debug!(%error, "the server does not say whose token it gave");
                None
            }
        };
        match name {
            Some(name) if name != expected.user() => Err(Error::new(
                ErrorKind::OtherAccount,
                format!("the browser agreed as '{name}', but the log-in is for {expected}"),
            )),
            _ => Ok(()),
        }
    }

    async fn keep_finished(&self, session: &Session) -> Result<()> {
        let finished = session.to_record();
        let client = self.registration().server().client();
        client
            .update_store(finished.key(), move |record| *record = Some(finished))
            .await?;
        Ok(())
    }
}
