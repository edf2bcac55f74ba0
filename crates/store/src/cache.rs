//! What was made of readings, kept in memory as long as it holds (see [`crate::versions`]).

use std::hash::Hash;
use std::sync::Arc;

use quick_cache::Weighter;

use crate::sql::Snapshot;
use crate::versions::Stamp;
use crate::{Error, Store};

/// What can be kept: it says how much memory it takes.
pub trait Weigh {
    /// About how many bytes it takes beside its own size.
    fn bytes(&self) -> usize;
}

impl<T: Weigh> Weigh for Arc<T> {
    fn bytes(&self) -> usize {
        size_of::<T>() + T::bytes(self)
    }
}

/// Values by keys, no more than so many bytes of them; what is asked for often stays.
pub struct Cache<K, V> {
    kept: quick_cache::sync::Cache<K, Arc<Kept<V>>, ByBytes>,
    /// What takes more is not kept: it would drive out too much.
    largest: u64,
}

struct Kept<V> {
    value: V,
    stamp: Stamp,
}

#[derive(Clone)]
struct ByBytes;

impl<K: Weigh, V: Weigh> Weighter<K, Arc<Kept<V>>> for ByBytes {
    fn weight(&self, key: &K, kept: &Arc<Kept<V>>) -> u64 {
        /// What the cache itself takes for each.
        const OVERHEAD: usize = 64;
        let own = size_of::<K>() + size_of::<Kept<V>>() + OVERHEAD;
        (own + key.bytes() + kept.value.bytes() + kept.stamp.bytes()) as u64
    }
}

impl<K: Hash + Eq + Weigh, V: Clone + Weigh> Cache<K, V> {
    /// A cache of so many bytes, for values of about this size.
    pub fn new(bytes: u64, typical: u64) -> Self {
        let items = usize::try_from(bytes / typical.max(1)).unwrap_or(usize::MAX);
        Self {
            kept: quick_cache::sync::Cache::with_weighter(items, bytes, ByBytes),
            largest: bytes / 64,
        }
    }
}

impl Store {
    /// The value of a key: the one that was kept, if it still holds, or else a new one out of one
    /// consistent snapshot, which is kept if everything that it was made of can be followed.
    ///
    /// What the closure gives may depend on nothing but the key and what it reads.
    ///
    /// # Errors
    /// What the closure gives, or [`crate::ErrorKind::Database`]; errors are not kept.
    pub fn read_kept<K, V, E, F>(&self, cache: &Cache<K, V>, key: K, work: F) -> Result<V, E>
    where
        K: Hash + Eq + Weigh,
        V: Clone + Weigh,
        E: From<Error>,
        F: FnOnce(&Snapshot<'_>) -> Result<V, E>,
    {
        if let Some(kept) = cache.kept.get(&key)
            && self.versions().hold(&kept.stamp)
        {
            return Ok(kept.value.clone());
        }
        let (value, stamp) = self.read_followed(work)?;
        if let Some(stamp) = stamp {
            let kept = Arc::new(Kept {
                value: value.clone(),
                stamp,
            });
            if ByBytes.weight(&key, &kept) <= cache.largest {
                cache.kept.insert(key, kept);
            }
        }
        Ok(value)
    }
}
