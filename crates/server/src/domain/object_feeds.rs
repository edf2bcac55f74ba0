//! The feeds of an object: who likes and shared it, what answers it; the members of a list or group,
//! and a group's documents and inbox (pump.io protocol, section 5.6).

use pumphouse_activity::{Activity, Collection};
use pumphouse_store::{Edge, End, Snapshot, StoredActivity, StoredObject};

use super::collections::{self, Neighbours};
use super::paging::{PageRequest, link, resolve, slice};
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer, documents, people};
use crate::error::Result;

/// A feed that consists of objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ObjectFeed {
    Likes,
    Replies,
    Shares,
    Members,
    Documents,
}

impl ObjectFeed {
    /// The feed of this name, if objects of this type have it.
    pub(crate) fn parse(name: &str, object_type: &str) -> Option<Self> {
        match (name, object_type) {
            ("likes", _) => Some(Self::Likes),
            ("replies", _) => Some(Self::Replies),
            ("shares", _) => Some(Self::Shares),
            ("members", "collection" | "group") => Some(Self::Members),
            ("documents", "group") => Some(Self::Documents),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Likes => "likes",
            Self::Replies => "replies",
            Self::Shares => "shares",
            Self::Members => "members",
            Self::Documents => "documents",
        }
    }
}

/// A page of a feed of an object.
pub(crate) fn page(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    object: &StoredObject,
    feed: ObjectFeed,
    request: &PageRequest,
) -> Result<Collection> {
    let author = list_author(snapshot, object, feed)?;
    let collection = neighbours(site, object, author.as_ref(), feed)?;
    collections::page(snapshot, site, viewer, &collection, request)
}

/// What a feed of an object consists of. `author` is the object's, for the members of lists.
fn neighbours<'a>(
    site: &Site,
    object: &'a StoredObject,
    author: Option<&'a StoredObject>,
    feed: ObjectFeed,
) -> Result<Neighbours<'a>> {
    let name = name(object)?;
    let tallies = &object.tallies;
    let (edge, end, title, total) = match feed {
        ObjectFeed::Likes => (
            Edge::Like,
            End::Sources,
            format!("People who like {name}"),
            tallies.likes,
        ),
        ObjectFeed::Replies => (
            Edge::Reply,
            End::Sources,
            format!("Replies to {name}"),
            tallies.replies,
        ),
        ObjectFeed::Shares => (
            Edge::Share,
            End::Sources,
            format!("Shares of {name}"),
            tallies.shares,
        ),
        ObjectFeed::Members => {
            let title = match author {
                Some(author) => format!("Members of {name} by {}", self::name(author)?),
                None => format!("Members of {name}"),
            };
            (Edge::Member, End::Targets, title, tallies.members)
        }
        ObjectFeed::Documents => (
            Edge::Document,
            End::Targets,
            format!("Documents of {name}"),
            tallies.documents,
        ),
    };
    let is_of_people = match feed {
        ObjectFeed::Likes => true,
        ObjectFeed::Members => object.object_type == "group",
        _ => false,
    };
    Ok(Neighbours {
        of: object,
        edge,
        end,
        url: url(site, object, feed.name()),
        title,
        total,
        object_type: is_of_people.then_some("person"),
        member_type: None,
        author,
    })
}

/// The person who made a list, who is named with its members.
fn list_author(
    snapshot: &Snapshot<'_>,
    object: &StoredObject,
    feed: ObjectFeed,
) -> Result<Option<StoredObject>> {
    match object.author {
        Some(author) if feed == ObjectFeed::Members && object.object_type == "collection" => {
            Ok(Some(people::person(snapshot, author)?))
        }
        _ => Ok(None),
    }
}

/// A page of what was addressed to a group.
pub(crate) fn group_inbox(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    group: &StoredObject,
    request: &PageRequest,
) -> Result<Collection<Activity>> {
    let sight = Sight {
        snapshot,
        site,
        viewer,
    };
    let url = url(site, group, "inbox");
    let start = resolve(&request.start, &url, |id| {
        Ok(snapshot.group_inbox_position(group.key, id)?)
    })?;
    let visible = |activity: &StoredActivity| sight.of_activity(activity);
    let read = |paging| Ok(snapshot.group_inbox(group.key, paging)?);
    let slice = slice(request.count, start, read, Some(&visible))?;
    let stored: Vec<StoredActivity> = slice.items.into_iter().map(|(_, item)| item).collect();
    let items = Renderer::new(snapshot, site, viewer).activities(&stored, Detail::Full)?;
    let mut page = Collection {
        display_name: Some(format!("Activities for {}", name(group)?)),
        object_types: Some(vec!["activity".to_owned()]),
        total_items: Some(group.tallies.received.into()),
        ..Collection::at(url)
    };
    link(&mut page, &stored, |activity| &activity.id, slice.more);
    page.items = Some(items);
    Ok(page)
}

/// Whatever id was chosen for it, the address by UUID is the one that feeds name (section 5.6).
fn url(site: &Site, object: &StoredObject, feed: &str) -> String {
    let object = site.urls.object(&object.object_type, &object.uuid);
    format!("{object}/{feed}")
}

fn name(object: &StoredObject) -> Result<String> {
    let name = documents::object(object)?.display_name;
    Ok(name.unwrap_or_else(|| object.id.clone()))
}
