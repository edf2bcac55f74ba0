//! What a backup holds, and how far it is.

use std::collections::BTreeMap;
use std::path::Path;

use pumphouse_client::Acct;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::{files, time};

/// The form of the files that this program writes.
const VERSION: u32 = 1;

/// The file `manifest.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Manifest {
    version: u32,
    pub(super) account: Acct,
    /// The address of the account's server.
    server: String,
    /// When the last run began.
    begun: String,
    /// When it had everything; not there if it was cut off.
    #[serde(skip_serializing_if = "Option::is_none")]
    finished: Option<String>,
    /// By the name of the file, without its ending.
    pub(super) collections: BTreeMap<String, Kept>,
    /// Collections that the server did not give in the last run, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) refused: BTreeMap<String, String>,
    pub(super) media: Media,
}

/// What is kept of a collection.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Kept {
    pub(super) items: u64,
    /// Whether everything up to the oldest item was read once.
    pub(super) whole: bool,
    /// Of activities: the newest up to which nothing is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) newest: Option<String>,
    /// What the file has and the server does not have any more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) gone: Vec<String>,
}

/// What is kept of the files that were posted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Media {
    pub(super) files: u64,
    /// Those that could not be had in the last run.
    pub(super) failed: Vec<Failure>,
}

/// A file that could not be had.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Failure {
    pub(super) url: String,
    pub(super) why: String,
}

impl Manifest {
    /// A backup of an account that begins now.
    pub(super) fn new(account: &Acct, server: impl Into<String>) -> Self {
        Self {
            version: VERSION,
            account: account.clone(),
            server: server.into(),
            begun: time::now().to_string(),
            finished: None,
            collections: BTreeMap::new(),
            refused: BTreeMap::new(),
            media: Media::default(),
        }
    }

    /// Reads it; `None` if there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, Error> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let failed = |error: std::io::Error| {
            Error::failure(format!("cannot read {}", path.display())).with_source(error)
        };
        let Some(text) = files::read(path).map_err(failed)? else {
            return Ok(None);
        };
        let version: Version = serde_json::from_str(&text).map_err(|error| failed(error.into()))?;
        if version.version != VERSION {
            let message = format!("{} was written by another version", path.display());
            return Err(Error::usage(message).with_hint("make the backup in another directory"));
        }
        let manifest = serde_json::from_str(&text).map_err(|error| failed(error.into()))?;
        Ok(Some(manifest))
    }

    /// Replaces the file.
    pub(super) fn write(&self, path: &Path) -> Result<(), Error> {
        let write = || files::replace(path, &format!("{}\n", serde_json::to_string_pretty(self)?));
        write().map_err(|error: std::io::Error| {
            Error::failure(format!("cannot write {}", path.display())).with_source(error)
        })
    }

    /// Another run begins.
    pub(super) fn begin(&mut self) {
        self.begun = time::now().to_string();
        self.finished = None;
        self.refused.clear();
        self.media.failed.clear();
    }

    /// Everything is there.
    pub(super) fn finish(&mut self) {
        self.finished = Some(time::now().to_string());
    }
}
