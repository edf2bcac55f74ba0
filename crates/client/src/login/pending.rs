//! The third step: waiting for the person, and finishing.

use std::fmt;

use pumphouse_oauth1::flow::{self, Pending, ReturnError};
use pumphouse_oauth1::{Secret, TokenCredentials};
use url::Url;

use super::Registration;
use super::registration::{invalid_answer, invalid_request};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use crate::store::{KeptPending, Record};
use crate::transport::SignedWith;

/// How long pump.io servers keep temporary credentials, in seconds (pump.io protocol, section 3.3).
const LIFETIME: u64 = 600;

/// An authorisation under way: the person is to open [`url`](Self::url) and agree.
///
/// Made by [`Registration::authorise`], or taken up again with [`Client::pending`], also by
/// another process.
#[derive(Clone)]
pub struct PendingAuthorization {
    registration: Registration,
    kept: KeptPending,
    url: Url,
}

/// The proof that the person agreed, from the server's page or from its callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier(Secret);

impl Verifier {
    /// The verifier as the server gave it; spaces around it, from copying, are taken off.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Secret::new(text.as_ref().trim()))
    }
}

impl From<&str> for Verifier {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Verifier {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl PendingAuthorization {
    pub(super) fn new(registration: Registration, kept: KeptPending) -> Self {
        let mut url = registration.server().endpoints().authorize.clone();
        url.query_pairs_mut()
            .append_pair("oauth_token", kept.credentials.token());
        Self {
            registration,
            kept,
            url,
        }
    }

    /// The authorisation that a record holds, if one is under way.
    pub fn from_record(client: &Client, record: &Record) -> Option<Self> {
        let registration = Registration::from_record(client, record)?;
        Some(Self::new(registration, record.pending.clone()?))
    }

    /// The authorisation as a record, to be saved in a way of one's own.
    pub fn to_record(&self) -> Record {
        let mut record = self.registration.to_record();
        record.pending = Some(self.kept.clone());
        record
    }

    /// Where the person is to agree: to be opened in a browser, on any machine.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where the server will send the browser, if not to a page that shows the verifier.
    pub fn callback(&self) -> Option<&Url> {
        self.kept.callback.as_ref()
    }

    /// The registration that it was begun with.
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Whether it was begun so long ago that the server will have forgotten it.
    pub fn is_stale(&self) -> bool {
        let now = self.registration.server().client().now();
        now.saturating_sub(self.kept.begun_at) >= LIFETIME
    }

    /// The verifier from the address to which the server sent the browser. The token in it is
    /// compared with the one waited for, so that nobody can slip in a log-in of theirs.
    ///
    /// # Errors
    ///
    /// [`TokenMismatch`](ErrorKind::TokenMismatch) if it belongs to another log-in,
    /// [`Denied`](ErrorKind::Denied) if the person refused,
    /// [`InvalidInput`](ErrorKind::InvalidInput) if it brings no verifier.
    pub fn verifier_from_callback(&self, url: &Url) -> Result<Verifier> {
        let temporary = &self.kept.credentials;
        let pending = Pending::from_parts(temporary.token(), temporary.secret().clone());
        match pending.returned(url.as_str()) {
            Ok(authorised) => Ok(Verifier(authorised.verifier().clone())),
            Err(error) => Err(return_error(error)),
        }
    }

    /// Whether the address has the token of this log-in among its arguments.
    pub(super) fn is_named_in(&self, url: &Url) -> bool {
        let token = self.kept.credentials.token();
        url.query_pairs().any(|(_, value)| value == token)
    }

    /// The verifier from what a person pasted: the verifier itself, or the whole address of the
    /// page that the server sent the browser to.
    ///
    /// # Errors
    ///
    /// As for [`verifier_from_callback`](Self::verifier_from_callback).
    pub fn verifier_from_paste(&self, text: &str) -> Result<Verifier> {
        let text = text.trim();
        match Url::parse(text) {
            Ok(url) if url.has_host() => self.verifier_from_callback(&url),
            _ if text.is_empty() || text.contains(char::is_whitespace) => Err(Error::new(
                ErrorKind::InvalidInput,
                "a verifier is one word, the one that the server's page shows",
            )),
            _ => Ok(Verifier::new(text)),
        }
    }

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
        let token = self.exchange(verifier.into()).await;
        if let Err(error) = &token
            && error.kind() == ErrorKind::Denied
        {
            self.forget().await?;
        }
        let session = self.registration.clone().session(token?);
        self.check_account(&session).await?;
        self.keep_finished(&session).await?;
        Ok(session)
    }

    async fn exchange(&self, verifier: Verifier) -> Result<TokenCredentials> {
        let temporary = &self.kept.credentials;
        let flow = self.registration.flow();
        let pending = Pending::from_parts(temporary.token(), temporary.secret().clone());
        let purpose = "asking for the token";
        let post = flow
            .exchange(&pending.with_verifier(verifier.0))
            .map_err(|error| invalid_request(purpose, error))?;
        let answer = self
            .registration
            .post(purpose, post, SignedWith::TemporaryCredentials)
            .await?
            .success()
            .map_err(|error| match error.kind() {
                ErrorKind::TokenRefused => error.with_kind(ErrorKind::TemporaryCredentialsRefused),
                _ => error,
            })?;
        let grant = flow
            .granted(&flow::Answer::new(answer.status().as_u16(), answer.body()))
            .map_err(|error| invalid_answer(&answer, error))?;
        Ok(grant.into_credentials())
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

    pub(super) async fn keep(&self) -> Result<()> {
        let begun = self.to_record();
        let client = self.registration.server().client();
        let change = move |record: &mut Option<Record>| {
            // The token of a finished log-in stays until this one is finished, if it fits.
            let token = record
                .take()
                .filter(|kept| kept.client == begun.client && kept.endpoints == begun.endpoints)
                .and_then(|kept| kept.token);
            *record = Some(Record { token, ..begun });
        };
        client.update_store(self.to_record().key(), change).await?;
        Ok(())
    }

    async fn keep_finished(&self, session: &Session) -> Result<()> {
        let finished = session.to_record();
        let client = self.registration.server().client();
        client
            .update_store(finished.key(), move |record| *record = Some(finished))
            .await?;
        Ok(())
    }

    async fn forget(&self) -> Result<()> {
        let kept = self.kept.clone();
        let client = self.registration.server().client();
        let change = move |record: &mut Option<Record>| {
            if let Some(record) = record
                && record.pending.as_ref() == Some(&kept)
            {
                record.pending = None;
            }
        };
        client.update_store(self.to_record().key(), change).await?;
        Ok(())
    }
}

fn return_error(error: ReturnError) -> Error {
    let (kind, message) = match error {
        ReturnError::OtherToken => (
            ErrorKind::TokenMismatch,
            "the server's answer belongs to another log-in than the one under way",
        ),
        ReturnError::Denied => (
            ErrorKind::Denied,
            "the person did not agree that this program uses the account",
        ),
        _ => (
            ErrorKind::InvalidInput,
            "this address brings no verifier from the server's page",
        ),
    };
    Error::new(kind, message).with_source(error)
}

impl fmt::Debug for PendingAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingAuthorization")
            .field("registration", &self.registration)
            .field("url", &self.url.as_str())
            .field("callback", &self.kept.callback)
            .finish_non_exhaustive()
    }
}
