//! Activities, and the outboxes that they make up.

use rusqlite::Row;

use crate::page::{PageSql, page_sql};
use crate::sql::{Result, ToSql, params};
use crate::versions::Thing;
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
        let found = self.named().first(
            concat!("SELECT ", columns!(), " FROM activities WHERE id = ?1"),
            params![id],
            |row| StoredActivity::from_row(row, 0),
        )?;
        self.reads_activity(id, found.as_ref());
        Ok(found)
    }

    /// The activity that local addresses name so.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn activity_by_uuid(&self, uuid: &str) -> Result<Option<StoredActivity>> {
        let found = self.named().first(
            concat!("SELECT ", columns!(), " FROM activities WHERE uuid = ?1"),
            params![uuid],
            |row| StoredActivity::from_row(row, 0),
        )?;
        self.reads_activity(uuid, found.as_ref());
        Ok(found)
    }

    /// Activities are never taken away and keep their names, as objects do.
    fn reads_activity(&self, name: &str, found: Option<&StoredActivity>) {
        self.reads(match found {
            Some(activity) => Thing::Activity(activity.key),
            None => Thing::Name(name),
        });
    }

    /// The activity with this key.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn activity(&self, key: i64) -> Result<Option<StoredActivity>> {
        self.reads(Thing::Activity(key));
        self.named().first(
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
        self.reads(Thing::Outbox(actor));
        let activity = |row: &Row<'_>| StoredActivity::from_row(row, 1);
        let page = |sql, own: &[&dyn ToSql]| self.named().page(sql, paging, own, activity);
        let activities = match part {
            Outbox::All => page(&OUTBOX_ALL, params![actor]),
            Outbox::Major => page(&OUTBOX_KIND, params![actor, true]),
            Outbox::Minor => page(&OUTBOX_KIND, params![actor, false]),
        }?;
        self.reads_activities(&activities);
        Ok(activities)
    }

    pub(crate) fn reads_activities(&self, activities: &[(i64, StoredActivity)]) {
        for (_, activity) in activities {
            self.reads(Thing::Activity(activity.key));
        }
    }

    /// The position of an activity in an outbox, if it is there.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn outbox_position(&self, actor: ObjectKey, part: Outbox, id: &str) -> Result<Option<i64>> {
        self.reads(Thing::Outbox(actor));
        self.named().first(
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
        self.changes_thing(Thing::Activity(key));
        self.execute_named(
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
        self.changes_thing(Thing::Name(activity.id));
        self.changes_thing(Thing::Name(activity.uuid));
        self.changes_thing(Thing::Outbox(activity.actor));
        let key = self.insert_named(
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
        self.changes_thing(Thing::Activity(key));
        self.execute_named(
            "UPDATE users SET outbox_items = outbox_items + 1, outbox_major = outbox_major + ?2
             WHERE person = ?1",
            params![activity.actor, activity.major],
        )?;
        self.changes().done(key, activity.actor);
        Ok(key)
    }
}
