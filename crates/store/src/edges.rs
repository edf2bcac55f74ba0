//! Edges between objects: who follows, likes, shares, answers, lists, owns or uploaded what.

use rusqlite::Row;

use crate::objects::columns;
use crate::page::{PageSql, page_sql};
use crate::sql::{Result, list, params};
use crate::versions::Thing;
use crate::{ObjectKey, Paging, Snapshot, StoredObject, Transaction, UserKey};

/// What an edge means. The numbers stand in the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Edge {
    /// The source, a person, follows the target.
    Follow = 1,
    /// The source, a person, likes the target.
    Like = 2,
    /// The source, a person, shared the target.
    Share = 3,
    /// The source answers the target.
    Reply = 4,
    /// The source, a list or group, has the target as a member.
    Member = 5,
    /// The source, a person, owns the target, a list.
    List = 6,
    /// The source, a person, uploaded the target.
    Upload = 7,
    /// The source, a group, has the target among its documents.
    Document = 8,
}

/// The end of an edge that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// Those from which edges lead to the given object.
    Sources,
    /// Those to which edges lead from the given object.
    Targets,
}

// By the indexes edges_to and edges_from.
const SOURCES: PageSql = page_sql!(
    concat!(
        "SELECT position, ",
        columns!(),
        " FROM edges JOIN objects ON objects.key = edges.source"
    ),
    "kind = ?3 AND target = ?4",
    "position"
);
const TARGETS: PageSql = page_sql!(
    concat!(
        "SELECT position, ",
        columns!(),
        " FROM edges JOIN objects ON objects.key = edges.target"
    ),
    "kind = ?3 AND source = ?4",
    "position"
);

impl Snapshot<'_> {
    /// Whether there is such an edge.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`], as for all look-ups.
    pub fn has_edge(&self, edge: Edge, source: ObjectKey, target: ObjectKey) -> Result<bool> {
        Ok(self.edge_position(edge, source, target)?.is_some())
    }

    /// The position of an edge in the lists of both its ends.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn edge_position(
        &self,
        edge: Edge,
        source: ObjectKey,
        target: ObjectKey,
    ) -> Result<Option<i64>> {
        self.reads(Thing::Edge(edge, source, target));
        self.named().first(
            "SELECT position FROM edges WHERE kind = ?1 AND source = ?2 AND target = ?3",
            params![edge as u8, source, target],
            |row| row.get(0),
        )
    }

    /// Which of these objects an edge leads to from the source.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn edges_among(
        &self,
        edge: Edge,
        source: ObjectKey,
        targets: &[ObjectKey],
    ) -> Result<Vec<ObjectKey>> {
        for target in targets {
            self.reads(Thing::Edge(edge, source, *target));
        }
        self.named().all(
            "SELECT target FROM edges
             WHERE kind = ?1 AND source = ?2 AND target IN (SELECT value FROM json_each(?3))",
            params![edge as u8, source, list(targets)],
            |row| row.get(0),
        )
    }

    /// A page of the objects at the other ends of an object's edges. How many there are in all
    /// stands in the object's tallies.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn neighbours(
        &self,
        edge: Edge,
        end: End,
        of: ObjectKey,
        paging: Paging,
    ) -> Result<Vec<(i64, StoredObject)>> {
        let sql = match end {
            End::Sources => &SOURCES,
            End::Targets => &TARGETS,
        };
        self.reads(Thing::Edges(edge, end, of));
        let object = |row: &Row<'_>| StoredObject::from_row(row, 1);
        let page = self
            .named()
            .page(sql, paging, params![edge as u8, of], object)?;
        for (_, object) in &page {
            self.reads(Thing::Object(object.key));
        }
        Ok(page)
    }

    /// The positions of the newest of an object's edges, newest first, and the display name of what
    /// is at the other end of each.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn neighbour_names(
        &self,
        edge: Edge,
        end: End,
        of: ObjectKey,
        count: u32,
    ) -> Result<Vec<(i64, Option<String>)>> {
        // By the indexes edges_to and edges_from.
        let sql = match end {
            End::Sources => {
                "SELECT position, document ->> 'displayName'
                 FROM edges JOIN objects ON objects.key = edges.source
                 WHERE kind = ?1 AND target = ?2 ORDER BY position DESC LIMIT ?3"
            }
            End::Targets => {
                "SELECT position, document ->> 'displayName'
                 FROM edges JOIN objects ON objects.key = edges.target
                 WHERE kind = ?1 AND source = ?2 ORDER BY position DESC LIMIT ?3"
            }
        };
        self.all(sql, params![edge as u8, of, count], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// The objects at the ends of the edges with these positions, newest edge first.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn neighbours_at(&self, end: End, positions: &[i64]) -> Result<Vec<(i64, StoredObject)>> {
        let sql = match end {
            End::Sources => concat!(
                "SELECT position, ",
                columns!(),
                " FROM edges JOIN objects ON objects.key = edges.source
                 WHERE position IN (SELECT value FROM json_each(?1)) ORDER BY position DESC"
            ),
            End::Targets => concat!(
                "SELECT position, ",
                columns!(),
                " FROM edges JOIN objects ON objects.key = edges.target
                 WHERE position IN (SELECT value FROM json_each(?1)) ORDER BY position DESC"
            ),
        };
        self.all(sql, params![list(positions)], |row| {
            Ok((row.get(0)?, StoredObject::from_row(row, 1)?))
        })
    }

    /// The next edges of an object whose positions are greater than the first of `span` and not
    /// greater than the second, oldest first, and the local user at the other end of each, if it is
    /// one.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn users_behind(
        &self,
        edge: Edge,
        end: End,
        of: ObjectKey,
        (after, until): (i64, i64),
        count: usize,
    ) -> Result<Vec<(i64, Option<UserKey>)>> {
        // By the indexes edges_to and edges_from.
        let sql = match end {
            End::Sources => {
                "SELECT position, (SELECT key FROM users WHERE person = source) FROM edges
                 WHERE kind = ?1 AND target = ?2 AND position > ?3 AND position <= ?4
                 ORDER BY position LIMIT ?5"
            }
            End::Targets => {
                "SELECT position, (SELECT key FROM users WHERE person = target) FROM edges
                 WHERE kind = ?1 AND source = ?2 AND position > ?3 AND position <= ?4
                 ORDER BY position LIMIT ?5"
            }
        };
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.all(sql, params![edge as u8, of, after, until, count], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// The position of the newest edge of all; 0 if there is none.
    ///
    /// # Errors
    /// [`crate::ErrorKind::Database`].
    pub fn newest_edge(&self) -> Result<i64> {
        let newest = self.first("SELECT max(position) FROM edges", params![], |row| {
            row.get::<_, Option<i64>>(0)
        })?;
        Ok(newest.flatten().unwrap_or(0))
    }
}

impl Transaction<'_> {
    /// Adds an edge and counts it at both ends; false if it was there already.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn add_edge(&self, edge: Edge, source: ObjectKey, target: ObjectKey) -> Result<bool> {
        let added = self.execute_named(
            "INSERT INTO edges (kind, source, target) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
            params![edge as u8, source, target],
        )? == 1;
        if added {
            self.count_edge(edge, source, target, 1)?;
        }
        Ok(added)
    }

    /// Removes an edge; false if there was none.
    ///
    /// # Errors
    /// [`crate::ErrorKind::DiskFull`] or [`crate::ErrorKind::Database`].
    pub fn remove_edge(&self, edge: Edge, source: ObjectKey, target: ObjectKey) -> Result<bool> {
        let removed = self.execute_named(
            "DELETE FROM edges WHERE kind = ?1 AND source = ?2 AND target = ?3",
            params![edge as u8, source, target],
        )? == 1;
        if removed {
            self.count_edge(edge, source, target, -1)?;
        }
        Ok(removed)
    }

    fn count_edge(
        &self,
        edge: Edge,
        source: ObjectKey,
        target: ObjectKey,
        change: i64,
    ) -> Result<()> {
        for thing in [
            Thing::Edge(edge, source, target),
            Thing::Edges(edge, End::Targets, source),
            Thing::Edges(edge, End::Sources, target),
            Thing::Object(source),
            Thing::Object(target),
        ] {
            self.changes_thing(thing);
        }
        let (at_source, at_target) = match edge {
            Edge::Follow => (
                Some("UPDATE objects SET following = following + ?2 WHERE key = ?1"),
                Some("UPDATE objects SET followers = followers + ?2 WHERE key = ?1"),
            ),
            Edge::Like => (
                Some("UPDATE objects SET favorites = favorites + ?2 WHERE key = ?1"),
                Some("UPDATE objects SET likes = likes + ?2 WHERE key = ?1"),
            ),
            Edge::Share => (
                None,
                Some("UPDATE objects SET shares = shares + ?2 WHERE key = ?1"),
            ),
            Edge::Reply => (
                None,
                Some("UPDATE objects SET replies = replies + ?2 WHERE key = ?1"),
            ),
            Edge::Member => (
                Some("UPDATE objects SET members = members + ?2 WHERE key = ?1"),
                None,
            ),
            // What a list is of stands in its document: `set_lists` is told how many there are.
            Edge::List => (None, None),
            Edge::Document => (
                Some("UPDATE objects SET documents = documents + ?2 WHERE key = ?1"),
                None,
            ),
            Edge::Upload => (
                Some("UPDATE objects SET uploads = uploads + ?2 WHERE key = ?1"),
                None,
            ),
        };
        for (sql, key) in [(at_source, source), (at_target, target)] {
            if let Some(sql) = sql {
                self.execute_named(sql, params![key, change])?;
            }
        }
        Ok(())
    }
}
