//! What every request needs.

use std::sync::Arc;

use pumphouse_oauth1::Origin;
use pumphouse_oauth1::provider::Provider;
use pumphouse_store::Store;

use crate::clock::Clock;
use crate::domain::Site;
use crate::domain::passwords::Hasher;
use crate::domain::uploads::Uploads;
use crate::provider::Keeper;

/// The server's parts, shared by all requests.
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) site: Site,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hasher: Hasher,
    pub(crate) uploads: Uploads,
    pub(crate) provider: Provider<Keeper>,
    /// The public origin, which signatures are made for.
    pub(crate) origin: Origin,
}

impl App {
    /// Microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }
}
