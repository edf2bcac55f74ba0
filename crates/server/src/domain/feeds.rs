//! Feeds and collections as one viewer reads them, page by page (pump.io protocol, section 5).

use pumphouse_activity::{Activity, Collection, Object};
use pumphouse_store::{
    Edge, End, Inbox, Outbox, Paging, Position, Snapshot, StoredActivity, StoredObject, User,
};

use super::documents::{self, MOST_LISTS};
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer, people};
use crate::error::{Error, Result};
use crate::urls::component;

/// How many items are looked through for a page of what the viewer may see.
const LOOKED_THROUGH: usize = 1_000;

/// The part of a feed that is asked for, as it stood in the query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PageRequest {
    pub(crate) count: u32,
    pub(crate) start: Start,
}

/// Where a page begins. Cursors are ids of items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    Offset(u32),
    Before(String),
    Since(String),
}

/// A feed of activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    Inbox(Inbox),
    Outbox(Outbox),
}

impl Feed {
    /// The path under the user's address.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Outbox(Outbox::All) => "feed",
            Self::Outbox(Outbox::Major) => "feed/major",
            Self::Outbox(Outbox::Minor) => "feed/minor",
            Self::Inbox(Inbox { direct, major }) => match (direct, major) {
                (false, None) => "inbox",
                (false, Some(true)) => "inbox/major",
                (false, Some(false)) => "inbox/minor",
                (true, None) => "inbox/direct",
                (true, Some(true)) => "inbox/direct/major",
                (true, Some(false)) => "inbox/direct/minor",
            },
        }
    }

    /// The phrase that names it (section 5.3).
    fn title(self, name: &str) -> String {
        let (kind, relation) = match self {
            Self::Outbox(part) => (
                match part {
                    Outbox::All => "Activities",
                    Outbox::Major => "Major activities",
                    Outbox::Minor => "Minor activities",
                },
                "by",
            ),
            Self::Inbox(Inbox { direct, major }) => (
                match major {
                    None => "Activities",
                    Some(true) => "Major activities",
                    Some(false) => "Minor activities",
                },
                if direct { "directly for" } else { "for" },
            ),
        };
        format!("{kind} {relation} {name}")
    }

    fn total(self, user: &User) -> u32 {
        let feeds = &user.feeds;
        let part = |all: u32, major: u32, wanted: Option<bool>| match wanted {
            None => all,
            Some(true) => major,
            Some(false) => all - major,
        };
        match self {
            Self::Outbox(Outbox::All) => feeds.outbox,
            Self::Outbox(Outbox::Major) => feeds.outbox_major,
            Self::Outbox(Outbox::Minor) => feeds.outbox - feeds.outbox_major,
            Self::Inbox(Inbox {
                direct: false,
                major,
            }) => part(feeds.inbox, feeds.inbox_major, major),
            Self::Inbox(Inbox {
                direct: true,
                major,
            }) => part(feeds.inbox_direct, feeds.inbox_direct_major, major),
        }
    }

    /// Major feeds show who likes, shared and answered (section 5.4).
    fn detail(self) -> Detail {
        match self {
            Self::Outbox(Outbox::Major)
            | Self::Inbox(Inbox {
                major: Some(true), ..
            }) => Detail::Full,
            _ => Detail::Tallies,
        }
    }
}

/// A test of what the viewer may see.
type Visible<'a, T> = &'a dyn Fn(&T) -> Result<bool>;

/// What was read of a list, and whether there is more behind it.
struct Slice<T> {
    items: Vec<(i64, T)>,
    more: bool,
}

/// A page of a feed of activities.
pub(crate) fn activities(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    owner: &User,
    feed: Feed,
    request: &PageRequest,
) -> Result<Collection<Activity>> {
    let position = |id: &str| match feed {
        Feed::Inbox(part) => snapshot.inbox_position(owner.key, part, id),
        Feed::Outbox(part) => snapshot.outbox_position(owner.person, part, id),
    };
    let read = |paging: Paging| match feed {
        Feed::Inbox(part) => snapshot.inbox(owner.key, part, paging),
        Feed::Outbox(part) => snapshot.outbox(owner.person, part, paging),
    };
    let sight = Sight {
        snapshot,
        site,
        viewer,
    };
    let own = viewer.is(owner);
    let stream = format!("{}:{}", owner.nickname, feed.path());
    let start = resolve(&request.start, &stream, |id| Ok(position(id)?))?;
    let visible = |activity: &StoredActivity| sight.of_activity(activity);
    let visible: Option<Visible<'_, StoredActivity>> = if own { None } else { Some(&visible) };
    let slice = slice(request.count, start, |paging| Ok(read(paging)?), visible)?;

    let stored: Vec<StoredActivity> = slice
        .items
        .into_iter()
        .map(|(_, activity)| activity)
        .collect();
    let items = Renderer::new(snapshot, site, viewer).activities(&stored, feed.detail())?;
    let profile = people::profile(snapshot, owner)?;
    let author = Renderer::new(snapshot, site, viewer).one_object(&profile, Detail::Bare)?;
    let name = author
        .display_name
        .as_deref()
        .unwrap_or(&owner.nickname)
        .to_owned();
    let mut page = Collection {
        display_name: Some(feed.title(&name)),
        object_types: Some(vec!["activity".to_owned()]),
        total_items: Some(feed.total(owner).into()),
        author: Some(Box::new(author)),
        ..Collection::at(site.urls.feed(&owner.nickname, feed.path()))
    };
    link(&mut page, &stored, |activity| &activity.id, slice.more);
    page.items = Some(items);
    Ok(page)
}

/// A collection of objects: the other ends of one kind of edge.
pub(crate) struct Neighbours<'a> {
    pub(crate) of: &'a StoredObject,
    pub(crate) edge: Edge,
    pub(crate) end: End,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) total: u32,
    /// Of what type the items are, where it is always the same.
    pub(crate) object_type: Option<&'static str>,
    /// Only lists whose members are of this type.
    pub(crate) member_type: Option<&'a str>,
    pub(crate) author: Option<&'a StoredObject>,
}

/// A page of a collection of objects.
pub(crate) fn neighbours(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    collection: &Neighbours<'_>,
    request: &PageRequest,
) -> Result<Collection> {
    let key = collection.of.key;
    let position = |id: &str| {
        let Some(item) = snapshot.object_by_id(id)? else {
            return Ok(None);
        };
        let (source, target) = match collection.end {
            End::Sources => (item.key, key),
            End::Targets => (key, item.key),
        };
        Ok(snapshot.edge_position(collection.edge, source, target)?)
    };
    let sight = Sight {
        snapshot,
        site,
        viewer,
    };
    let start = resolve(&request.start, &collection.url, position)?;
    let read = |paging| Ok(snapshot.neighbours(collection.edge, collection.end, key, paging)?);
    let visible = |object: &StoredObject| match collection.member_type {
        Some(member_type) if !is_list_of(object, member_type)? => Ok(false),
        _ => sight.of_object(object),
    };
    let slice = slice(request.count, start, read, Some(&visible))?;

    let stored: Vec<StoredObject> = slice.items.into_iter().map(|(_, object)| object).collect();
    let mut items = Renderer::new(snapshot, site, viewer).objects(&stored, Detail::Full)?;
    if collection.edge == Edge::Reply {
        // The parent is what was asked for.
        items.iter_mut().for_each(|reply| reply.in_reply_to = None);
    }
    let author = collection
        .author
        .map(|author| Renderer::new(snapshot, site, viewer).one_object(author, Detail::Bare))
        .transpose()?;
    let mut page = Collection {
        display_name: Some(collection.title.clone()),
        object_types: collection
            .object_type
            .map(|object_type: &str| vec![object_type.to_owned()]),
        total_items: Some(collection.total.into()),
        author: author.map(Box::<Object>::new),
        ..Collection::at(collection.url.clone())
    };
    link(&mut page, &stored, |object| &object.id, slice.more);
    page.items = Some(items);
    Ok(page)
}

/// How many lists of members of a type a person has.
pub(crate) fn count_lists(
    snapshot: &Snapshot<'_>,
    owner: &StoredObject,
    member_type: &str,
) -> Result<u32> {
    let all = Paging {
        count: MOST_LISTS,
        position: Position::Offset(0),
    };
    let mut count = 0;
    for (_, list) in snapshot.neighbours(Edge::List, End::Targets, owner.key, all)? {
        count += u32::from(is_list_of(&list, member_type)?);
    }
    Ok(count)
}

fn is_list_of(list: &StoredObject, member_type: &str) -> Result<bool> {
    let types = documents::object(list)?.object_types;
    Ok(types.is_some_and(|types| types.iter().any(|name| name == member_type)))
}

/// Finds the position of a cursor.
fn resolve(
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
fn slice<T>(
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

/// `next` leads to what is older, `prev` to what is newer (section 5.3). An empty page has neither.
fn link<T, U>(page: &mut Collection<T>, stored: &[U], id: impl Fn(&U) -> &String, more: bool) {
    let url = page.url.clone().unwrap_or_default();
    page.links.set("first", &url);
    page.links.set("self", &url);
    if let (Some(first), Some(last)) = (stored.first(), stored.last()) {
        page.links
            .set("prev", format!("{url}?since={}", component(id(first))));
        if more {
            page.links
                .set("next", format!("{url}?before={}", component(id(last))));
        }
    }
}
