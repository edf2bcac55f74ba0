//! Credentials in files: one for each account, in a directory that only its owner may read.
//!
//! A file is replaced whole: written beside the old one, flushed to disk, renamed over it. One lock
//! file for the directory keeps two programs from overwriting each other's changes. A file that
//! cannot be understood is renamed to `….corrupt-N` and never written over.

use std::fs::{self, File};
use std::io::ErrorKind as IoKind;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use pumphouse_activity::Acct;
use serde::de::DeserializeOwned;

use super::account_file::{self, Content, ServerContent, Unusable};
use super::credential_store::CredentialStore;
use super::disk::{self, failed};
use super::record::{Record, RecordKey};
use super::server_record::{ServerKey, ServerRecord};
use crate::error::{Error, ErrorKind, Result};

const EXTENSION: &str = ".json";
/// Of the files of servers where there are no accounts.
const SERVER_EXTENSION: &str = ".server.json";
const LOCK: &str = ".lock";

/// What is written otherwise in file names. Upper case is, too: names of people on pump.io
/// differ by it, and not all file systems do.
const ESCAPED: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'%')
    .add(b'*')
    .add(b'/')
    .add(b':')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'\\')
    .add(b'|')
    .add(b'~');

/// A [`CredentialStore`] on disk.
///
/// # Example
///
/// ```no_run
/// use pumphouse_client::{Client, FileStore};
///
/// let client = Client::builder("Test.io")
///     .store(FileStore::in_config_dir()?)
///     .build()?;
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileStore {
    directory: PathBuf,
}

impl FileStore {
    /// A store in the platform's directory for configuration: `$XDG_CONFIG_HOME/pumphouse/accounts`
    /// (usually `~/.config/pumphouse/accounts`) on Unix, the like on Windows.
    ///
    /// # Errors
    ///
    /// If the platform names no home directory.
    pub fn in_config_dir() -> Result<Self> {
        let base = etcetera::choose_base_strategy().map_err(|error| {
            Error::new(
                ErrorKind::Store,
                "there is no home directory to keep credentials in",
            )
            .with_source(error)
            .with_hint("set HOME, or XDG_CONFIG_HOME")
        })?;
        Ok(Self::at(base.config_dir().join("pumphouse/accounts")))
    }

    /// A store in a directory of the program's choice, for nothing else. It is made when first
    /// written to, and on Unix closed to everybody but its owner.
    pub fn at(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
        }
    }

    /// Where the files are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The file of an account.
    pub fn path_of(&self, account: &Acct) -> PathBuf {
        let name = file_name(&account.to_string());
        self.directory.join(name + EXTENSION)
    }

    /// The file of a server where there are no accounts.
    fn path_of_server(&self, host: &str) -> PathBuf {
        self.directory.join(file_name(host) + SERVER_EXTENSION)
    }

    fn make_directory(&self) -> Result<()> {
        let made = disk::create_private_dir(&self.directory);
        made.map_err(|error| {
            failed(
                "could not make the private directory",
                &self.directory,
                error,
            )
        })
    }

    /// Waits for the lock of the directory; dropping the file gives it back.
    fn lock(&self) -> Result<File> {
        let path = self.directory.join(LOCK);
        disk::lock(&path).map_err(|error| failed("could not lock", &path, error))
    }

    /// The content of a file, or `None` if there is no such file. What is corrupt is put aside;
    /// the caller must hold the lock.
    fn load_locked<C: DeserializeOwned>(&self, path: &Path) -> Result<Option<C>> {
        match account_file::load(path) {
            Ok(content) => Ok(content),
            Err(Unusable::Other(error)) => Err(error),
            Err(Unusable::Corrupt(why)) => Err(account_file::put_aside(path, &why)),
        }
    }

    /// The content of a file, without the lock unless it is needed: a file is always whole.
    fn load<C: DeserializeOwned>(&self, path: &Path) -> Result<Option<C>> {
        match account_file::load(path) {
            Ok(content) => Ok(content),
            Err(Unusable::Other(error)) => Err(error),
            Err(Unusable::Corrupt(_)) => {
                // Another program may have replaced it in the meantime: look again, locked.
                let _lock = self.lock()?;
                self.load_locked(path)
            }
        }
    }
}

impl CredentialStore for FileStore {
    fn read(&self, key: &RecordKey) -> Result<Option<Record>> {
        let content: Option<Content> = self.load(&self.path_of(&key.account))?;
        Ok(content.and_then(|content| {
            content
                .records
                .into_iter()
                .find(|record| record.key() == *key)
        }))
    }

    fn update(&self, key: &RecordKey, change: &mut dyn FnMut(&mut Option<Record>)) -> Result<()> {
        self.make_directory()?;
        let path = self.path_of(&key.account);
        let _lock = self.lock()?;
        let mut content = self
            .load_locked(&path)?
            .unwrap_or_else(|| Content::new(key.account.clone()));
        if !change_one(&mut content.records, |record| record.key() == *key, change) {
            return Ok(());
        }
        if content.records.is_empty() {
            return remove(&path);
        }
        account_file::save(&self.directory, &path, &content)
    }

    fn read_server(&self, key: &ServerKey) -> Result<Option<ServerRecord>> {
        let content: Option<ServerContent> = self.load(&self.path_of_server(&key.host))?;
        let mut records = content.into_iter().flat_map(|content| content.servers);
        Ok(records.find(|record| record.key() == *key))
    }

    fn update_server(
        &self,
        key: &ServerKey,
        change: &mut dyn FnMut(&mut Option<ServerRecord>),
    ) -> Result<()> {
        self.make_directory()?;
        let path = self.path_of_server(&key.host);
        let _lock = self.lock()?;
        let mut content = self
            .load_locked(&path)?
            .unwrap_or_else(|| ServerContent::new(key.host.clone()));
        if !change_one(&mut content.servers, |record| record.key() == *key, change) {
            return Ok(());
        }
        if content.servers.is_empty() {
            return remove(&path);
        }
        account_file::save(&self.directory, &path, &content)
    }

    fn accounts(&self, application: &str) -> Result<Vec<Acct>> {
        let entries = match fs::read_dir(&self.directory) {
            Ok(entries) => entries,
            Err(error) if error.kind() == IoKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("could not read", &self.directory, error)),
        };
        let mut accounts = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| failed("could not read", &self.directory, error))?;
            if !is_account_file(&entry.file_name().to_string_lossy()) {
                continue;
            }
            if let Some(content) = self.load::<Content>(&entry.path())?
                && content
                    .records
                    .iter()
                    .any(|record| record.application == application)
            {
                accounts.push(content.account);
            }
        }
        accounts.sort();
        Ok(accounts)
    }
}

/// Changes the one record that is meant; says whether that changed anything.
fn change_one<R: Clone + PartialEq>(
    records: &mut Vec<R>,
    is_meant: impl FnMut(&R) -> bool,
    change: &mut dyn FnMut(&mut Option<R>),
) -> bool {
    let place = records.iter().position(is_meant);
    let before = place.map(|place| records.remove(place));
    let mut after = before.clone();
    change(&mut after);
    let has_changed = after != before;
    if let Some(record) = after {
        records.insert(place.unwrap_or(records.len()), record);
    }
    has_changed
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| failed("could not remove", path, error))
}

/// What an account or host is called on disk.
fn file_name(of: &str) -> String {
    let mut name = String::new();
    for c in of.chars() {
        if c.is_ascii_uppercase() || (c == '.' && name.is_empty()) {
            name.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            name.extend(utf8_percent_encode(c.encode_utf8(&mut [0; 4]), ESCAPED));
        }
    }
    name
}

fn is_account_file(name: &str) -> bool {
    name.strip_suffix(EXTENSION).is_some_and(|name| {
        let address = percent_decode_str(name).decode_utf8_lossy();
        address.parse::<Acct>().is_ok()
    })
}
