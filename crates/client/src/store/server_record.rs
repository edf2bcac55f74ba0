//! What is kept for one application and a server where it has no account.

use serde::{Deserialize, Serialize};

use super::record::KeptClient;
use crate::discovery::Endpoints;

/// Which server is meant.
///
/// ```
/// use pumphouse_client::ServerKey;
///
/// assert_eq!(ServerKey::new("Test.io", "e14n.com").host, "e14n.com");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServerKey {
    /// The name of the program: programs do not share registrations.
    pub application: String,
    /// The host of the server, with a port if it has one of its own.
    pub host: String,
}

impl ServerKey {
    /// The key of a program and a server.
    pub fn new(application: impl Into<String>, host: impl Into<String>) -> Self {
        Self {
            application: application.into(),
            host: host.into(),
        }
    }
}

/// A server that a program reads from without an account there.
///
/// It prints without secrets, but **serialises with them**: only a store should do that.
///
/// ```
/// use pumphouse_client::{CredentialStore, MemoryStore, ServerKey};
///
/// let store = MemoryStore::new();
/// let known = store.read_server(&ServerKey::new("Test.io", "e14n.com"))?;
/// assert!(known.is_none_or(|record| record.client.is_none()));
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ServerRecord {
    /// The name of the program.
    pub application: String,
    /// The host of the server.
    pub host: String,
    /// Where it is to be asked for what.
    pub endpoints: Endpoints,
    /// The registration of the program there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<KeptClient>,
}

impl ServerRecord {
    /// A record with nothing in it yet.
    pub fn new(key: &ServerKey, endpoints: Endpoints) -> Self {
        Self {
            application: key.application.clone(),
            host: key.host.clone(),
            endpoints,
            client: None,
        }
    }

    /// Which record this is.
    pub fn key(&self) -> ServerKey {
        ServerKey::new(self.application.clone(), self.host.clone())
    }
}
