//! One file: the records of an account, as they stand on disk.

use std::fs;
use std::io::{self, ErrorKind as IoKind};
use std::path::Path;

use pumphouse_activity::Acct;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::disk::{self, failed};
use super::record::Record;
use super::server_record::ServerRecord;
use crate::error::{Error, ErrorKind, Result};

/// The version of the files that this code writes.
const VERSION: u32 = 1;
/// A larger file is none of ours.
const MAX_SIZE: u64 = 1024 * 1024;

/// The content of a file.
#[derive(Serialize, Deserialize)]
pub(super) struct Content {
    version: u32,
    pub(super) account: Acct,
    /// One for each application.
    pub(super) records: Vec<Record>,
}

/// The content of the file of a server where there are no accounts.
#[derive(Serialize, Deserialize)]
pub(super) struct ServerContent {
    version: u32,
    pub(super) host: String,
    /// One for each application.
    pub(super) servers: Vec<ServerRecord>,
}

impl ServerContent {
    /// A server without records.
    pub(super) fn new(host: String) -> Self {
        Self {
            version: VERSION,
            host,
            servers: Vec::new(),
        }
    }
}

/// Only what every version of the files has.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Why a file gives no content.
pub(super) enum Unusable {
    /// Keep it aside.
    Corrupt(String),
    /// Leave it alone.
    Other(Error),
}

impl Content {
    /// An account without records.
    pub(super) fn new(account: Acct) -> Self {
        Self {
            version: VERSION,
            account,
            records: Vec::new(),
        }
    }
}

/// The content of a file, or `None` if there is no such file.
pub(super) fn load<C: DeserializeOwned>(path: &Path) -> Result<Option<C>, Unusable> {
    let bytes = match disk::read_limited(path, MAX_SIZE) {
        Ok(bytes) => Zeroizing::new(bytes),
        Err(error) if error.kind() == IoKind::NotFound => return Ok(None),
        Err(error) if is_the_files_own(&error, path) => {
            return Err(Unusable::Corrupt(format!("cannot be read ({error})")));
        }
        Err(error) => return Err(Unusable::Other(failed("could not read", path, error))),
    };
    // Errors of the parser may quote the file, so only their place is told.
    let corrupt = |error: serde_json::Error| {
        Unusable::Corrupt(format!(
            "is damaged (line {}, column {})",
            error.line(),
            error.column()
        ))
    };
    let Version { version } = serde_json::from_slice(&bytes).map_err(corrupt)?;
    if version > VERSION {
        return Err(Unusable::Other(
            Error::new(
                ErrorKind::Store,
                format!(
                    "{} was written by a newer version of this program (format {version}, this one \
                 knows {VERSION})",
                    path.display()
                ),
            )
            .with_hint("use that newer version"),
        ));
    }
    serde_json::from_slice(&bytes).map(Some).map_err(corrupt)
}

/// Whether a file is to blame itself, and not the directory that it is in.
fn is_the_files_own(error: &io::Error, path: &Path) -> bool {
    match error.kind() {
        IoKind::IsADirectory | IoKind::FileTooLarge => true,
        IoKind::PermissionDenied => fs::symlink_metadata(path).is_ok(),
        _ => false,
    }
}

/// Replaces the file, in this directory, with this content.
pub(super) fn save(directory: &Path, path: &Path, content: &impl Serialize) -> Result<()> {
    let written = serde_json::to_vec_pretty(content)
        .map_err(io::Error::from)
        .map(Zeroizing::new)
        .and_then(|bytes| disk::replace(directory, path, &bytes));
    written.map_err(|error| failed("could not write", path, error))
}

/// Renames a file that cannot be used, and says so.
pub(super) fn put_aside(path: &Path, why: &str) -> Error {
    for n in 1..1000_u32 {
        let aside = path.with_extension(format!("json.corrupt-{n}"));
        if fs::symlink_metadata(&aside).is_ok() {
            continue;
        }
        return match fs::rename(path, &aside) {
            Ok(()) => Error::new(
                ErrorKind::StoreCorrupt,
                format!(
                    "the credentials in {} cannot be used: the file {why}. It is now {}",
                    path.display(),
                    aside.display()
                ),
            ),
            Err(error) => failed("could not put aside the damaged file", path, error),
        };
    }
    Error::new(
        ErrorKind::StoreCorrupt,
        format!("{} {why}, like a thousand before it", path.display()),
    )
}
