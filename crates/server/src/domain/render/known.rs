//! What was fetched to render a page: each object once, however often it is mentioned.

use std::collections::{HashMap, HashSet};

use pumphouse_activity::Object;
use pumphouse_store::{Snapshot, StoredObject};

use crate::domain::documents;
use crate::error::Result;

/// An object that was fetched.
pub(super) struct Known {
    pub(super) stored: StoredObject,
    pub(super) object: Object,
    /// Whether what it mentions has been fetched too.
    followed: bool,
}

impl Known {
    fn read(stored: StoredObject) -> Result<Self> {
        Ok(Self {
            object: documents::object(&stored)?,
            stored,
            followed: false,
        })
    }
}

/// Everything that was fetched, by id; each document is read once.
pub(super) struct Fetched<'a> {
    snapshot: &'a Snapshot<'a>,
    known: HashMap<String, Known>,
}

impl<'a> Fetched<'a> {
    pub(super) fn new(snapshot: &'a Snapshot<'a>) -> Self {
        Self {
            snapshot,
            known: HashMap::new(),
        }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Known> {
        self.known.get(id)
    }

    /// The object that a mention means.
    pub(super) fn find(&self, mention: &Object) -> Option<&Known> {
        self.get(mention.id.as_deref()?)
    }

    /// Takes an object that was fetched elsewhere.
    pub(super) fn insert(&mut self, stored: StoredObject) -> Result<()> {
        self.known.insert(stored.id.clone(), Known::read(stored)?);
        Ok(())
    }

    /// Fetches what is not known yet.
    pub(super) fn fetch(&mut self, ids: &HashSet<String>) -> Result<()> {
        let missing: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|id| !self.known.contains_key(*id))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        for stored in self.snapshot.objects_by_ids(&missing)? {
            self.insert(stored)?;
        }
        Ok(())
    }

    /// Fetches the authors and parents of all that is known; and what is answered has an author, too.
    pub(super) fn fetch_mentions(&mut self) -> Result<()> {
        self.fetch_next_mentions()?;
        self.fetch_next_mentions()
    }

    fn fetch_next_mentions(&mut self) -> Result<()> {
        let mut ids = HashSet::new();
        for known in self.known.values_mut().filter(|known| !known.followed) {
            known.followed = true;
            let mentions = [&known.object.author, &known.object.in_reply_to];
            ids.extend(
                mentions
                    .into_iter()
                    .flatten()
                    .filter_map(|object| object.id.clone()),
            );
        }
        self.fetch(&ids)
    }
}
