//! Files that people uploaded: which object each belongs to. The files themselves are the server's affair.
//! Nothing that is kept in memory is made of this, so changes name nothing (see `versions`).

use crate::sql::{Result, params};
use crate::{ObjectKey, Snapshot, Transaction};

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// The object that it belongs to.
    pub object: ObjectKey,
    /// What the file is: `image/png`.
    pub media_type: String,
}

impl Snapshot<'_> {
    /// The file with this path.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn upload(&self, path: &str) -> Result<Option<Upload>> {
        self.first(
            "SELECT object, media_type FROM uploads WHERE path = ?1",
            params![path],
            |row| {
                Ok(Upload {
                    object: row.get(0)?,
                    media_type: row.get(1)?,
                })
            },
        )
    }

    /// The paths of some of the files whose objects were deleted.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn discarded_uploads(&self, count: u32) -> Result<Vec<String>> {
        self.all(
            "SELECT path FROM uploads WHERE discarded = 1 LIMIT ?1",
            params![count],
            |row| row.get(0),
        )
    }
}

impl Transaction<'_> {
    /// Records a file.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if the path is taken, [`crate::ErrorKind::DiskFull`] or
    /// [`crate::ErrorKind::Database`].
    pub fn insert_upload(&self, path: &str, upload: &Upload) -> Result<()> {
        self.execute_named(
            "INSERT INTO uploads (path, object, media_type) VALUES (?1, ?2, ?3)",
            params![path, upload.object, upload.media_type],
        )?;
        Ok(())
    }

    /// Marks the files of a deleted object, so that they can be removed.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn discard_uploads(&self, object: ObjectKey) -> Result<()> {
        self.execute_named(
            "UPDATE uploads SET discarded = 1 WHERE object = ?1",
            params![object],
        )?;
        Ok(())
    }

    /// Forgets a file that has been removed.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn delete_upload(&self, path: &str) -> Result<()> {
        self.execute_named("DELETE FROM uploads WHERE path = ?1", params![path])?;
        Ok(())
    }
}
