//! The first step: finding the server of an account.

use pumphouse_activity::Acct;

use crate::client::Client;
use crate::discovery::{Endpoints, discover};
use crate::error::Result;
use crate::store::Record;

/// The server of an account, found. Made by [`Client::discover`].
///
/// ```no_run
/// # async fn example(client: pumphouse_client::Client) -> pumphouse_client::Result<()> {
/// let server = client.discover(&"evan@e14n.com".parse()?).await?;
/// println!("{} is at {}", server.account(), server.endpoints().base);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Server {
    client: Client,
    account: Acct,
    endpoints: Endpoints,
}

impl Client {
    /// Finds the server of an account (pump.io protocol, section 1).
    ///
    /// # Errors
    ///
    /// [`UnknownHost`](crate::ErrorKind::UnknownHost) and
    /// [`NotPumpIo`](crate::ErrorKind::NotPumpIo) tell a host that does not exist from one that is
    /// something else.
    pub async fn discover(&self, account: &Acct) -> Result<Server> {
        let transport = self.transport();
        let found = discover(transport, account.host());
        let endpoints = transport.in_all("looking for a server", found).await?;
        Ok(self.server(account, endpoints))
    }

    /// The server of an account, when its endpoints are known. Nothing is sent.
    pub fn server(&self, account: &Acct, endpoints: Endpoints) -> Server {
        Server::new(self.clone(), account.clone(), endpoints)
    }
}

impl Server {
    fn new(client: Client, account: Acct, endpoints: Endpoints) -> Self {
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

    /// The same, asked by another client of the same program.
    pub(crate) fn asked_by(&self, client: Client) -> Self {
        Self::new(client, self.account.clone(), self.endpoints.clone())
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
