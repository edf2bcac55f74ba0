//! Looking at a data directory without opening it: nothing is changed, nobody is kept out, and the
//! server may run.

use std::path::{Path, PathBuf};

use crate::sql::{Connection, Result};
use crate::store::DATABASE;
use crate::{Micros, migrate};

/// At most so many faults are told: the first ones say enough.
const FAULTS: usize = 20;

/// A view of the data in a directory.
pub struct Inspection {
    connection: Connection,
    database: PathBuf,
}

impl Inspection {
    /// Looks into a directory. `None` if there is no data in it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`] if it cannot be read.
    pub fn open(directory: &Path) -> Result<Option<Self>> {
        let database = Self::database_in(directory);
        if !database.exists() {
            return Ok(None);
        }
        let connection = migrate::open_to_look(&database)?;
        if migrate::version(&connection)? == 0 {
            // The first start was cut off before it had made anything.
            return Ok(None);
        }
        Ok(Some(Self {
            connection,
            database,
        }))
    }

    /// Where the database of a data directory is.
    pub fn database_in(directory: &Path) -> PathBuf {
        directory.join(DATABASE)
    }

    /// The file that everything but uploads is in.
    pub fn database(&self) -> &Path {
        &self.database
    }

    /// The number of the schema, and that of the newest one that this Pumphouse knows.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all of these.
    pub fn schema(&self) -> Result<(u32, u32)> {
        Ok((migrate::version(&self.connection)?, migrate::NEWEST))
    }

    /// What is broken in the file itself or in the references between its tables; reads all of it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn faults(&self) -> Result<Vec<String>> {
        let mut faults = self.texts(&format!("PRAGMA quick_check({FAULTS})"), 0)?;
        faults.retain(|line| line != "ok");
        let dangling = self.texts("PRAGMA foreign_key_check", 0)?;
        if !dangling.is_empty() {
            let mut tables: Vec<&str> = dangling.iter().map(String::as_str).collect();
            tables.dedup();
            let (count, tables) = (dangling.len(), tables.join(", "));
            faults.push(format!("{count} rows point nowhere, in: {tables}"));
        }
        Ok(faults)
    }

    /// The value of a setting.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        crate::Snapshot::new(&self.connection).setting(name)
    }

    /// The name of the user who has been here longest.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn first_nickname(&self) -> Result<Option<String>> {
        let first = "SELECT nickname FROM users ORDER BY key LIMIT 1";
        crate::Snapshot::new(&self.connection).first(first, &[], |row| row.get(0))
    }

    /// When the newest activity was done.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn newest(&self) -> Result<Option<Micros>> {
        let newest = "SELECT published FROM activities ORDER BY key DESC LIMIT 1";
        crate::Snapshot::new(&self.connection).first(newest, &[], |row| row.get(0))
    }

    /// Calls a function with the path of each file that people uploaded and that has not been
    /// discarded, in order.
    ///
    /// # Errors
    /// What the function gives, or [`crate::ErrorKind::Database`].
    pub fn uploads<E: From<crate::Error>>(
        &self,
        mut each: impl FnMut(&str) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        let refused = |error: rusqlite::Error| E::from(crate::Error::from(error));
        let kept = "SELECT path FROM uploads WHERE discarded = 0 ORDER BY path";
        let mut statement = self.connection.prepare(kept).map_err(refused)?;
        let mut rows = statement.query([]).map_err(refused)?;
        while let Some(row) = rows.next().map_err(refused)? {
            let path: String = row.get(0).map_err(refused)?;
            each(&path)?;
        }
        Ok(())
    }

    /// How many files these are.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn count_uploads(&self) -> Result<u32> {
        let count = "SELECT count(*) FROM uploads WHERE discarded = 0";
        let count = crate::Snapshot::new(&self.connection).first(count, &[], |row| row.get(0))?;
        Ok(count.unwrap_or(0))
    }

    /// Whether a file is known, discarded or not.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn knows_upload(&self, path: &str) -> Result<bool> {
        let upload = crate::Snapshot::new(&self.connection).upload(path)?;
        Ok(upload.is_some())
    }

    fn texts(&self, sql: &str, column: usize) -> Result<Vec<String>> {
        let mut statement = self.connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(column))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::Inspection;
    use crate::Store;

    #[tokio::test]
    async fn what_is_open_can_be_looked_at_and_what_is_broken_is_found() {
        let directory = tempfile::tempdir().unwrap();
        assert!(Inspection::open(directory.path()).unwrap().is_none());
        let database = Inspection::database_in(directory.path());
        std::fs::write(&database, "").unwrap();
        assert!(Inspection::open(directory.path()).unwrap().is_none());
        let store = Store::open(directory.path()).unwrap();
        store
            .write(|tx| tx.set_setting("base_url", "http://x"))
            .await
            .unwrap_or_else(|error: crate::Error| panic!("{error}"));
        let inspection = Inspection::open(directory.path()).unwrap().unwrap();
        let (schema, newest) = inspection.schema().unwrap();
        assert_eq!(schema, newest);
        assert_eq!(inspection.setting("base_url").unwrap().unwrap(), "http://x");
        assert_eq!(inspection.faults().unwrap(), Vec::<String>::new());
        assert_eq!(inspection.newest().unwrap(), None);
        assert_eq!(inspection.count_uploads().unwrap(), 0);
        let refused = inspection.connection.execute_batch("DELETE FROM settings");
        assert!(refused.is_err(), "it can only look");
        drop(inspection);
        drop(store);

        let file = rusqlite::Connection::open(directory.path().join("pumphouse.sqlite")).unwrap();
        file.execute_batch(
            "PRAGMA foreign_keys = off;
             INSERT INTO uploads (path, object, media_type) VALUES ('a/b.png', 99, 'image/png')",
        )
        .unwrap();
        let inspection = Inspection::open(directory.path()).unwrap().unwrap();
        assert_eq!(
            inspection.faults().unwrap(),
            ["1 rows point nowhere, in: uploads"]
        );
        let mut seen = Vec::new();
        let seeing = inspection.uploads(|path| {
            seen.push(path.to_owned());
            Ok::<_, crate::Error>(())
        });
        seeing.unwrap();
        assert_eq!(seen, ["a/b.png"]);
        assert!(inspection.knows_upload("a/b.png").unwrap());
        assert!(!inspection.knows_upload("a/c.png").unwrap());
    }
}
