//! The second step: a program that its server knows.

use std::fmt;

use http::Method;
use pumphouse_oauth1::{ClientCredentials, Secret, Signer};
use serde::Deserialize;

use super::server::Server;
use crate::client::Client;
use crate::error::{ErrorKind, Result};
use crate::store::{KeptClient, Record};
use crate::transport::Outgoing;

/// A program that its server knows. Made by [`Server::register`], [`Server::recall`] or
/// [`Server::registered_as`].
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
        #[derive(Deserialize)]
        struct Registered {
            client_id: Option<String>,
            client_secret: Option<String>,
            #[serde(default)]
            expires_at: u64,
            // Some servers refuse with 200.
            error: Option<String>,
        }
        let mut request = Outgoing::new(
            "registering this program",
            Method::POST,
            self.endpoints().registration.clone(),
        );
        request.set_json(&self.client().application().associate())?;
        let answer = self.client().transport().send(request, None).await?;
        let answer = answer.success()?;
        let registered: Registered = answer.json()?;
        let (Some(key), Some(secret), None) = (
            registered.client_id,
            registered.client_secret,
            &registered.error,
        ) else {
            return Err(match registered.error {
                Some(_) => answer.refusal().with_kind(ErrorKind::Refused),
                None => answer.invalid("holds no client key and secret"),
            });
        };
        let registration = self.registration(KeptClient {
            credentials: ClientCredentials::new(key, secret),
            expires_at: registered.expires_at,
        });
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

impl Registration {
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
