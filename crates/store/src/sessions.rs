//! Browsers that are logged in. Nothing that is kept in memory is made of this, so changes name
//! nothing (see `versions`).

use crate::sql::{Result, params};
use crate::{Micros, Snapshot, Transaction, UserKey};

impl Snapshot<'_> {
    /// The user of a session that has not expired. `id` is SHA-256 of what the cookie holds.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn session(&self, id: &[u8; 32], now: Micros) -> Result<Option<UserKey>> {
        self.first(
            "SELECT owner FROM sessions WHERE id = ?1 AND expires > ?2",
            params![id.as_slice(), now],
            |row| row.get(0),
        )
    }
}

impl Transaction<'_> {
    /// Begins a session.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`], as for all changes.
    pub fn insert_session(&self, id: &[u8; 32], user: UserKey, expires: Micros) -> Result<()> {
        self.execute_named(
            "INSERT INTO sessions (id, owner, expires) VALUES (?1, ?2, ?3)",
            params![id.as_slice(), user, expires],
        )?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn delete_session(&self, id: &[u8; 32]) -> Result<()> {
        self.execute_named("DELETE FROM sessions WHERE id = ?1", params![id.as_slice()])?;
        Ok(())
    }

    pub(crate) fn purge_sessions(&self, now: Micros) -> Result<()> {
        self.execute_named("DELETE FROM sessions WHERE expires <= ?1", params![now])?;
        Ok(())
    }
}
