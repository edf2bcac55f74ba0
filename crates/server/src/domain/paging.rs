//! Pages of lists: what was asked for, what the viewer may see of it, and the links to what is
//! newer and older (pump.io protocol, sections 5.2 and 5.3).

use pumphouse_activity::Collection;
use pumphouse_store::{Paging, Position};

use crate::error::{Error, Result};
use crate::urls::component;

/// How many items are looked through for a page of what the viewer may see.
const LOOKED_THROUGH: usize = 1_000;

/// And how many more for an offset into it.
const SKIPPED: usize = 10_000;

/// How many of them are in memory at a time; more than are shown.
const CHUNK: usize = 250;

/// The part of a feed that is asked for, as it stood in the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    pub(crate) count: u32,
    pub(crate) start: Start,
    /// Only people whose names contain this (section 5.5).
    pub(crate) search: Option<String>,
}

/// Where a page begins. Cursors are ids of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Offset(u32),
    Before(String),
    Since(String),
}

/// A test of what the viewer may see.
pub(super) type Visible<'a, T> = &'a dyn Fn(&T) -> Result<bool>;

/// What was read of a list, and whether there is more behind it.
pub(super) struct Slice<T> {
    pub(super) items: Vec<(i64, T)>,
    pub(super) more: bool,
}

/// Finds the position of a cursor.
pub(super) fn resolve(
    start: &Start,
    stream: &str,
    position: impl Fn(&str) -> Result<Option<i64>>,
) -> Result<Position> {
    let find = |id: &String| {
        position(id)?
            .ok_or_else(|| Error::bad_request(format!("id '{id}' not found in stream '{stream}'")))
    };
    Ok(match start {
        Start::Offset(offset) => Position::Offset(*offset),
        Start::Before(id) => Position::Before(find(id)?),
        Start::Since(id) => Position::Since(find(id)?),
    })
}

/// Reads as many visible items as were asked for, looking through a bounded number of them.
/// Without a test of what is visible everything is, and the store skips an offset by itself. Refuses
/// an offset that leads further into a list than is looked through.
pub(super) fn slice<T>(
    count: u32,
    start: Position,
    read: impl Fn(Paging) -> Result<Vec<(i64, T)>>,
    visible: Option<Visible<'_, T>>,
) -> Result<Slice<T>> {
    let (mut skip, mut position) = match (start, visible) {
        (Position::Offset(offset), Some(_)) => (offset as usize, Position::Offset(0)),
        _ => (0, start),
    };
    let is_deep = skip > SKIPPED;
    let reach = LOOKED_THROUGH + skip.min(SKIPPED);
    let towards_newer = matches!(start, Position::Since(_));
    // One more than is shown tells whether there is more.
    let wanted = count as usize + 1;
    let mut items = Vec::new();
    let mut looked_through = 0;
    let mut ended = false;
    while items.len() < wanted && looked_through < reach && !ended {
        let asked = (wanted - items.len()).saturating_add(skip).min(CHUNK);
        let mut chunk = read(Paging {
            count: u32::try_from(asked).unwrap_or(u32::MAX),
            position,
        })?;
        looked_through += asked;
        ended = chunk.len() < asked;
        if towards_newer {
            chunk.reverse();
        }
        if let Some((furthest, _)) = chunk.last() {
            position = match position {
                Position::Since(_) => Position::Since(*furthest),
                _ => Position::Before(*furthest),
            };
        }
        for item in chunk {
            let shown = match visible {
                Some(visible) => visible(&item.1)?,
                None => true,
            };
            match (shown, skip) {
                (false, _) => {}
                (true, 0) => items.push(item),
                (true, _) => skip -= 1,
            }
        }
    }
    if is_deep && skip > 0 && !ended {
        return Err(Error::bad_request(
            "Offset is too large; page with 'before' instead",
        ));
    }
    // Behind what is newer than a cursor there is always the cursor itself; and what was not
    // looked through may hold more.
    let more = towards_newer || items.len() == wanted || !ended;
    items.truncate(wanted - 1);
    if towards_newer {
        items.reverse();
    }
    Ok(Slice { items, more })
}

/// The links of a page: `next` leads to what is older, `prev` to what is newer (section 5.3).
pub(super) fn link<T, U>(
    page: &mut Collection<T>,
    stored: &[U],
    id: impl Fn(&U) -> &String,
    more: bool,
) {
    let url = page.url.clone().unwrap_or_default();
    page.links.set("first", &url);
    page.links.set("self", &url);
    turn(page, "", stored, id, more);
}

/// The links of a page of people: they name the page itself and the collection, and keep what is
/// searched for.
pub(super) fn link_people<T, U>(
    page: &mut Collection<T>,
    request: &PageRequest,
    stored: &[U],
    id: impl Fn(&U) -> &String,
    more: bool,
) {
    let url = page.url.clone().unwrap_or_default();
    let search = match &request.search {
        Some(text) => format!("&q={}", component(text)),
        None => String::new(),
    };
    let start = match &request.start {
        Start::Offset(offset) => format!("offset={offset}"),
        Start::Before(id) => format!("before={}", component(id)),
        Start::Since(id) => format!("since={}", component(id)),
    };
    let count = request.count;
    page.links
        .set("self", format!("{url}?{start}&count={count}{search}"));
    page.links.set("current", &url);
    turn(page, &search, stored, id, more);
}

/// An empty page leads nowhere.
fn turn<T, U>(
    page: &mut Collection<T>,
    search: &str,
    stored: &[U],
    id: impl Fn(&U) -> &String,
    more: bool,
) {
    let url = page.url.clone().unwrap_or_default();
    if let (Some(first), Some(last)) = (stored.first(), stored.last()) {
        page.links.set(
            "prev",
            format!("{url}?since={}{search}", component(id(first))),
        );
        if more {
            page.links.set(
                "next",
                format!("{url}?before={}{search}", component(id(last))),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// A list of so many numbers, newest first, of which the viewer sees the even ones; and how many
    /// were read at once, and in all.
    struct List {
        length: i64,
        most: Cell<usize>,
        all: Cell<usize>,
    }

    impl List {
        fn of(length: i64) -> Self {
            Self {
                length,
                most: Cell::new(0),
                all: Cell::new(0),
            }
        }

        fn page(&self, count: u32, offset: u32) -> Result<Vec<i64>> {
            let read = |paging: Paging| {
                let newest = match paging.position {
                    Position::Before(position) => position - 1,
                    Position::Offset(0) => self.length,
                    other => panic!("{other:?} is left to the store"),
                };
                let oldest = 1.max(newest - i64::from(paging.count) + 1);
                let items: Vec<_> = (oldest..=newest).rev().map(|item| (item, item)).collect();
                self.most.set(self.most.get().max(items.len()));
                self.all.set(self.all.get() + items.len());
                Ok(items)
            };
            let visible = |item: &i64| Ok(item % 2 == 0);
            let slice = slice(count, Position::Offset(offset), read, Some(&visible))?;
            Ok(slice.items.into_iter().map(|(item, _)| item).collect())
        }
    }

    #[test]
    fn an_offset_counts_what_is_visible() {
        let list = List::of(2_000);
        assert_eq!(list.page(3, 0).unwrap(), [2_000, 1_998, 1_996]);
        assert_eq!(list.page(2, 990).unwrap(), [20, 18]);
        assert_eq!(list.page(9, 998).unwrap(), [4, 2]);
        assert!(list.page(9, 1_000).unwrap().is_empty());
        assert!(list.page(9, u32::MAX).unwrap().is_empty());
        assert_eq!(list.page(0, 7).unwrap(), [] as [i64; 0]);
    }

    #[test]
    fn a_large_offset_reads_a_bounded_part_of_a_list_and_keeps_little_of_it() {
        let list = List::of(1_000_000);
        let refused = list.page(20, u32::MAX).unwrap_err();
        assert_eq!(
            refused.text,
            "Offset is too large; page with 'before' instead"
        );
        assert!(list.all.get() <= LOOKED_THROUGH + SKIPPED + CHUNK);
        assert!(list.most.get() <= CHUNK);
    }
}
