//! Opening the database and bringing its schema up to date.

use std::path::Path;
use std::time::Duration;

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
];

/// Opens the database for writing, with every commit on disk before it is acknowledged.
pub(crate) fn open_writer(path: &Path) -> Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    migrate(&connection)?;
    Ok(connection)
}

/// Opens the database for reading.
pub(crate) fn open_reader(path: &Path) -> Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// Empties the write-ahead log into the database.
pub(crate) fn checkpoint(path: &Path) -> Result<()> {
    let connection = open(path)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

fn open(path: &Path) -> Result<Connection> {
    let connection = Connection::open(path).map_err(|error| {
        Error::with_source(
            ErrorKind::Database,
            format!("cannot open {}", path.display()),
            error,
        )
    })?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

fn migrate(connection: &Connection) -> Result<()> {
    let done: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = done as usize;
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
