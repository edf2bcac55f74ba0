//! The second step: a program that its server knows.

use std::fmt;

use http::Method;
use pumphouse_oauth1::{ClientCredentials, Secret, Signer};
use serde::Deserialize;

use super::server::Server;
use crate::client::Client;
use crate::discovery::Endpoints;
use crate::error::{ErrorKind, Result};
use crate::store::{KeptClient, Record};
use crate::transport::{Answer, Outgoing};

/// A program that its server knows. Made by [`Server::register`], [`Server::recall`] or
/// [`Server::registered_as`].
///
/// ```no_run
/// # async fn example(client: pumphouse_client::Client) -> pumphouse_client::Result<()> {
/// let server = client.discover(&"evan@e14n.com".parse()?).await?;
/// let registration = match server.recall().await? {
///     Some(registration) => registration,
///     None => server.register().await?,
/// };
/// println!("{} is known there", registration.key());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Registration {
    server: Server,
    kept: KeptClient,
}

impl Server {
    /// Registers the program with the server, anew (pump.io protocol, section 2), and keeps the
    /// registration in the client's store.
    ///
    /// # Errors
    ///
    /// [`Refused`](ErrorKind::Refused) with the server's words if it does not like what the
    /// program says of itself.
    pub async fn register(&self) -> Result<Registration> {
        let kept = register(self.client(), self.endpoints()).await?;
        let registration = self.registration(kept);
        registration.keep().await?;
        Ok(registration)
    }

    /// The registration of the program that the client's store holds, if there is one for this
    /// server and it has not expired.
    ///
    /// # Errors
    ///
    /// If the store cannot be read.
    pub async fn recall(&self) -> Result<Option<Registration>> {
        let record = self.client().record(self.account()).await?;
        let kept = record
            .filter(|record| record.endpoints.registration == self.endpoints().registration)
            .and_then(|record| record.client);
        Ok(kept
            .map(|kept| self.registration(kept))
            .filter(|registration| !registration.is_expired()))
    }

    /// A registration by key and secret, made before and kept elsewhere. Nothing is sent.
    pub fn registered_as(&self, credentials: ClientCredentials) -> Registration {
        self.registration(KeptClient {
            credentials,
            expires_at: 0,
        })
    }

    fn registration(&self, kept: KeptClient) -> Registration {
        Registration::new(self.clone(), kept)
    }
}

/// Registers a program with a server.
pub(super) async fn register(client: &Client, endpoints: &Endpoints) -> Result<KeptClient> {
    let body = client.application().associate();
    let answer = ask(client, endpoints, "registering this program", &body).await?;
    let registered: Registered = answer.json()?;
    registered.kept(None).map_err(|problem| match problem {
        Problem::Refused => answer.refusal().with_kind(ErrorKind::Refused),
        Problem::Incomplete => answer.invalid("holds no client key and secret"),
    })
}

async fn ask(
    client: &Client,
    endpoints: &Endpoints,
    purpose: &'static str,
    body: &serde_json::Value,
) -> Result<Answer> {
    let mut request = Outgoing::new(purpose, Method::POST, endpoints.registration.clone());
    request.set_json(body)?;
    client.transport().send(request, None).await?.success()
}

/// What a server says of a registration.
#[derive(Deserialize)]
struct Registered {
    client_id: Option<String>,
    client_secret: Option<String>,
    expires_at: Option<u64>,
    // Some servers refuse with 200.
    error: Option<String>,
}

enum Problem {
    Refused,
    Incomplete,
}

impl Registered {
    /// The registration; what the server does not repeat is as before.
    fn kept(self, before: Option<&KeptClient>) -> Result<KeptClient, Problem> {
        if self.error.is_some() {
            return Err(Problem::Refused);
        }
        let old = before.map(|kept| &kept.credentials);
        let key = self.client_id.or(old.map(|old| old.key().to_owned()));
        let secret = self.client_secret.map(Secret::new);
        let secret = secret.or(old.map(|old| old.secret().clone()));
        let (Some(key), Some(secret)) = (key, secret) else {
            return Err(Problem::Incomplete);
        };
        Ok(KeptClient {
            credentials: ClientCredentials::new(key, secret),
            expires_at: self
                .expires_at
                .unwrap_or(before.map_or(0, |kept| kept.expires_at)),
        })
    }
}

impl Registration {
    /// Tells the server what the program says of itself now: a new name, other contacts, other
    /// addresses to come back to (pump.io protocol, section 2). Tokens stay good.
    ///
    /// # Errors
    ///
    /// [`Refused`](ErrorKind::Refused) with the server's words if it does not like them, or does
    /// not know the program any more.
    pub async fn update(&self) -> Result<Self> {
        let client = self.server.client();
        let mut body = client.application().associate();
        body["type"] = "client_update".into();
        body["client_id"] = self.key().into();
        body["client_secret"] = self.secret().expose().into();
        let purpose = "updating the registration of this program";
        let answer = ask(client, self.server.endpoints(), purpose, &body).await;
        // Servers may repeat in their refusal what they were sent.
        let answer = answer.map_err(|error| error.without(self.secret().expose()))?;
        let updated: Registered = answer.json()?;
        let kept = updated.kept(Some(&self.kept)).map_err(|_| {
            let refusal = answer.refusal().with_kind(ErrorKind::Refused);
            refusal.without(self.secret().expose())
        })?;
        let updated = Self::new(self.server.clone(), kept.clone());
        let place = updated.to_record();
        let change = move |record: &mut Option<Record>| {
            record.get_or_insert(place).client = Some(kept);
        };
        client
            .update_store(updated.to_record().key(), change)
            .await?;
        Ok(updated)
    }

    fn new(server: Server, kept: KeptClient) -> Self {
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

    /// The same, used by another client of the same program.
    pub(crate) fn used_by(&self, client: Client) -> Self {
        Self::new(self.server.asked_by(client), self.kept.clone())
    }

    /// When the registration expires, in seconds since 1970; `None` is never.
    pub fn expires_at(&self) -> Option<u64> {
        Some(self.kept.expires_at).filter(|&time| time != 0)
    }

    fn is_expired(&self) -> bool {
        self.expires_at()
            .is_some_and(|time| time <= self.server.client().now())
    }

    /// Signs for the program alone.
    pub(crate) fn signer(&self) -> Signer {
        self.server.client().signer(self.kept.credentials.clone())
    }

    /// Keeps the registration in the client's store. Tokens of an earlier one do not fit it.
    async fn keep(&self) -> Result<()> {
        let kept = self.to_record();
        let client = self.server.client();
        client
            .update_store(kept.key(), move |record| *record = Some(kept))
            .await?;
        Ok(())
    }
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
