//! Credentials in the keyring of the operating system.
//!
//! Each record is a secret of its own, and so is the list of an application's accounts, because
//! not all keyrings can be searched. No keyring can change a secret in one step; so a lock file
//! keeps two programs from overwriting each other's changes.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use keyring_core::{CredentialStore as Keyring, Entry};
use pumphouse_activity::Acct;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::credential_store::CredentialStore;
use super::disk::{self, failed};
use super::record::{Record, RecordKey};
use super::server_record::{ServerKey, ServerRecord};
use crate::error::{Error, ErrorKind, Result};

/// The version of the secrets that this code writes.
const VERSION: u32 = 1;
/// What the secrets are for, as people see it in their keyring.
const SERVICE: &str = "pumphouse";
const LOCK: &str = "keyring.lock";

/// A [`CredentialStore`] in the keyring of the operating system: the Secret Service of Linux and
/// its like, the Keychain of macOS, the Credential Manager of Windows.
///
/// Behind the feature `keyring`. A secret of Windows is at most 2,560 bytes; what does not fit is an
/// error, and what was kept before stays.
///
/// ```no_run
/// use pumphouse_client::{Client, KeyringStore};
///
/// let client = Client::builder("Test.io").store(KeyringStore::open()?).build()?;
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
#[derive(Clone)]
pub struct KeyringStore {
    keyring: Arc<Keyring>,
    /// Where the lock file is.
    directory: PathBuf,
}

/// A secret as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<T> {
    version: u32,
    content: T,
}

/// Only what every version of the secrets has.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl KeyringStore {
    /// Opens the keyring of whoever runs this program.
    ///
    /// It may take a moment, and on some systems asks the person to unlock it.
    ///
    /// # Errors
    ///
    /// [`Store`](ErrorKind::Store) if there is none, or no home directory.
    pub fn open() -> Result<Self> {
        let base = etcetera::choose_base_strategy().map_err(|error| {
            Error::new(ErrorKind::Store, "there is no home directory")
                .with_source(error)
                .with_hint("set HOME, or XDG_CONFIG_HOME")
        })?;
        let directory = base.config_dir().join("pumphouse");
        Ok(Self::over(system_keyring()?, &directory))
    }

    fn over(keyring: Arc<Keyring>, directory: &Path) -> Self {
        Self {
            keyring,
            directory: directory.to_owned(),
        }
    }

    /// Keeps other programs from changing anything until it is dropped.
    fn lock(&self) -> Result<File> {
        let path = self.directory.join(LOCK);
        disk::create_private_dir(&self.directory)
            .and_then(|()| disk::lock(&path))
            .map_err(|error| failed("could not lock", &path, error))
    }

    fn entry(&self, name: &str) -> Result<Entry> {
        Entry::new_in_store(&self.keyring, SERVICE, name).map_err(refused)
    }

    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>> {
        let secret = match self.entry(name)?.get_secret() {
            Ok(secret) => Zeroizing::new(secret),
            Err(keyring_core::Error::NoEntry) => return Ok(None),
            Err(error) => return Err(refused(error)),
        };
        // Errors of the parser may quote the secret.
        let corrupt = |_| {
            let message = format!("the secret '{name}' of {SERVICE} in the keyring is damaged");
            Error::new(ErrorKind::StoreCorrupt, message)
                .with_hint("log in again after removing it, or repair it")
        };
        let Version { version } = serde_json::from_slice(&secret).map_err(corrupt)?;
        if version > VERSION {
            let message = format!("the keyring was written by a newer version (format {version})");
            return Err(Error::new(ErrorKind::Store, message).with_hint("use that newer version"));
        }
        let kept: Kept<T> = serde_json::from_slice(&secret).map_err(corrupt)?;
        Ok(Some(kept.content))
    }

    fn set<T: Serialize>(&self, name: &str, content: Option<&T>) -> Result<()> {
        let entry = self.entry(name)?;
        let Some(content) = content else {
            return match entry.delete_credential() {
                Ok(()) | Err(keyring_core::Error::NoEntry) => Ok(()),
                Err(error) => Err(refused(error)),
            };
        };
        let version = VERSION;
        let secret = serde_json::to_vec(&Kept { version, content }).map_err(|error| {
            Error::new(ErrorKind::Store, "the credentials cannot be written").with_source(error)
        })?;
        entry.set_secret(&Zeroizing::new(secret)).map_err(refused)
    }

    /// Lists an account among those of an application; it may be there already.
    fn list(&self, key: &RecordKey) -> Result<()> {
        let name = list_name(&key.application);
        let mut accounts: Vec<Acct> = self.get(&name)?.unwrap_or_default();
        if accounts.contains(&key.account) {
            return Ok(());
        }
        accounts.push(key.account.clone());
        self.set(&name, Some(&accounts))
    }

    fn unlist(&self, key: &RecordKey) -> Result<()> {
        let name = list_name(&key.application);
        let mut accounts: Vec<Acct> = self.get(&name)?.unwrap_or_default();
        accounts.retain(|account| *account != key.account);
        self.set(
            &name,
            Some(&accounts).filter(|accounts| !accounts.is_empty()),
        )
    }
}

impl CredentialStore for KeyringStore {
    fn read(&self, key: &RecordKey) -> Result<Option<Record>> {
        self.get(&record_name(key))
    }

    fn update(&self, key: &RecordKey, change: &mut dyn FnMut(&mut Option<Record>)) -> Result<()> {
        let _lock = self.lock()?;
        let mut record = self.read(key)?;
        change(&mut record);
        // An account that is listed without a record is passed over; one that is not listed would
        // be lost.
        if record.is_some() {
            self.list(key)?;
        }
        self.set(&record_name(key), record.as_ref())?;
        if record.is_none() {
            self.unlist(key)?;
        }
        Ok(())
    }

    fn accounts(&self, application: &str) -> Result<Vec<Acct>> {
        let listed: Vec<Acct> = self.get(&list_name(application))?.unwrap_or_default();
        let mut accounts = Vec::new();
        for account in listed {
            let key = RecordKey::new(application, account);
            if self.read(&key)?.is_some() {
                accounts.push(key.account);
            }
        }
        accounts.sort();
        Ok(accounts)
    }

    fn read_server(&self, key: &ServerKey) -> Result<Option<ServerRecord>> {
        self.get(&server_name(key))
    }

    fn update_server(
        &self,
        key: &ServerKey,
        change: &mut dyn FnMut(&mut Option<ServerRecord>),
    ) -> Result<()> {
        let _lock = self.lock()?;
        let mut record = self.read_server(key)?;
        change(&mut record);
        self.set(&server_name(key), record.as_ref())
    }
}

impl std::fmt::Debug for KeyringStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyringStore").finish_non_exhaustive()
    }
}

// No address or host has a space in it, and only addresses have an '@' in front of it.

fn record_name(key: &RecordKey) -> String {
    format!("{} {}", key.account, key.application)
}

fn server_name(key: &ServerKey) -> String {
    format!("{} {}", key.host, key.application)
}

fn list_name(application: &str) -> String {
    format!("* {application}")
}

/// The error for what a keyring does not do. Some of its own errors hold the secret, so only the text
/// of those is taken that do not.
fn refused(error: keyring_core::Error) -> Error {
    use keyring_core::Error as Keyring;

    let why = match error {
        Keyring::NoStorageAccess(error) => format!("it cannot be opened ({error})"),
        Keyring::PlatformFailure(error) => format!("it failed ({error})"),
        Keyring::TooLong(_, most) => format!("it takes at most {most} bytes"),
        Keyring::NotSupportedByStore(what) => format!("it cannot do this ({what})"),
        Keyring::Invalid(what, why) => format!("it does not take this {what} ({why})"),
        Keyring::Ambiguous(_) => "it has more than one secret of the same name".to_owned(),
        _ => "it cannot be read".to_owned(),
    };
    Error::new(ErrorKind::Store, format!("the system's keyring: {why}"))
        .with_hint("unlock the keyring, or keep credentials in files")
}

#[cfg(target_os = "macos")]
fn system_keyring() -> Result<Arc<Keyring>> {
    Ok(apple_native_keyring_store::keychain::Store::new().map_err(refused)?)
}

#[cfg(windows)]
fn system_keyring() -> Result<Arc<Keyring>> {
    Ok(windows_native_keyring_store::Store::new().map_err(refused)?)
}

#[cfg(all(unix, not(any(target_vendor = "apple", target_os = "android"))))]
fn system_keyring() -> Result<Arc<Keyring>> {
    Ok(zbus_secret_service_keyring_store::Store::new().map_err(refused)?)
}

#[cfg(not(any(
    target_os = "macos",
    windows,
    all(unix, not(any(target_vendor = "apple", target_os = "android")))
)))]
fn system_keyring() -> Result<Arc<Keyring>> {
    let why = "there is no keyring on this system".to_owned();
    Err(refused(keyring_core::Error::NotSupportedByStore(why)))
}

#[cfg(test)]
mod tests {
    use keyring_core::mock;

    use super::*;
    use crate::store::record::tests::full_record;

    fn store(directory: &Path) -> (Arc<mock::Store>, KeyringStore) {
        let keyring = mock::Store::new().unwrap();
        let store = KeyringStore::over(keyring.clone(), directory);
        (keyring, store)
    }

    fn keep(store: &KeyringStore, record: &Record) -> Result<()> {
        store.update(&record.key(), &mut |kept| *kept = Some(record.clone()))
    }

    /// Makes the next use of a secret fail.
    fn fail(store: &KeyringStore, name: &str, error: keyring_core::Error) {
        let entry = store.entry(name).unwrap();
        let mock: &mock::Cred = entry.as_any().downcast_ref().unwrap();
        mock.set_error(error);
    }

    #[test]
    fn records_are_kept_by_application_account_and_server() {
        let directory = tempfile::tempdir().unwrap();
        let (keyring, store) = store(directory.path());
        let records = [
            full_record("Test.io", "evan@e14n.com"),
            full_record("Test.io", "evan@other.example"),
            full_record("Other app", "evan@e14n.com"),
        ];
        for record in &records {
            keep(&store, record).unwrap();
        }
        // Another program over the same keyring.
        let store = KeyringStore::over(keyring, directory.path());
        for record in &records {
            assert_eq!(store.read(&record.key()).unwrap().as_ref(), Some(record));
        }
        let accounts = |application| store.accounts(application).unwrap();
        assert_eq!(accounts("Test.io").len(), 2);
        assert_eq!(accounts("Other app").len(), 1);
        let gone = records[0].key();
        store.update(&gone, &mut |kept| *kept = None).unwrap();
        assert_eq!(store.read(&gone).unwrap(), None);
        assert_eq!(accounts("Test.io"), [records[1].account.clone()]);

        let key = ServerKey::new("Test.io", "e14n.com");
        let server = ServerRecord::new(&key, records[0].endpoints.clone());
        let change = &mut |kept: &mut Option<ServerRecord>| *kept = Some(server.clone());
        store.update_server(&key, change).unwrap();
        assert_eq!(store.read_server(&key).unwrap(), Some(server));
        assert!(!format!("{store:?}").contains("hush"));
    }

    #[test]
    fn what_a_keyring_refuses_changes_nothing_and_tells_no_secret() {
        let directory = tempfile::tempdir().unwrap();
        let (_, store) = store(directory.path());
        let record = full_record("Test.io", "evan@e14n.com");
        let name = record_name(&record.key());
        let bytes = b"the-hush".to_vec();
        let source = || "the-reason".into();
        for error in [
            keyring_core::Error::BadEncoding(bytes.clone()),
            keyring_core::Error::BadDataFormat(bytes.clone(), source()),
            keyring_core::Error::NoStorageAccess(source()),
        ] {
            fail(&store, &name, error);
            let error = keep(&store, &record).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Store);
            assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
            assert_eq!(store.read(&record.key()).unwrap(), None);
            assert!(store.accounts("Test.io").unwrap().is_empty());
        }
        keep(&store, &record).unwrap();
        assert_eq!(store.accounts("Test.io").unwrap().len(), 1);
    }

    #[test]
    fn damaged_secrets_and_those_of_newer_versions_are_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (_, store) = store(directory.path());
        let record = full_record("Test.io", "evan@e14n.com");
        let entry = store.entry(&record_name(&record.key())).unwrap();
        for (secret, kind) in [
            ("hush", ErrorKind::StoreCorrupt),
            (r#"{"version":1,"content":"hush"}"#, ErrorKind::StoreCorrupt),
            (r#"{"version":2,"other":"hush"}"#, ErrorKind::Store),
        ] {
            entry.set_password(secret).unwrap();
            let error = keep(&store, &record).unwrap_err();
            assert_eq!(error.kind(), kind);
            assert!(!format!("{error:?} {error}").contains("hush"), "{error:?}");
            assert_eq!(entry.get_password().unwrap(), secret);
        }
    }

    #[test]
    fn what_is_changed_at_once_is_not_lost() {
        let directory = tempfile::tempdir().unwrap();
        let (keyring, first) = store(directory.path());
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let store = KeyringStore::over(keyring.clone(), directory.path());
                scope.spawn(move || {
                    for n in 0..10 {
                        let account = format!("user-{writer}-{n}@e14n.com");
                        keep(&store, &full_record("Test.io", &account)).unwrap();
                    }
                });
            }
        });
        assert_eq!(first.accounts("Test.io").unwrap().len(), 40);
    }
}
