//! Activities, and the outboxes that they make up.

use rusqlite::Row;

use crate::page::{PageSql, page_sql};
use crate::sql::{Result, params};
use crate::{Micros, ObjectKey, Paging, Snapshot, Transaction};

/// An activity to be kept.
#[derive(Clone, Debug)]
pub struct NewActivity<'a> {
    /// Globally unique id.
    pub id: &'a str,
    /// The 22 characters that name it in local addresses.
    pub uuid: &'a str,
    /// Who did it.
    pub actor: ObjectKey,
    /// Whether it is major (pump.io protocol, section 6.9).
    pub major: bool,
    /// JSON, objects mentioned by reference.
    pub document: &'a str,
    /// When it was published.
    pub published: Micros,
}

/// An activity as it is kept.
#[derive(Clone, Debug)]
pub struct StoredActivity {
    /// Its name within the store.
    pub key: i64,
    /// Globally unique id.
    pub id: String,
    /// Who did it.
    pub actor: ObjectKey,
    /// JSON, objects mentioned by reference.
    pub document: String,
}

/// Which part of what somebody did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outbox {
    /// Everything.
    All,
    /// Major activities.
    Major,
    /// Minor activities.
    Minor,
}

macro_rules! columns {
    () => {
        "activities.key, activities.id, activities.actor, activities.document"
    };
}
pub(crate) use columns;

impl StoredActivity {
    /// Reads the columns of [`columns!`], of which the first is number `first`.
    pub(crate) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(first)?,
            id: row.get(first + 1)?,
            actor: row.get(first + 2)?,
            document: row.get(first + 3)?,
        })
    }
}

// By the indexes outbox_all and outbox_kind.
const OUTBOX_ALL: PageSql = page_sql!(
    concat!("SELECT key, ", columns!(), " FROM activities"),
    "actor = ?3",
    "key"
);
const OUTBOX_KIND: PageSql = page_sql!(
    concat!("SELECT key, ", columns!(), " FROM activities"),
    "actor = ?3 AND major = ?4",
    "key"
);

impl Snapshot<'_> {
    /// The activity with this id.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn activity_by_id(&self, id: &str) -> Result<Option<StoredActivity>> {
        self.first(
            concat!("SELECT ", columns!(), " FROM activities WHERE id = ?1"),
            params![id],
            |row| StoredActivity::from_row(row, 0),
        )
    }

    /// The activity that local addresses name so.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn activity_by_uuid(&self, uuid: &str) -> Result<Option<StoredActivity>> {
        self.first(
            concat!("SELECT ", columns!(), " FROM activities WHERE uuid = ?1"),
            params![uuid],
            |row| StoredActivity::from_row(row, 0),
        )
    }

    /// The activity with this key.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn activity(&self, key: i64) -> Result<Option<StoredActivity>> {
        self.first(
            concat!("SELECT ", columns!(), " FROM activities WHERE key = ?1"),
            params![key],
            |row| StoredActivity::from_row(row, 0),
        )
    }

    /// A page of what a person did; positions are activity keys. `total` is left to the caller,
    /// who has it in the user's tallies.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn outbox(
        &self,
        actor: ObjectKey,
        part: Outbox,
        paging: Paging,
    ) -> Result<Vec<(i64, StoredActivity)>> {
        let activity = |row: &Row<'_>| StoredActivity::from_row(row, 1);
        match part {
            Outbox::All => self.page(&OUTBOX_ALL, paging, params![actor], activity),
            Outbox::Major => self.page(&OUTBOX_KIND, paging, params![actor, true], activity),
            Outbox::Minor => self.page(&OUTBOX_KIND, paging, params![actor, false], activity),
        }
    }

    /// The position of an activity in an outbox, if it is there.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn outbox_position(&self, actor: ObjectKey, part: Outbox, id: &str) -> Result<Option<i64>> {
        self.first(
            "SELECT key FROM activities WHERE id = ?1 AND actor = ?2 AND (?3 IS NULL OR major = ?3)",
            params![
                id,
                actor,
                match part {
                    Outbox::All => None,
                    Outbox::Major => Some(true),
                    Outbox::Minor => Some(false),
                }
            ],
            |row| row.get(0),
        )
    }
}

impl Transaction<'_> {
    /// Replaces the document of an activity.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn update_activity(&self, key: i64, document: &str) -> Result<()> {
        self.execute(
            "UPDATE activities SET document = ?2 WHERE key = ?1",
            params![key, document],
        )?;
        Ok(())
    }

    /// Keeps a new activity, and counts it in the outbox of the user whose person did it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if the id is taken, [`crate::ErrorKind::DiskFull`] or
    /// [`crate::ErrorKind::Database`].
    pub fn insert_activity(&self, activity: &NewActivity<'_>) -> Result<i64> {
        let key = self.insert(
            "INSERT INTO activities (id, uuid, actor, major, document, published)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                activity.id,
                activity.uuid,
                activity.actor,
                activity.major,
                activity.document,
                activity.published
            ],
        )?;
        self.execute(
            "UPDATE users SET outbox_items = outbox_items + 1, outbox_major = outbox_major + ?2
             WHERE person = ?1",
            params![activity.actor, activity.major],
        )?;
        self.changes().done(key, activity.actor);
        Ok(key)
    }
}
