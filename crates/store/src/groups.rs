//! The inboxes of groups: what was addressed to which group.

use rusqlite::Row;

use crate::activities::columns;
use crate::page::{PageSql, page_sql};
use crate::sql::{Result, params};
use crate::versions::Thing;
use crate::{ObjectKey, Paging, Snapshot, StoredActivity, Transaction};

// By the index group_inbox_all.
const INBOX: PageSql = page_sql!(
    concat!(
        "SELECT position, ",
        columns!(),
        " FROM group_inbox JOIN activities ON activities.key = group_inbox.activity"
    ),
    "owner = ?3",
    "position"
);

impl Snapshot<'_> {
    /// A page of what was addressed to a group. How much there is in all stands in the group's tallies.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn group_inbox(
        &self,
        group: ObjectKey,
        paging: Paging,
    ) -> Result<Vec<(i64, StoredActivity)>> {
        self.reads(Thing::GroupInbox(group));
        let activity = |row: &Row<'_>| StoredActivity::from_row(row, 1);
        let activities = self
            .named()
            .page(&INBOX, paging, params![group], activity)?;
        self.reads_activities(&activities);
        Ok(activities)
    }

    /// The position of an activity in the inbox of a group, if it is there.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn group_inbox_position(&self, group: ObjectKey, id: &str) -> Result<Option<i64>> {
        self.reads(Thing::GroupInbox(group));
        self.named().first(
            "SELECT group_inbox.position FROM activities
             JOIN group_inbox ON group_inbox.owner = ?2 AND group_inbox.activity = activities.key
             WHERE activities.id = ?1",
            params![id, group],
            |row| row.get(0),
        )
    }
}

impl Transaction<'_> {
    /// Puts an activity into the inbox of a group: once, and counted.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn deliver_to_group(&self, group: ObjectKey, activity: i64) -> Result<()> {
        self.changes_thing(Thing::GroupInbox(group));
        let added = self.execute_named(
            "INSERT INTO group_inbox (owner, activity) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![group, activity],
        )?;
        if added == 1 {
            self.changes_thing(Thing::Object(group));
            self.execute_named(
                "UPDATE objects SET received = received + 1 WHERE key = ?1",
                params![group],
            )?;
            self.changes().delivered_to_group(activity, group);
        }
        Ok(())
    }
}
