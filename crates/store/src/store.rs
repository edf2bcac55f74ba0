//! The store: one directory, one writer, many readers.

use std::cell::RefCell;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::broadcast;

use crate::changes::{Arrival, Listeners};
use crate::error::kind_of;
use crate::nonces::Nonces;
use crate::sql::{Connection, Result, Snapshot, Transaction, params, run_cached};
use crate::versions::{Stamp, Versions};
use crate::writer::Writer;
use crate::{Error, ErrorKind, Micros, Nonce, Numbers, migrate};

/// The file, in a data directory, that everything is in but for nonces and uploads.
pub(crate) const DATABASE: &str = "pumphouse.sqlite";

/// Everything a server keeps. Cheap to clone; all clones are one store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    database: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    nonces: Nonces,
    listeners: Arc<Listeners>,
    /// Locked as long as the store is open.
    _lock: File,
}

impl Store {
    /// Opens the store in a directory, and makes both if there is none.
    ///
    /// # Errors
    /// [`ErrorKind::InUse`] if another process has it open, [`ErrorKind::TooNew`] if a newer
    /// Pumphouse wrote it, [`ErrorKind::Database`] if it cannot be read or written.
    pub fn open(directory: &Path) -> Result<Self> {
        let cannot = |error| cannot_use(directory, error);
        create_private(directory).map_err(cannot)?;
        let lock = File::create(directory.join("lock")).map_err(cannot)?;
        lock.try_lock().map_err(|_| {
            Error::new(
                ErrorKind::InUse,
                format!(
                    "another server uses the data directory {}",
                    directory.display()
                ),
            )
        })?;
        let database = directory.join(DATABASE);
        let listeners = Arc::<Listeners>::default();
        let writer = Writer::start(migrate::open_writer(&database)?, Arc::clone(&listeners))?;
        Ok(Self {
            inner: Arc::new(Inner {
                database,
                writer,
                readers: Mutex::new(Vec::new()),
                nonces: Nonces::open(directory)?,
                listeners,
                _lock: lock,
            }),
        })
    }

    /// Reads in one consistent snapshot, on the calling thread: a page of a feed takes tens of
    /// microseconds, and a hop to another thread would cost more than that. Servers run a few
    /// more threads than they have cores, for the rare read that waits for the disk.
    ///
    /// # Errors
    /// What the closure gives, or [`ErrorKind::Database`].
    pub fn read<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        E: From<Error>,
        F: FnOnce(&Snapshot<'_>) -> std::result::Result<T, E>,
    {
        self.with_reader(|connection| work(&Snapshot::new(connection)))
    }

    /// Reads, and gives by what is seen whether the outcome still holds, if that can be known.
    pub(crate) fn read_followed<T, E, F>(
        &self,
        work: F,
    ) -> std::result::Result<(T, Option<Stamp>), E>
    where
        E: From<Error>,
        F: FnOnce(&Snapshot<'_>) -> std::result::Result<T, E>,
    {
        let readings = RefCell::new(self.versions().begin());
        let value =
            self.with_reader(|connection| work(&Snapshot::followed(connection, &readings)))?;
        Ok((value, readings.into_inner().into_stamp()))
    }

    /// Calls with a connection that is in a transaction.
    fn with_reader<T, E>(
        &self,
        work: impl FnOnce(&Connection) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E>
    where
        E: From<Error>,
    {
        let idle = self.readers().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => migrate::open_reader(&self.inner.database)?,
        };
        run_cached(&connection, "BEGIN")?;
        let outcome = work(&connection);
        run_cached(&connection, "COMMIT")?;
        self.readers().push(connection);
        outcome
    }

    /// Where the database is.
    pub(crate) fn database(&self) -> &Path {
        &self.inner.database
    }

    /// When what was last changed.
    pub(crate) fn versions(&self) -> &Versions {
        &self.inner.listeners.versions
    }

    fn readers(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        // The list is whole whatever happened while it was locked.
        self.inner
            .readers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads and writes in one transaction; answers when it is on disk.
    ///
    /// # Errors
    /// What the closure gives (then nothing is changed), [`ErrorKind::DiskFull`],
    /// [`ErrorKind::Database`] or [`ErrorKind::Closed`].
    pub async fn write<T, E, F>(&self, work: F) -> std::result::Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
        F: FnOnce(&Transaction<'_>) -> std::result::Result<T, E> + Send + 'static,
    {
        self.inner.writer.write(work).await
    }

    /// Lets the database grow no more, or grow again, as a full disk does: for tests.
    ///
    /// # Errors
    /// As [`Store::write`].
    #[doc(hidden)]
    pub async fn fill_disk(&self, full: bool) -> std::result::Result<(), Error> {
        let limit = if full {
            // It becomes the size that there is.
            "PRAGMA max_page_count = 1"
        } else {
            "PRAGMA max_page_count = 1000000"
        };
        self.write(move |tx| tx.first(limit, params![], |_| Ok(())))
            .await?;
        Ok(())
    }

    /// What reaches feeds from now on. The writer never waits for a receiver: one that falls far
    /// behind misses the oldest, is told so, and has to look into the feeds themselves.
    pub fn arrivals(&self) -> broadcast::Receiver<Arc<Arrival>> {
        self.inner.listeners.arrivals()
    }

    /// Waits until a job has been added since the last call.
    pub async fn job_added(&self) {
        self.inner.listeners.job_added().await;
    }

    /// What it has written since it was opened.
    pub fn numbers(&self) -> Numbers {
        self.inner.writer.numbers()
    }

    /// Moves everything from the write-ahead log into the database's own file, so that a copy of
    /// that file is whole. Done when a server ends; nothing is lost without it.
    ///
    /// # Errors
    /// [`ErrorKind::Database`].
    pub fn checkpoint(&self) -> Result<()> {
        migrate::checkpoint(&self.inner.database)
    }

    /// Remembers a nonce; false if it was used before. It survives the process.
    ///
    /// # Errors
    /// [`ErrorKind::Database`] or [`ErrorKind::DiskFull`]; then it counts as unused.
    pub fn use_nonce(&self, nonce: &Nonce<'_>) -> Result<bool> {
        self.inner.nonces.insert(nonce)
    }

    /// Forgets what has expired by now: nonces, log-ins that were not finished, sessions, codes of
    /// every kind, and dialbacks.
    ///
    /// # Errors
    /// [`ErrorKind::Database`], [`ErrorKind::DiskFull`] or [`ErrorKind::Closed`].
    pub async fn purge(&self, now: Micros) -> Result<()> {
        self.inner.nonces.purge(now)?;
        self.write(move |tx| {
            tx.purge_sessions(now)?;
            tx.purge_authorization_codes(now)?;
            tx.purge_codes(now)?;
            tx.purge_dialbacks(now)?;
            tx.purge_temporary_credentials(now)
        })
        .await
    }
}

pub(crate) fn cannot_use(directory: &Path, error: std::io::Error) -> Error {
    Error::with_source(
        kind_of(&error),
        format!("cannot use the data directory {}", directory.display()),
        error,
    )
}

/// Makes a directory that only its owner can read.
fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use crate::{Error, ErrorKind, Store, sql::params};

    const FULL_SOON: &str = "PRAGMA max_page_count = 120";
    const ROOM: &str = "PRAGMA max_page_count = 1000000";

    /// Limits the size of the database, as a full disk does.
    async fn limit(store: &Store, sql: &'static str) {
        store
            .write(move |tx| tx.first(sql, params![], |_| Ok(())))
            .await
            .unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_keeps_what_was_acknowledged_and_refuses_the_rest() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(directory.path()).unwrap();
        limit(&store, FULL_SOON).await;
        let value = "x".repeat(3_000);
        let mut writes = JoinSet::new();
        for number in 0..300 {
            let (store, value) = (store.clone(), value.clone());
            writes.spawn(async move {
                let name = format!("n{number}");
                let outcome: Result<(), Error> =
                    store.write(move |tx| tx.set_setting(&name, &value)).await;
                (number, outcome)
            });
        }
        let mut refused = 0;
        while let Some(done) = writes.join_next().await {
            let (number, outcome) = done.unwrap();
            let name = format!("n{number}");
            let kept = store.read(|snapshot| snapshot.setting(&name)).unwrap();
            assert_eq!(kept.is_some(), outcome.is_ok(), "write {number}");
            if let Err(error) = outcome {
                assert_eq!(error.kind(), ErrorKind::DiskFull, "{error}");
                refused += 1;
            }
        }
        assert!((1..300).contains(&refused), "{refused} of 300 were refused");
        limit(&store, ROOM).await;
        let again: Result<(), Error> = store.write(|tx| tx.set_setting("later", "x")).await;
        again.unwrap();
    }
}
