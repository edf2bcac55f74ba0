//! Work that outlives the request. One process has the store open, so which jobs are under way is
//! known in memory; what a process that died had begun is begun again by the next. Nothing that is kept
//! in memory is made of this, so changes name nothing (see `versions`).

use rusqlite::Row;

use crate::sql::{Result, params};
use crate::{Micros, Snapshot, Transaction};

/// A job that waits to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredJob {
    /// Its name within the store.
    pub key: i64,
    /// What is to be done.
    pub kind: String,
    /// With what, and how far it is: JSON.
    pub payload: String,
    /// How often it failed in a row.
    pub attempts: u32,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<StoredJob> {
    Ok(StoredJob {
        key: row.get(0)?,
        kind: row.get(1)?,
        payload: row.get(2)?,
        attempts: row.get(3)?,
    })
}

impl Snapshot<'_> {
    /// So many of the jobs that are due, those first that have waited longest.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn due_jobs(&self, now: Micros, count: usize) -> Result<Vec<StoredJob>> {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.all(
            "SELECT key, kind, payload, attempts FROM jobs WHERE run_after <= ?1
             ORDER BY run_after, key LIMIT ?2",
            params![now, count],
            from_row,
        )
    }

    /// How many jobs there are, those under way too.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn waiting_jobs(&self) -> Result<i64> {
        let count = self.first("SELECT count(*) FROM jobs", params![], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }

    /// Whether a job waits for its time.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn has_jobs_later_than(&self, now: Micros) -> Result<bool> {
        let found = self.first(
            "SELECT 1 FROM jobs WHERE run_after > ?1 LIMIT 1",
            params![now],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// The job with this key, if it is not finished.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn job(&self, key: i64) -> Result<Option<StoredJob>> {
        self.first(
            "SELECT key, kind, payload, attempts FROM jobs WHERE key = ?1",
            params![key],
            from_row,
        )
    }
}

impl Transaction<'_> {
    /// Adds a job, to be begun not before a time.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn add_job(&self, kind: &str, payload: &str, run_after: Micros) -> Result<i64> {
        let key = self.insert_named(
            "INSERT INTO jobs (kind, payload, run_after) VALUES (?1, ?2, ?3)",
            params![kind, payload, run_after],
        )?;
        self.changes().jobs = true;
        Ok(key)
    }

    /// Records how far a job is: in the transaction that does that part of it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn advance_job(&self, key: i64, payload: &str) -> Result<()> {
        self.execute_named(
            "UPDATE jobs SET payload = ?2, attempts = 0, error = NULL WHERE key = ?1",
            params![key, payload],
        )?;
        Ok(())
    }

    /// Records that a job failed, and when it is to be tried again.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn postpone_job(&self, key: i64, run_after: Micros, error: &str) -> Result<()> {
        self.execute_named(
            "UPDATE jobs SET run_after = ?2, attempts = attempts + 1, error = ?3 WHERE key = ?1",
            params![key, run_after, error],
        )?;
        Ok(())
    }

    /// Forgets a job that is done.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn finish_job(&self, key: i64) -> Result<()> {
        self.execute_named("DELETE FROM jobs WHERE key = ?1", params![key])?;
        Ok(())
    }
}
