//! The third step: an authorisation under way, until the person has agreed.

use std::fmt;

use pumphouse_activity::Acct;
use pumphouse_oauth1::flow::{self, Pending, ReturnError};
use pumphouse_oauth1::{TemporaryCredentials, TokenCredentials};
use url::Url;

use super::dance::{invalid_answer, invalid_request};
use super::registration::Registration;
use super::verifier::{Callback, Verifier};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{KeptPending, Record};
use crate::transport::SignedWith;

/// How long pump.io servers keep temporary credentials, in seconds (pump.io protocol, section 3.3).
const LIFETIME: u64 = 600;

/// An authorisation under way: the person is to open [`url`](Self::url) and agree.
///
/// Made by [`Registration::authorise`], or taken up again with [`Client::pending`], also by
/// another process.
///
/// ```no_run
/// # async fn example(client: pumphouse_client::Client) -> pumphouse_client::Result<()> {
/// use pumphouse_client::Callback;
///
/// let pending = client.begin(&"evan@e14n.com".parse()?, Callback::OutOfBand).await?;
/// println!("Open {} and agree.", pending.url());
/// let session = pending.finish("what the page showed").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PendingAuthorization {
    registration: Registration,
    kept: KeptPending,
    url: Url,
}

impl Registration {
    /// Asks for temporary credentials, with which the person can be sent to the server's page
    /// (pump.io protocol, section 3.3), and keeps them in the client's store, apart from the
    /// credentials of a log-in that is finished.
    ///
    /// # Errors
    ///
    /// [`ClientRefused`](ErrorKind::ClientRefused) if the server no longer knows the program,
    /// [`PlainHttp`](ErrorKind::PlainHttp) if the person would agree on a page that is not
    /// encrypted.
    pub async fn authorise(&self, callback: impl Into<Callback>) -> Result<PendingAuthorization> {
        let callback = match callback.into() {
            Callback::OutOfBand => None,
            Callback::Url(url) => Some(url),
        };
        let client = self.server().client();
        client.transport().check(
            &self.server().endpoints().authorize,
            "opening the page to agree on",
        )?;
        let flow = self.flow();
        let purpose = "asking for an authorisation";
        let post = flow
            .begin(callback.as_ref().map_or("oob", Url::as_str))
            .map_err(|error| invalid_request(purpose, error))?;
        let answer = self
            .post(purpose, post, SignedWith::Client)
            .await?
            .success()?;
        let pending = flow
            .pending(&flow::Answer::new(answer.status().as_u16(), answer.body()))
            .map_err(|error| invalid_answer(&answer, error))?;
        let kept = KeptPending {
            credentials: TemporaryCredentials::new(pending.token(), pending.secret().clone()),
            callback,
            begun_at: client.now(),
        };
        let pending = PendingAuthorization::new(self.clone(), kept)
            .map_err(|error| invalid_answer(&answer, error))?;
        pending.keep().await?;
        Ok(pending)
    }
}

impl Client {
    /// The log-in that was begun for an account and not finished, from the store.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn pending(&self, account: &Acct) -> Result<Option<PendingAuthorization>> {
        let record = self.record(account).await?;
        Ok(record.and_then(|record| PendingAuthorization::from_record(self, &record)))
    }
}

impl PendingAuthorization {
    fn new(
        registration: Registration,
        kept: KeptPending,
    ) -> std::result::Result<Self, url::ParseError> {
        let url = registration.flow().authorisation_url(&waiting(&kept));
        Ok(Self {
            url: Url::parse(&url)?,
            registration,
            kept,
        })
    }

    /// The authorisation that a record holds, if one is under way.
    pub fn from_record(client: &Client, record: &Record) -> Option<Self> {
        let registration = Registration::from_record(client, record)?;
        Self::new(registration, record.pending.clone()?).ok()
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
        match waiting(&self.kept).returned(url.as_str()) {
            Ok(authorised) => Ok(Verifier::from_secret(authorised.verifier())),
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

    /// Exchanges the verifier for a token.
    pub(crate) async fn exchange(&self, verifier: &Verifier) -> Result<TokenCredentials> {
        let flow = self.registration.flow();
        let purpose = "asking for the token";
        let post = flow
            .exchange(&waiting(&self.kept).with_verifier(verifier.secret().clone()))
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

    async fn keep(&self) -> Result<()> {
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

    /// Takes it out of the client's store, when nothing can come of it any more.
    ///
    /// [`finish`](Self::finish) and [`LoopbackListener`](crate::LoopbackListener) do this by
    /// themselves when the person has refused.
    ///
    /// # Errors
    ///
    /// If the store cannot be written.
    pub async fn forget(&self) -> Result<()> {
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

/// What the crate of the protocol takes up again.
fn waiting(kept: &KeptPending) -> Pending {
    let temporary = &kept.credentials;
    Pending::from_parts(temporary.token(), temporary.secret().clone())
}

fn return_error(error: ReturnError) -> Error {
    match error {
        ReturnError::OtherToken => Error::new(
            ErrorKind::TokenMismatch,
            "the server's answer belongs to another log-in than the one under way",
        ),
        ReturnError::Denied => Error::new(
            ErrorKind::Denied,
            "the person did not agree that this program uses the account",
        ),
        other => Error::new(
            ErrorKind::InvalidInput,
            "this address brings no verifier from the server's page",
        )
        .with_source(other),
    }
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
