//! The directory of a backup: made, recognised, and written by one process at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use pumphouse_client::Session;

use super::lines::Lines;
use super::manifest::Manifest;
use crate::error::Error;

/// An open backup.
pub(super) struct Directory {
    path: PathBuf,
    pub(super) manifest: Manifest,
    /// Held as long as it is open.
    _lock: File,
}

impl Directory {
    /// Opens the backup of an account, or begins one in a directory that is empty or not there.
    ///
    /// # Errors
    ///
    /// If something else is in it, the backup of another account, or another process at work.
    pub(super) fn open(path: &Path, session: &Session) -> Result<Self, Error> {
        let failed = |error: io::Error| {
            Error::failure(format!("cannot write to {}", path.display())).with_source(error)
        };
        make_private(path).map_err(failed)?;
        let manifest = path.join("manifest.json");
        let known = Manifest::read(&manifest)?;
        if known.is_none() && !is_empty(path).map_err(failed)? {
            let message = format!("{} is not empty, and no backup", path.display());
            return Err(Error::usage(message).with_hint("name another directory"));
        }
        let account = session.account();
        if let Some(known) = &known
            && known.account != *account
        {
            let message = format!("{} is a backup of {}", path.display(), known.account);
            return Err(Error::usage(message).with_hint("name another directory"));
        }
        let lock = lock(path)?;
        remove_unfinished(path, UNFINISHED).map_err(failed)?;
        // Another process may have been faster.
        let known = Manifest::read(&manifest)?;
        let mut directory = Self {
            path: path.to_owned(),
            manifest: known
                .unwrap_or_else(|| Manifest::new(account, session.endpoints().base.clone())),
            _lock: lock,
        };
        directory.manifest.begin();
        directory.save()?;
        make_private(&directory.media()).map_err(failed)?;
        Ok(directory)
    }

    /// The file with this name.
    pub(super) fn at(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Where the files are that were posted.
    pub(super) fn media(&self) -> PathBuf {
        self.at("media")
    }

    /// The file of a collection.
    pub(super) fn collection(&self, name: &str) -> PathBuf {
        self.at(&format!("{name}.jsonl"))
    }

    /// The items of a collection.
    pub(super) fn lines(&self, name: &str) -> Result<Lines, Error> {
        let path = self.collection(name);
        Lines::open(&path).map_err(|error| not_written(&path, error))
    }

    /// Keeps how far it is.
    pub(super) fn save(&self) -> Result<(), Error> {
        self.manifest.write(&self.at("manifest.json"))
    }
}

/// The error of a file that cannot be read or written.
pub(super) fn not_written(path: &Path, error: io::Error) -> Error {
    Error::failure(format!("cannot write {}", path.display())).with_source(error)
}

/// What people wrote to each other is nobody else's.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

const LOCK: &str = ".lock";
/// How the names of files begin that are being written.
const UNFINISHED: &str = ".new-";

/// Whether nothing is in it but what a run leaves that was killed before it wrote anything whole.
fn is_empty(path: &Path) -> io::Result<bool> {
    let is_begun = path.join(LOCK).exists();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        if name != LOCK && !(is_begun && name.to_string_lossy().starts_with(UNFINISHED)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes away what was being written under names that begin like this when a run was cut off.
pub(super) fn remove_unfinished(directory: &Path, names: &str) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(names) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn lock(path: &Path) -> Result<File, Error> {
    let lock = path.join(LOCK);
    let mut options = OpenOptions::new();
    let file = options.create(true).truncate(false).write(true).open(&lock);
    let file = file.map_err(|error| not_written(&lock, error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::failure(format!(
            "another backup is being written to {}",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(not_written(&lock, error)),
    }
}
