//! Inboxes: what was delivered to whom.

use rusqlite::Row;

use crate::activities::columns;
use crate::page::{PageSql, page_sql};
use crate::sql::{Result, ToSql, list, params};
use crate::versions::Thing;
use crate::{Paging, Snapshot, StoredActivity, Transaction, UserKey};

/// Which part of an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Inbox {
    /// Only major, or only minor activities.
    pub major: Option<bool>,
    /// Only what names the user in `to` or `bto`.
    pub direct: bool,
}

/// One activity on its way into inboxes.
#[derive(Clone, Debug)]
pub struct Delivery<'a> {
    /// The activity's key.
    pub activity: i64,
    /// Whether it is major.
    pub major: bool,
    /// Users who are named in `to` or `bto`.
    pub direct: &'a [UserKey],
    /// All other users who get it.
    pub others: &'a [UserKey],
}

macro_rules! inbox_sql {
    ($condition:literal) => {
        page_sql!(
            concat!(
                "SELECT position, ",
                columns!(),
                " FROM inbox JOIN activities ON activities.key = inbox.activity"
            ),
            $condition,
            "position"
        )
    };
}

// By the indexes inbox_all, inbox_kind, inbox_direct and inbox_direct_kind.
const ALL: PageSql = inbox_sql!("owner = ?3");
const KIND: PageSql = inbox_sql!("owner = ?3 AND inbox.major = ?4");
const DIRECT: PageSql = inbox_sql!("owner = ?3 AND direct = 1");
const DIRECT_KIND: PageSql = inbox_sql!("owner = ?3 AND direct = 1 AND inbox.major = ?4");

impl Snapshot<'_> {
    /// A page of a user's inbox. How many items there are in all stands in the user's tallies.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn inbox(
        &self,
        user: UserKey,
        part: Inbox,
        paging: Paging,
    ) -> Result<Vec<(i64, StoredActivity)>> {
        self.reads(Thing::Inbox(user));
        let activity = |row: &Row<'_>| StoredActivity::from_row(row, 1);
        let page = |sql, own: &[&dyn ToSql]| self.named().page(sql, paging, own, activity);
        let activities = match (part.direct, part.major) {
            (false, None) => page(&ALL, params![user]),
            (false, Some(major)) => page(&KIND, params![user, major]),
            (true, None) => page(&DIRECT, params![user]),
            (true, Some(major)) => page(&DIRECT_KIND, params![user, major]),
        }?;
        self.reads_activities(&activities);
        Ok(activities)
    }

    /// The position of an activity in an inbox, if it is there.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn inbox_position(&self, user: UserKey, part: Inbox, id: &str) -> Result<Option<i64>> {
        self.reads(Thing::Inbox(user));
        self.named().first(
            "SELECT inbox.position FROM activities
             JOIN inbox ON inbox.owner = ?2 AND inbox.activity = activities.key
             WHERE activities.id = ?1 AND (?3 IS NULL OR inbox.major = ?3) AND inbox.direct >= ?4",
            params![id, user, part.major, part.direct],
            |row| row.get(0),
        )
    }

    /// Whether an activity was delivered to a user.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn was_delivered(&self, user: UserKey, activity: i64) -> Result<bool> {
        self.reads(Thing::Inbox(user));
        let found = self.named().first(
            "SELECT 1 FROM inbox WHERE owner = ?1 AND activity = ?2",
            params![user, activity],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }
}

impl Transaction<'_> {
    /// Puts an activity into inboxes: once into each, and counted. Who has it already is left as
    /// he is, so that a delivery can be repeated.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn deliver(&self, delivery: &Delivery<'_>) -> Result<()> {
        let mut reached = self.put_into_inboxes(delivery, delivery.direct, true)?;
        reached.extend(self.put_into_inboxes(delivery, delivery.others, false)?);
        self.changes().delivered(delivery.activity, reached);
        Ok(())
    }

    /// Gives the users who did not have it.
    fn put_into_inboxes(
        &self,
        delivery: &Delivery<'_>,
        users: &[UserKey],
        direct: bool,
    ) -> Result<Vec<UserKey>> {
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let reached: Vec<UserKey> = self.named().all(
            "INSERT INTO inbox (owner, activity, major, direct)
             SELECT value, ?2, ?3, ?4 FROM json_each(?1) WHERE true
             ON CONFLICT (owner, activity) DO NOTHING
             RETURNING owner",
            params![list(users), delivery.activity, delivery.major, direct],
            |row| row.get(0),
        )?;
        for user in &reached {
            self.changes_thing(Thing::Inbox(*user));
        }
        self.execute_named(
            "UPDATE users SET inbox_items = inbox_items + 1, inbox_major = inbox_major + ?2,
                 inbox_direct = inbox_direct + ?3, inbox_direct_major = inbox_direct_major + (?2 AND ?3)
             WHERE key IN (SELECT value FROM json_each(?1))",
            params![list(&reached), delivery.major, direct],
        )?;
        Ok(reached)
    }
}
