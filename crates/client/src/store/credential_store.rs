//! What a store of credentials can do.

use pumphouse_activity::Acct;

use super::record::{Record, RecordKey};
use super::server_record::{ServerKey, ServerRecord};
use crate::error::Result;

/// A place for credentials: one [`Record`] for each application and account.
///
/// The account's address names its server, so accounts of one name on two servers are two.
/// Methods may block for as long as a file takes; the client calls them off the async threads.
///
/// # Example
///
/// ```
/// use pumphouse_client::{CredentialStore, MemoryStore, RecordKey};
///
/// let store = MemoryStore::new();
/// let key = RecordKey::new("Test.io", "evan@e14n.com".parse()?);
/// assert!(store.read(&key)?.is_none());
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
pub trait CredentialStore: Send + Sync {
    /// The record of an application and account, if there is one.
    ///
    /// # Errors
    ///
    /// Of kind [`Store`](crate::ErrorKind::Store) or
    /// [`StoreCorrupt`](crate::ErrorKind::StoreCorrupt), never with a secret in its text.
    fn read(&self, key: &RecordKey) -> Result<Option<Record>>;

    /// Changes the record of an application and account in one step: `change` gets what is kept,
    /// or `None`, and what it leaves is kept from then on, or removed if that is `None`.
    ///
    /// Nothing that another program or thread writes at the same time may be lost.
    ///
    /// # Errors
    ///
    /// As for [`read`](CredentialStore::read); then nothing has changed.
    fn update(&self, key: &RecordKey, change: &mut dyn FnMut(&mut Option<Record>)) -> Result<()>;

    /// The accounts that an application has a record of, in alphabetical order.
    ///
    /// # Errors
    ///
    /// As for [`read`](CredentialStore::read).
    fn accounts(&self, application: &str) -> Result<Vec<Acct>>;

    /// The record of a server where an application has no account, if there is one. A store that
    /// keeps none makes the program register anew at every start.
    ///
    /// # Errors
    ///
    /// As for [`read`](CredentialStore::read).
    fn read_server(&self, key: &ServerKey) -> Result<Option<ServerRecord>> {
        let _ = key;
        Ok(None)
    }

    /// Changes the record of a server in one step, as [`update`](CredentialStore::update) does
    /// for accounts.
    ///
    /// # Errors
    ///
    /// As for [`read`](CredentialStore::read); then nothing has changed.
    fn update_server(
        &self,
        key: &ServerKey,
        change: &mut dyn FnMut(&mut Option<ServerRecord>),
    ) -> Result<()> {
        let _ = (key, change);
        Ok(())
    }
}
