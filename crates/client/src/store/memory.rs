//! A store that forgets everything when the program ends.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pumphouse_activity::Acct;

use super::credential_store::CredentialStore;
use super::record::{Record, RecordKey};
use super::server_record::{ServerKey, ServerRecord};
use crate::error::Result;

/// Credentials in memory, for tests and for programs that keep them in their own way.
///
/// ```
/// use pumphouse_client::{Client, MemoryStore};
///
/// let client = Client::builder("Test.io").store(MemoryStore::new()).build()?;
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct MemoryStore {
    records: Mutex<BTreeMap<RecordKey, Record>>,
    servers: Mutex<BTreeMap<ServerKey, ServerRecord>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn records(&self) -> MutexGuard<'_, BTreeMap<RecordKey, Record>> {
        // A panic of a `change` leaves the map whole: it is written after the change.
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn servers(&self) -> MutexGuard<'_, BTreeMap<ServerKey, ServerRecord>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CredentialStore for MemoryStore {
    fn read(&self, key: &RecordKey) -> Result<Option<Record>> {
        Ok(self.records().get(key).cloned())
    }

    fn update(&self, key: &RecordKey, change: &mut dyn FnMut(&mut Option<Record>)) -> Result<()> {
        let mut records = self.records();
        let mut record = records.get(key).cloned();
        change(&mut record);
        match record {
            Some(record) => records.insert(key.clone(), record),
            None => records.remove(key),
        };
        Ok(())
    }

    fn read_server(&self, key: &ServerKey) -> Result<Option<ServerRecord>> {
        Ok(self.servers().get(key).cloned())
    }

    fn update_server(
        &self,
        key: &ServerKey,
        change: &mut dyn FnMut(&mut Option<ServerRecord>),
    ) -> Result<()> {
        let mut servers = self.servers();
        let mut record = servers.get(key).cloned();
        change(&mut record);
        match record {
            Some(record) => servers.insert(key.clone(), record),
            None => servers.remove(key),
        };
        Ok(())
    }

    fn accounts(&self, application: &str) -> Result<Vec<Acct>> {
        Ok(self
            .records()
            .keys()
            .filter(|key| key.application == application)
            .map(|key| key.account.clone())
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::record::tests::full_record;

    #[test]
    fn keeps_lists_and_removes() {
        let store = MemoryStore::new();
        let record = full_record("Test.io", "evan@e14n.com");
        let key = record.key();
        store
            .update(&key, &mut |kept| *kept = Some(record.clone()))
            .unwrap();
        assert_eq!(store.read(&key).unwrap(), Some(record.clone()));
        assert_eq!(
            store.accounts("Test.io").unwrap(),
            std::slice::from_ref(&key.account)
        );
        assert!(store.accounts("Other").unwrap().is_empty());
        store.update(&key, &mut |kept| *kept = None).unwrap();
        assert_eq!(store.read(&key).unwrap(), None);
    }
}
