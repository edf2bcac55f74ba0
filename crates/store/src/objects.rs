//! Objects: documents with an id, an author and tallies.

use rusqlite::Row;

use crate::sql::{Result, list, params};
use crate::versions::Thing;
use crate::{Micros, Snapshot, Transaction};

/// Names an object within the store.
pub type ObjectKey = i64;

/// An object to be kept.
#[derive(Clone, Debug)]
pub struct NewObject<'a> {
    /// Globally unique id.
    pub id: &'a str,
    /// The 22 characters that name it in local addresses.
    pub uuid: &'a str,
    /// Its type.
    pub object_type: &'a str,
    /// The person who made it.
    pub author: Option<ObjectKey>,
    /// JSON, other objects mentioned by reference.
    pub document: &'a str,
    /// When it was made.
    pub updated: Micros,
}

/// An object as it is kept.
#[derive(Clone, Debug)]
pub struct StoredObject {
    /// Its name within the store.
    pub key: ObjectKey,
    /// Globally unique id.
    pub id: String,
    /// The 22 characters that name it in local addresses.
    pub uuid: String,
    /// Its type.
    pub object_type: String,
    /// The person who made it.
    pub author: Option<ObjectKey>,
    /// The activity that posted it.
    pub posted_by: Option<i64>,
    /// JSON, other objects mentioned by reference.
    pub document: String,
    /// When it was deleted.
    pub deleted: Option<Micros>,
    /// How many edges lead to it and from it.
    pub tallies: Tallies,
}

/// How many items the collections of an object have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// People who like it.
    pub likes: u32,
    /// What answers it.
    pub replies: u32,
    /// People who shared it.
    pub shares: u32,
    /// People who follow it.
    pub followers: u32,
    /// What it follows.
    pub following: u32,
    /// What it likes.
    pub favorites: u32,
    /// Lists of people that it owns.
    pub lists: u32,
    /// Its members.
    pub members: u32,
    /// The documents of a group.
    pub documents: u32,
    /// What is in the inbox of a group.
    pub received: u32,
    /// What it uploaded.
    pub uploads: u32,
}

/// The columns of a [`StoredObject`], in the order in which [`StoredObject::from_row`] reads them.
macro_rules! columns {
    () => {
        "objects.key, objects.id, objects.uuid, objects.object_type, objects.author, objects.posted_by,
         objects.document, objects.deleted, objects.likes, objects.replies, objects.shares,
         objects.followers, objects.following, objects.favorites, objects.lists, objects.members,
         objects.uploads, objects.documents, objects.received"
    };
}
pub(crate) use columns;

impl StoredObject {
    /// Reads the columns of [`columns!`], of which the first is number `first`.
    pub(crate) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let tally = |number: usize| row.get::<_, u32>(first + number);
        Ok(Self {
            key: row.get(first)?,
            id: row.get(first + 1)?,
            uuid: row.get(first + 2)?,
            object_type: row.get(first + 3)?,
            author: row.get(first + 4)?,
            posted_by: row.get(first + 5)?,
            document: row.get(first + 6)?,
            deleted: row.get(first + 7)?,
            tallies: Tallies {
                likes: tally(8)?,
                replies: tally(9)?,
                shares: tally(10)?,
                followers: tally(11)?,
                following: tally(12)?,
                favorites: tally(13)?,
                lists: tally(14)?,
                members: tally(15)?,
                uploads: tally(16)?,
                documents: tally(17)?,
                received: tally(18)?,
            },
        })
    }
}

impl Snapshot<'_> {
    /// The object with this id.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn object_by_id(&self, id: &str) -> Result<Option<StoredObject>> {
        let found = self.named().first(
            concat!("SELECT ", columns!(), " FROM objects WHERE id = ?1"),
            params![id],
            |row| StoredObject::from_row(row, 0),
        )?;
        self.reads_object(id, found.as_ref());
        Ok(found)
    }

    /// The object that local addresses name so.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn object_by_uuid(&self, uuid: &str) -> Result<Option<StoredObject>> {
        let found = self.named().first(
            concat!("SELECT ", columns!(), " FROM objects WHERE uuid = ?1"),
            params![uuid],
            |row| StoredObject::from_row(row, 0),
        )?;
        self.reads_object(uuid, found.as_ref());
        Ok(found)
    }

    /// Objects are never taken away and keep their names, so that what was found is found again.
    fn reads_object(&self, name: &str, found: Option<&StoredObject>) {
        self.reads(match found {
            Some(object) => Thing::Object(object.key),
            None => Thing::Name(name),
        });
    }

    /// The object with this key.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn object(&self, key: ObjectKey) -> Result<Option<StoredObject>> {
        self.reads(Thing::Object(key));
        self.named().first(
            concat!("SELECT ", columns!(), " FROM objects WHERE key = ?1"),
            params![key],
            |row| StoredObject::from_row(row, 0),
        )
    }

    /// The objects with these ids, in any order; ids that nobody has are left out.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn objects_by_ids(&self, ids: &[&str]) -> Result<Vec<StoredObject>> {
        // Often it is one, such as the author of a note, and then there is no list to be read.
        if let [id] = ids {
            return Ok(self.object_by_id(id)?.into_iter().collect());
        }
        let found = self.named().all(
            concat!(
                "SELECT ",
                columns!(),
                " FROM objects WHERE id IN (SELECT value FROM json_each(?1))"
            ),
            params![list(ids)],
            |row| StoredObject::from_row(row, 0),
        )?;
        for object in &found {
            self.reads(Thing::Object(object.key));
        }
        if found.len() < ids.len() {
            ids.iter().for_each(|id| self.reads(Thing::Name(id)));
        }
        Ok(found)
    }
}

impl Transaction<'_> {
    /// Keeps a new object.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if the id is taken, [`crate::ErrorKind::DiskFull`] or
    /// [`crate::ErrorKind::Database`], as for all changes.
    pub fn insert_object(&self, object: &NewObject<'_>) -> Result<ObjectKey> {
        self.changes_thing(Thing::Name(object.id));
        self.changes_thing(Thing::Name(object.uuid));
        let key = self.insert_named(
            "INSERT INTO objects (id, uuid, object_type, author, document, updated)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                object.id,
                object.uuid,
                object.object_type,
                object.author,
                object.document,
                object.updated
            ],
        )?;
        self.changes_thing(Thing::Object(key));
        Ok(key)
    }

    /// Replaces the document of an object.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn update_object(&self, key: ObjectKey, document: &str, updated: Micros) -> Result<()> {
        self.changes_thing(Thing::Object(key));
        self.execute_named(
            "UPDATE objects SET document = ?2, updated = ?3 WHERE key = ?1",
            params![key, document, updated],
        )?;
        Ok(())
    }

    /// Replaces an object by what is left of it.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn delete_object(&self, key: ObjectKey, tombstone: &str, deleted: Micros) -> Result<()> {
        self.changes_thing(Thing::Object(key));
        self.execute_named(
            "UPDATE objects SET document = ?2, updated = ?3, deleted = ?3 WHERE key = ?1",
            params![key, tombstone, deleted],
        )?;
        Ok(())
    }

    /// Keeps how many lists of people somebody has.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_lists(&self, owner: ObjectKey, lists: u32) -> Result<()> {
        self.changes_thing(Thing::Object(owner));
        self.execute_named(
            "UPDATE objects SET lists = ?2 WHERE key = ?1",
            params![owner, lists],
        )?;
        Ok(())
    }

    /// Forgets that an activity posted an object, if it did.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn unset_posted_by(&self, key: ObjectKey, activity: i64) -> Result<()> {
        self.changes_thing(Thing::Object(key));
        self.execute_named(
            "UPDATE objects SET posted_by = NULL WHERE key = ?1 AND posted_by = ?2",
            params![key, activity],
        )?;
        Ok(())
    }

    /// Records which activity posted an object.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn set_posted_by(&self, key: ObjectKey, activity: i64) -> Result<()> {
        self.changes_thing(Thing::Object(key));
        self.execute_named(
            "UPDATE objects SET posted_by = ?2 WHERE key = ?1",
            params![key, activity],
        )?;
        Ok(())
    }
}
