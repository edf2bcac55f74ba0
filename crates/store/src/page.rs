//! Pages of long lists, newest first, found by position and never by counting rows.

use rusqlite::Row;

use crate::Snapshot;
use crate::sql::{Named, Result, ToSql};

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paging {
    /// At most so many items.
    pub count: u32,
    /// Where to begin.
    pub position: Position,
}

/// Where a page begins. Cursors are positions that the list itself gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// After so many of the newest items.
    Offset(u32),
    /// With what is directly older than this.
    Before(i64),
    /// With what is directly newer than this; the page is newest first all the same.
    Since(i64),
}

/// The three forms of a list's query. Parameters: 1 count, 2 offset or cursor, 3… the list's own.
pub(crate) struct PageSql {
    pub(crate) offset: &'static str,
    pub(crate) before: &'static str,
    pub(crate) since: &'static str,
}

/// Expands a list's `SELECT`, its condition and its position column to a [`PageSql`].
macro_rules! page_sql {
    ($select:expr, $condition:expr, $position:literal) => {
        $crate::page::PageSql {
            offset: concat!(
                $select,
                " WHERE ",
                $condition,
                " ORDER BY ",
                $position,
                " DESC LIMIT ?1 OFFSET ?2"
            ),
            before: concat!(
                $select,
                " WHERE ",
                $condition,
                " AND ",
                $position,
                " < ?2 ORDER BY ",
                $position,
                " DESC LIMIT ?1"
            ),
            since: concat!(
                $select,
                " WHERE ",
                $condition,
                " AND ",
                $position,
                " > ?2 ORDER BY ",
                $position,
                " ASC LIMIT ?1"
            ),
        }
    };
}
pub(crate) use page_sql;

impl Snapshot<'_> {
    /// One page of a list. The first column has to be the position.
    pub(crate) fn page<T>(
        &self,
        sql: &PageSql,
        paging: Paging,
        own: &[&dyn ToSql],
        map: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<(i64, T)>> {
        self.unnamed(sql.offset)?;
        self.named().page(sql, paging, own, map)
    }
}

impl Named<'_, '_> {
    pub(crate) fn page<T>(
        &self,
        sql: &PageSql,
        paging: Paging,
        own: &[&dyn ToSql],
        map: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<(i64, T)>> {
        let (text, start) = match paging.position {
            Position::Offset(offset) => (sql.offset, i64::from(offset)),
            Position::Before(position) => (sql.before, position),
            Position::Since(position) => (sql.since, position),
        };
        let mut parameters: Vec<&dyn ToSql> = vec![&paging.count, &start];
        parameters.extend_from_slice(own);
        let mut items = self.all(text, &parameters, |row| Ok((row.get(0)?, map(row)?)))?;
        if matches!(paging.position, Position::Since(_)) {
            items.reverse();
        }
        Ok(items)
    }
}
