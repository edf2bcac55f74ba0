//! The few calls through which all queries go: the one place, with `migrate`, that names the driver.

use std::cell::{RefCell, RefMut};
use std::ops::Deref;

use rusqlite::ErrorCode;
pub(crate) use rusqlite::{Connection, Row, ToSql, params};

use crate::changes::Changes;
use crate::{Error, ErrorKind};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A consistent view of everything kept, as of one moment.
pub struct Snapshot<'a> {
    connection: &'a Connection,
}

/// A snapshot that can also be changed. What it changes is kept when the closure that it was
/// given to returns `Ok`, and undone otherwise.
pub struct Transaction<'a> {
    snapshot: Snapshot<'a>,
    changes: RefCell<Changes>,
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection }
    }

    /// The first row, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Error::from)?;
        let mut rows = statement.query(parameters).map_err(Error::from)?;
        match rows.next().map_err(Error::from)? {
            Some(row) => Ok(Some(map(row).map_err(Error::from)?)),
            None => Ok(None),
        }
    }

    /// All rows.
    pub(crate) fn all<T>(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
        mut map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Error::from)?;
        let mut rows = statement.query(parameters).map_err(Error::from)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(Error::from)? {
            found.push(map(row).map_err(Error::from)?);
        }
        Ok(found)
    }
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self {
            snapshot: Snapshot::new(connection),
            changes: RefCell::default(),
        }
    }

    /// What has been changed so far, to be noted. Not to be held over another call.
    pub(crate) fn changes(&self) -> RefMut<'_, Changes> {
        self.changes.borrow_mut()
    }

    pub(crate) fn into_changes(self) -> Changes {
        self.changes.into_inner()
    }

    /// Runs one statement; gives the number of rows that it changed.
    pub(crate) fn execute(&self, sql: &'static str, parameters: &[&dyn ToSql]) -> Result<usize> {
        let mut statement = self.connection.prepare_cached(sql).map_err(Error::from)?;
        statement.execute(parameters).map_err(Error::from)
    }

    /// Runs one `INSERT`; gives the key of the new row.
    pub(crate) fn insert(&self, sql: &'static str, parameters: &[&dyn ToSql]) -> Result<i64> {
        self.execute(sql, parameters)?;
        Ok(self.connection.last_insert_rowid())
    }
}

impl<'a> Deref for Transaction<'a> {
    type Target = Snapshot<'a>;

    fn deref(&self) -> &Self::Target {
        &self.snapshot
    }
}

/// A list of values for `IN (SELECT value FROM json_each(?1))`, SQLite's form of `= ANY($1)`.
pub(crate) fn list<T: serde::Serialize>(values: &[T]) -> String {
    // Keys and ids always serialise; an empty list would find nothing, which is harmless.
    serde_json::to_string(values).unwrap_or_else(|_| "[]".to_owned())
}

impl From<rusqlite::Error> for Error {
    fn from(error: rusqlite::Error) -> Self {
        let kind = match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => ErrorKind::Conflict,
            Some(ErrorCode::DiskFull) => ErrorKind::DiskFull,
            _ => ErrorKind::Database,
        };
        Self::with_source(kind, "the database refused a statement", error)
    }
}
