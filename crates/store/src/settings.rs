//! What the server remembers about itself.

use crate::sql::{Result, params};
use crate::{Snapshot, Transaction};

impl Snapshot<'_> {
    /// The value of a setting.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        self.first(
            "SELECT value FROM settings WHERE name = ?1",
            params![name],
            |row| row.get(0),
        )
    }
}

impl Transaction<'_> {
    /// Sets a setting.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`] or [`crate::ErrorKind::DiskFull`].
    pub fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.execute(
            "INSERT INTO settings (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        )?;
        Ok(())
    }
}
