//! The few calls through which all queries go: the one place, with `migrate`, that names the driver.

use std::cell::{RefCell, RefMut};
use std::ops::Deref;

use rusqlite::ErrorCode;
pub(crate) use rusqlite::{Connection, Row, ToSql, params};

use crate::changes::Changes;
use crate::versions::{Readings, Thing};
use crate::{Error, ErrorKind};

pub(crate) type Result<T> = std::result::Result<T, Error>;

/// A consistent view of everything kept, as of one moment.
pub struct Snapshot<'a> {
    connection: &'a Connection,
    follow: Follow<'a>,
}

/// What is noted of the queries.
#[derive(Clone, Copy)]
enum Follow<'a> {
    Nothing,
    /// What is read, so that the outcome can be kept.
    Readings(&'a RefCell<Readings>),
    /// What is changed.
    Changes(&'a RefCell<Changes>),
}

/// The queries of those that say what they read or change (see `versions`).
pub(crate) struct Named<'s, 'a>(&'s Snapshot<'a>);

/// A snapshot that can also be changed. What it changes is kept when the closure that it was
/// given to returns `Ok`, and undone otherwise.
pub struct Transaction<'a> {
    snapshot: Snapshot<'a>,
    changes: &'a RefCell<Changes>,
}

impl<'a> Snapshot<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            follow: Follow::Nothing,
        }
    }

    /// One whose readings are noted.
    pub(crate) fn followed(connection: &'a Connection, readings: &'a RefCell<Readings>) -> Self {
        Self {
            connection,
            follow: Follow::Readings(readings),
        }
    }

    /// Says that this is read. Without it, what is made of the reading is not kept.
    pub(crate) fn reads(&self, thing: Thing<'_>) {
        if let Follow::Readings(readings) = self.follow {
            readings.borrow_mut().add(thing);
        }
    }

    /// Queries whose caller says what they read or change.
    pub(crate) fn named(&self) -> Named<'_, 'a> {
        Named(self)
    }

    /// The first row, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        self.unnamed(sql)?;
        self.named().first(sql, parameters, map)
    }

    /// All rows.
    pub(crate) fn all<T>(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
        map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        self.unnamed(sql)?;
        self.named().all(sql, parameters, map)
    }

    /// Notes a query of which nobody says what it reads or changes.
    pub(crate) fn unnamed(&self, sql: &'static str) -> Result<()> {
        match self.follow {
            Follow::Nothing => {}
            Follow::Readings(readings) => readings.borrow_mut().add_unknown(),
            Follow::Changes(changes) => {
                let statement = self.connection.prepare_cached(sql).map_err(Error::from)?;
                if !statement.readonly() {
                    changes.borrow_mut().things.add_everything();
                }
            }
        }
        Ok(())
    }
}

impl Named<'_, '_> {
    pub(crate) fn first<T>(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>> {
        let connection = self.0.connection;
        let mut statement = connection.prepare_cached(sql).map_err(Error::from)?;
        let mut rows = statement.query(parameters).map_err(Error::from)?;
        match rows.next().map_err(Error::from)? {
            Some(row) => Ok(Some(map(row).map_err(Error::from)?)),
            None => Ok(None),
        }
    }

    pub(crate) fn all<T>(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
        mut map: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let connection = self.0.connection;
        let mut statement = connection.prepare_cached(sql).map_err(Error::from)?;
        let mut rows = statement.query(parameters).map_err(Error::from)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next().map_err(Error::from)? {
            found.push(map(row).map_err(Error::from)?);
        }
        Ok(found)
    }

    fn execute(&self, sql: &'static str, parameters: &[&dyn ToSql]) -> Result<usize> {
        let connection = self.0.connection;
        let mut statement = connection.prepare_cached(sql).map_err(Error::from)?;
        statement.execute(parameters).map_err(Error::from)
    }
}

impl<'a> Transaction<'a> {
    pub(crate) fn new(connection: &'a Connection, changes: &'a RefCell<Changes>) -> Self {
        Self {
            snapshot: Snapshot {
                connection,
                follow: Follow::Changes(changes),
            },
            changes,
        }
    }

    /// What has been changed so far, to be noted. Not to be held over another call.
    pub(crate) fn changes(&self) -> RefMut<'_, Changes> {
        self.changes.borrow_mut()
    }

    /// Says that this is changed.
    pub(crate) fn changes_thing(&self, thing: Thing<'_>) {
        self.changes.borrow_mut().things.add(thing);
    }

    /// Runs one statement; gives the number of rows that it changed.
    pub(crate) fn execute(&self, sql: &'static str, parameters: &[&dyn ToSql]) -> Result<usize> {
        self.unnamed(sql)?;
        self.named().execute(sql, parameters)
    }

    /// Runs one statement of which the caller says what it changes, or whose rows nobody reads who
    /// names what he reads.
    pub(crate) fn execute_named(
        &self,
        sql: &'static str,
        parameters: &[&dyn ToSql],
    ) -> Result<usize> {
        self.named().execute(sql, parameters)
    }

    /// Runs one `INSERT`; gives the key of the new row.
    pub(crate) fn insert(&self, sql: &'static str, parameters: &[&dyn ToSql]) -> Result<i64> {
        self.execute(sql, parameters)?;
        Ok(self.snapshot.connection.last_insert_rowid())
    }

    /// Runs one `INSERT` of which the caller says what it changes; gives the key of the new row.
    pub(crate) fn insert_named(&self, sql: &'static str, parameters: &[&dyn ToSql]) -> Result<i64> {
        self.execute_named(sql, parameters)?;
        Ok(self.snapshot.connection.last_insert_rowid())
    }
}

impl<'a> Deref for Transaction<'a> {
    type Target = Snapshot<'a>;

    fn deref(&self) -> &Self::Target {
        &self.snapshot
    }
}

/// Runs a statement without parameters or rows, such as `BEGIN`, that is compiled once.
pub(crate) fn run_cached(connection: &Connection, sql: &'static str) -> Result<()> {
    let mut statement = connection.prepare_cached(sql).map_err(Error::from)?;
    statement.execute([]).map_err(Error::from)?;
    Ok(())
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
