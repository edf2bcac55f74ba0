//! Collections of objects as one viewer reads them, page by page (pump.io protocol, sections 5.1 and 5.6).

use pumphouse_activity::{Collection, Object};
use pumphouse_store::{Edge, End, Snapshot, StoredObject};

use super::paging::{PageRequest, Visible, link, link_people, resolve, slice};
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer, lists, search};
use crate::error::Result;

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
pub(crate) fn page(
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
    let is_of_people = collection.object_type == Some("person");
    let (edge, end) = (collection.edge, collection.end);
    let matches = match &request.search {
        Some(text) if is_of_people => Some(search::people(snapshot, (edge, end), key, text)?),
        _ => None,
    };
    let read = |paging| match &matches {
        Some(matches) => Ok(snapshot.neighbours_at(end, matches.page(paging))?),
        None => Ok(snapshot.neighbours(edge, end, key, paging)?),
    };
    let total = match &matches {
        Some(matches) => matches.count() as u64,
        None => collection.total.into(),
    };
    let visible = |object: &StoredObject| match collection.member_type {
        Some(member_type) if !lists::is_of(object, member_type)? => Ok(false),
        _ => sight.of_object(object),
    };
    // Who follows whom is everybody's to see, so that the store can skip them.
    let visible: Option<Visible<'_, StoredObject>> = match edge {
        Edge::Follow => None,
        _ => Some(&visible),
    };
    let slice = slice(request.count, start, read, visible)?;

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
        total_items: Some(total),
        author: author.map(Box::<Object>::new),
        ..Collection::at(collection.url.clone())
    };
    if is_of_people {
        link_people(&mut page, request, &stored, |object| &object.id, slice.more);
    } else {
        link(&mut page, &stored, |object| &object.id, slice.more);
    }
    page.items = Some(items);
    Ok(page)
}
