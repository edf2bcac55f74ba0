//! Pages of lists: what was asked for, what the viewer may see of it, and the links to what is
//! newer and older (pump.io protocol, sections 5.2 and 5.3).

use pumphouse_activity::Collection;
use pumphouse_store::{Paging, Position};

use crate::error::{Error, Result};
use crate::urls::component;

/// How many items are looked through for a page of what the viewer may see.
const LOOKED_THROUGH: usize = 1_000;

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
/// Without a test of what is visible everything is, and the store skips an offset by itself.
pub(super) fn slice<T>(
    count: u32,
    start: Position,
    read: impl Fn(Paging) -> Result<Vec<(i64, T)>>,
    visible: Option<Visible<'_, T>>,
) -> Result<Slice<T>> {
    let (skip, mut position) = match (start, visible) {
        (Position::Offset(offset), Some(_)) => (offset as usize, Position::Offset(0)),
        _ => (0, start),
    };
    let towards_newer = matches!(start, Position::Since(_));
    // One more than is shown tells whether there is more.
    let wanted = skip + count as usize + 1;
    let mut found = Vec::new();
    let mut looked_through = 0;
    let mut ended = false;
    while found.len() < wanted && looked_through < LOOKED_THROUGH + skip {
        let asked = (wanted - found.len()).min(LOOKED_THROUGH);
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
            if shown {
                found.push(item);
            }
        }
        if ended {
            break;
        }
    }
    // Behind what is newer than a cursor there is always the cursor itself; and what was not
    // looked through may hold more.
    let more = towards_newer || found.len() == wanted || !ended;
    found.truncate(wanted - 1);
    let mut items = found.split_off(skip.min(found.len()));
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
