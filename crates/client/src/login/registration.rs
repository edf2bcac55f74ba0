//! The second step: a registered program, and asking for an authorisation.

use std::fmt;

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use pumphouse_oauth1::flow::{self, Flow};
use pumphouse_oauth1::{ClientCredentials, Secret, Signer, TemporaryCredentials, TokenCredentials};
use url::Url;

use super::{PendingAuthorization, Server};
use crate::client::Client;
use crate::discovery::Endpoints;
use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;
use crate::store::{KeptClient, KeptPending, Record};
use crate::transport::{Answer, Outgoing, Redirects, Signature, SignedWith};

/// How the server hands over the verifier once the person has agreed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Callback {
    /// It shows it on its page, and the person copies it.
    #[default]
    OutOfBand,
    /// It sends the browser to this http or https address, with token and verifier in the query.
    Url(Url),
}

impl From<Url> for Callback {
    fn from(url: Url) -> Self {
        Self::Url(url)
    }
}

/// A program that its server knows. Made by [`Server::register`], [`Server::recall`] or
/// [`Server::registered_as`].
#[derive(Clone)]
pub struct Registration {
    server: Server,
    kept: KeptClient,
}

impl Registration {
    pub(super) fn new(server: Server, kept: KeptClient) -> Self {
        Self { server, kept }
    }

    /// The registration that a record holds, if it holds one.
    pub fn from_record(client: &Client, record: &Record) -> Option<Self> {
        let kept = record.client.clone()?;
        Some(Self::new(Server::from_record(client, record), kept))
    }

    /// The registration as a record, to be saved in a way of one's own.
    pub fn to_record(&self) -> Record {
        Record {
            client: Some(self.kept.clone()),
            ..Record::from(&self.server)
        }
    }

    /// Where the program is registered, and for whose account.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The client's key.
    pub fn key(&self) -> &str {
        self.kept.credentials.key()
    }

    /// The client's secret.
    pub fn secret(&self) -> &Secret {
        self.kept.credentials.secret()
    }

    /// Key and secret together.
    pub fn credentials(&self) -> &ClientCredentials {
        &self.kept.credentials
    }

    /// When the registration expires, in seconds since 1970; `None` is never.
    pub fn expires_at(&self) -> Option<u64> {
        Some(self.kept.expires_at).filter(|&time| time != 0)
    }

    pub(super) fn is_expired(&self) -> bool {
        self.expires_at()
            .is_some_and(|time| time <= self.server.client().now())
    }

    /// A session with a token that was given before and kept elsewhere. Nothing is sent.
    pub fn session(self, token: TokenCredentials) -> Session {
        Session::new(self, token)
    }

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
        let client = self.server.client();
        client.transport().check(
            &self.server.endpoints().authorize,
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
        let pending = PendingAuthorization::new(self.clone(), kept);
        pending.keep().await?;
        Ok(pending)
    }

    /// The legs of the dance with this server.
    pub(super) fn flow(&self) -> Flow {
        let Endpoints {
            request_token,
            authorize,
            access_token,
            ..
        } = self.server.endpoints();
        let endpoints = flow::Endpoints::new(
            request_token.as_str(),
            authorize.as_str(),
            access_token.as_str(),
        );
        Flow::with_signer(self.signer(), endpoints)
    }

    /// Signs for the program alone.
    pub(crate) fn signer(&self) -> Signer {
        self.server.client().signer(self.kept.credentials.clone())
    }

    /// Sends a request of the dance.
    pub(super) async fn post(
        &self,
        purpose: &'static str,
        post: flow::Post,
        with: SignedWith,
    ) -> Result<Answer> {
        let url = Url::parse(&post.url).map_err(|error| invalid_request(purpose, error))?;
        let mut request = Outgoing::new(purpose, Method::POST, url);
        request.redirects = Redirects::Nowhere;
        if let Some(header) = post.authorization {
            let mut header =
                HeaderValue::try_from(header).map_err(|error| invalid_request(purpose, error))?;
            header.set_sensitive(true);
            request.headers.insert(AUTHORIZATION, header);
        }
        if let Some(content_type) = post.content_type {
            let content_type = HeaderValue::from_static(content_type);
            request.headers.insert(CONTENT_TYPE, content_type);
        }
        request.body = post.body.to_vec().into();
        let transport = self.server.client().transport();
        transport
            .send(request, Some(Signature::Made { with }))
            .await
    }

    /// Keeps the registration in the client's store. Tokens of an earlier one do not fit it.
    pub(super) async fn keep(&self) -> Result<()> {
        let kept = self.to_record();
        let client = self.server.client();
        client
            .update_store(kept.key(), move |record| *record = Some(kept))
            .await?;
        Ok(())
    }
}

pub(super) fn invalid_request(
    purpose: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("{purpose}: the request cannot be made"),
    )
    .with_source(source)
}

pub(super) fn invalid_answer(answer: &Answer, error: flow::FlowError) -> Error {
    answer
        .invalid("holds no usable credentials")
        .with_source(error)
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration")
            .field("server", &self.server)
            .field("key", &self.key())
            .field("expires_at", &self.expires_at())
            .finish_non_exhaustive()
    }
}
