//! The first step: the server of an account, and registering with it.

use http::Method;
use pumphouse_activity::Acct;
use pumphouse_oauth1::ClientCredentials;
use serde::Deserialize;

use super::Registration;
use crate::client::Client;
use crate::discovery::Endpoints;
use crate::error::{ErrorKind, Result};
use crate::store::{KeptClient, Record};
use crate::transport::Outgoing;

/// The server of an account, found. Made by [`Client::discover`].
#[derive(Clone, Debug)]
pub struct Server {
    client: Client,
    account: Acct,
    endpoints: Endpoints,
}

impl Server {
    pub(crate) fn new(client: Client, account: Acct, endpoints: Endpoints) -> Self {
        Self {
            client,
            account,
            endpoints,
        }
    }

    /// The server that a record names.
    pub fn from_record(client: &Client, record: &Record) -> Self {
        client.server(&record.account, record.endpoints.clone())
    }

    /// Whose server it is.
    pub fn account(&self) -> &Acct {
        &self.account
    }

    /// Where it is asked for what.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

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
            self.endpoints.registration.clone(),
        );
        request.set_json(&self.client.application().associate())?;
        let answer = self.client.transport().send(request, None).await?;
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
        let record = self.client.record(&self.account).await?;
        let kept = record
            .filter(|record| record.endpoints.registration == self.endpoints.registration)
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

impl From<&Server> for Record {
    fn from(server: &Server) -> Self {
        Self::new(
            &server.client.key(&server.account),
            server.endpoints.clone(),
        )
    }
}
