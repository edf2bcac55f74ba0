//! Opening the database and bringing its schema up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::OpenFlags;

use rusqlite::config::DbConfig;

use crate::sql::{Connection, Result};
use crate::{Error, ErrorKind};

/// Every step of the schema, in order; a step that was released is never edited.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_jobs.sql"),
    include_str!("../migrations/0003_groups.sql"),
    include_str!("../migrations/0004_accounts.sql"),
    include_str!("../migrations/0005_codes.sql"),
    include_str!("../migrations/0006_bearer.sql"),
    include_str!("../migrations/0008_dialback.sql"),
    include_str!("../migrations/0009_lists.sql"),
];

/// The number of the newest schema.
pub(crate) const NEWEST: u32 = STEPS.len() as u32;

/// Opens the database for writing, with every commit on disk before it is acknowledged.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    // Room for all that a group of writes touches, or pages were written twice; in KiB.
    connection.pragma_update(None, "cache_size", -8_192)?;
    // In pages, 32 MiB: names are random, so writes touch pages all over the database, and the
    // fewer times these are taken over into it, the more of them are the same.
    connection.pragma_update(None, "wal_autocheckpoint", 8_192)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    migrate(&connection)?;
    // What undoes a savepoint, else in a file beyond 64 KiB. Migrations may need more than memory has.
    connection.pragma_update(None, "temp_store", "memory")?;
    Ok(connection)
}

/// Opens the database for reading.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "query_only", true)?;
    // In KiB, for each of the readers; the system keeps pages for all of them.
    connection.pragma_update(None, "cache_size", -1_024)?;
    Ok(connection)
}

/// Empties the write-ahead log into the database.
pub(crate) fn checkpoint(path: &Path) -> Result<()> {
    let connection = open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Opens a database that may be in use, to look at it only.
pub(crate) fn open_to_look(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    prepare(path, Connection::open_with_flags(path, flags))
}

/// Writes what is in a database into a new file, as of one moment.
pub(crate) fn copy(path: &Path, to: &Path) -> Result<()> {
    let connection = open(path)?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// The number of the schema: how many steps were done.
pub(crate) fn version(connection: &Connection) -> Result<u32> {
    Ok(connection.query_row("PRAGMA user_version", [], |row| row.get(0))?)
}

fn open(path: &Path) -> Result<Connection> {
    prepare(path, Connection::open(path))
}

fn prepare(path: &Path, opened: rusqlite::Result<Connection>) -> Result<Connection> {
    let connection = opened.map_err(|error| {
        Error::with_source(
            ErrorKind::Database,
            format!("cannot open {}", path.display()),
            error,
        )
    })?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    // Plans do not depend on the values of parameters, or statements would be compiled again for them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

fn migrate(connection: &Connection) -> Result<()> {
    let done = version(connection)? as usize;
    if done > STEPS.len() {
        return Err(Error::new(
            ErrorKind::TooNew,
            format!(
                "the database has schema {done}, this Pumphouse knows {}; install a newer one",
                STEPS.len()
            ),
        ));
    }
    for (number, step) in STEPS.iter().enumerate().skip(done) {
        let version = number + 1;
        connection.execute_batch(&format!(
            "BEGIN IMMEDIATE; {step} PRAGMA user_version = {version}; COMMIT;"
        ))?;
    }
    Ok(())
}
