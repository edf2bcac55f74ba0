//! Servers that a program has met, so that each is found and registered with once.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use crate::store::ServerRecord;

/// What is known of one server; locked while it is found out.
pub(crate) type Place = Arc<AsyncMutex<Option<ServerRecord>>>;

/// The servers that this program has met, by host.
#[derive(Default)]
pub(crate) struct Met(Mutex<HashMap<String, Place>>);

impl Met {
    pub(crate) fn place(&self, host: &str) -> Place {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(met.entry(host.to_owned()).or_default())
    }
}

impl fmt::Debug for Met {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Met")
    }
}
