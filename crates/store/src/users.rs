//! Accounts.

use rusqlite::Row;

use crate::sql::{Result, params};
use crate::versions::Thing;
use crate::{Micros, ObjectKey, Snapshot, Transaction};

/// Names a user within the store.
pub type UserKey = i64;

/// An account to be made.
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// The name, as it is shown and as it stands in addresses.
    pub nickname: &'a str,
    /// The profile.
    pub person: ObjectKey,
    /// In PHC form (`$argon2id$…`).
    pub password_hash: &'a str,
    /// Further properties, a JSON object.
    pub properties: &'a str,
    /// When it is made.
    pub created: Micros,
}

/// An account.
#[derive(Clone, Debug)]
pub struct User {
    /// Its name within the store.
    pub key: UserKey,
    /// Its name for people.
    pub nickname: String,
    /// The profile.
    pub person: ObjectKey,
    /// Further properties, a JSON object.
    pub properties: String,
    /// When it was made.
    pub created: Micros,
    /// When it was last changed.
    pub updated: Micros,
    /// The e-mail address, if it was confirmed.
    pub email: Option<String>,
}

/// How many items the feeds of a user have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FeedTallies {
    /// All that was delivered.
    pub inbox: u32,
    /// Of that, major activities.
    pub inbox_major: u32,
    /// What named the user in `to` or `bto`.
    pub inbox_direct: u32,
    /// Of that, major activities.
    pub inbox_direct_major: u32,
    /// All that the user did.
    pub outbox: u32,
    /// Of that, major activities.
    pub outbox_major: u32,
}

macro_rules! columns {
    () => {
        "users.key, users.nickname, users.person, users.properties, users.created, users.updated,
         users.email"
    };
}
pub(crate) use columns;

impl User {
    /// Reads the columns of [`columns!`], of which the first is number `first`.
    pub(crate) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        Ok(Self {
            key: row.get(first)?,
            nickname: row.get(first + 1)?,
            person: row.get(first + 2)?,
            properties: row.get(first + 3)?,
            created: row.get(first + 4)?,
            updated: row.get(first + 5)?,
            email: row.get(first + 6)?,
        })
    }
}

impl Snapshot<'_> {
    /// The user with this nickname, letter case included.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn user(&self, nickname: &str) -> Result<Option<User>> {
        let found = self.named().first(
            concat!("SELECT ", columns!(), " FROM users WHERE nickname = ?1"),
            params![nickname],
            |row| User::from_row(row, 0),
        )?;
        self.reads(match &found {
            Some(user) => Thing::User(user.key),
            None => Thing::Name(nickname),
        });
        Ok(found)
    }

    /// The user with this key.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn user_by_key(&self, key: UserKey) -> Result<Option<User>> {
        self.reads(Thing::User(key));
        self.named().first(
            concat!("SELECT ", columns!(), " FROM users WHERE key = ?1"),
            params![key],
            |row| User::from_row(row, 0),
        )
    }

    /// How much the feeds of a user hold.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn feed_tallies(&self, user: &User) -> Result<FeedTallies> {
        self.reads(Thing::Inbox(user.key));
        self.reads(Thing::Outbox(user.person));
        let tallies = self.named().first(
            "SELECT inbox_items, inbox_major, inbox_direct, inbox_direct_major, outbox_items, outbox_major
             FROM users WHERE key = ?1",
            params![user.key],
            |row| {
                Ok(FeedTallies {
                    inbox: row.get(0)?,
                    inbox_major: row.get(1)?,
                    inbox_direct: row.get(2)?,
                    inbox_direct_major: row.get(3)?,
                    outbox: row.get(4)?,
                    outbox_major: row.get(5)?,
                })
            },
        )?;
        Ok(tallies.unwrap_or_default())
    }

    /// The user whose profile this is.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn user_by_person(&self, person: ObjectKey) -> Result<Option<User>> {
        self.first(
            concat!("SELECT ", columns!(), " FROM users WHERE person = ?1"),
            params![person],
            |row| User::from_row(row, 0),
        )
    }

    /// Whether a user has or had this nickname, or one that differs in letter case only.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn nickname_is_taken(&self, nickname: &str) -> Result<bool> {
        let found = self.first(
            "SELECT 1 FROM users WHERE folded_nickname = ?1
             UNION ALL SELECT 1 FROM former_users WHERE folded_nickname = ?1",
            params![nickname.to_lowercase()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// A user's key and password hash, in PHC form.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn password_hash(&self, nickname: &str) -> Result<Option<(UserKey, String)>> {
        self.first(
            "SELECT key, password_hash FROM users WHERE nickname = ?1",
            params![nickname],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
    }
}

impl Transaction<'_> {
    /// Makes an account.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Conflict`] if the nickname is taken in any letter case,
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn insert_user(&self, user: &NewUser<'_>) -> Result<UserKey> {
        // Seldom enough to be a change of everything.
        self.insert(
            "INSERT INTO users (key, nickname, folded_nickname, person, password_hash, properties, created, updated)
             SELECT 1 + max(coalesce((SELECT max(key) FROM users), 0),
                            coalesce((SELECT max(key) FROM former_users), 0)),
                    ?1, ?2, ?3, ?4, ?5, ?6, ?6",
            params![
                user.nickname,
                user.nickname.to_lowercase(),
                user.person,
                user.password_hash,
                user.properties,
                user.created
            ],
        )
    }
}
