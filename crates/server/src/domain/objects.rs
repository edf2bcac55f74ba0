//! Objects: making new ones, and finding those that are meant (pump.io protocol, section 7).

use pumphouse_activity::{Collection, Object};
use pumphouse_store::{Edge, End, NewObject, Paging, Position, StoredObject};

use super::post::Posting;
use super::{documents, people};
use crate::error::{Error, Result};
use crate::{clock, ids};

/// Makes the object of a `post` or `create`; gives it and what it answers.
/// An object of the actor that exists but was not posted yet, such as an upload, is posted.
pub(crate) fn create(
    posting: &Posting<'_>,
    given: &Object,
) -> Result<(StoredObject, Option<StoredObject>)> {
    if let Some(id) = given.id.as_deref().filter(|id| !id.is_empty())
        && let Some(known) = posting.tx.object_by_id(id)?
    {
        if known.author != Some(posting.actor.person) {
            return Err(Error::bad_request(format!("Can't post {id}: not author.")));
        }
        if known.posted_by.is_some() {
            return Err(Error::bad_request("Already posted"));
        }
        return Ok((known, None));
    }
    let parent = parent(posting, given)?;
    check_list_name(posting, given)?;
    let stored = insert(posting, given, parent.as_ref())?;
    if let Some(parent) = &parent {
        posting.tx.add_edge(Edge::Reply, stored.key, parent.key)?;
    }
    if is_list(given) {
        posting
            .tx
            .add_edge(Edge::List, posting.actor.person, stored.key)?;
    }
    Ok((stored, parent))
}

/// Finds the object of any other verb; one without id is made.
pub(crate) fn resolve(posting: &Posting<'_>, given: &Object) -> Result<StoredObject> {
    let Some(id) = given.id.as_deref().filter(|id| !id.is_empty()) else {
        return insert(posting, given, None);
    };
    posting
        .tx
        .object_by_id(id)?
        .ok_or_else(|| no_such(given, id))
}

fn no_such(object: &Object, id: &str) -> Error {
    let object_type = object.object_type.as_deref().unwrap_or("other");
    Error::bad_request(format!("No such '{object_type}' with id '{id}'"))
}

/// What an object answers: something that is known here and that the actor may read.
fn parent(posting: &Posting<'_>, given: &Object) -> Result<Option<StoredObject>> {
    let Some(parent) = &given.in_reply_to else {
        return Ok(None);
    };
    let id = parent.id.as_deref().unwrap_or_default();
    let parent = posting
        .tx
        .object_by_id(id)?
        .ok_or_else(|| no_such(parent, id))?;
    if parent.deleted.is_some() {
        return Err(Error::new(http::StatusCode::GONE, "Deleted"));
    }
    posting.sight().require_object(&parent)?;
    Ok(Some(parent))
}

/// Whether a collection is a list: has a name and members of one type (section 6.8).
pub(crate) fn is_list(object: &Object) -> bool {
    object.is_a("collection")
        && object.display_name.is_some()
        && object
            .object_types
            .as_ref()
            .is_some_and(|types| types.len() == 1)
}

/// A person has no two lists of one name and type.
fn check_list_name(posting: &Posting<'_>, given: &Object) -> Result<()> {
    if !is_list(given) {
        return Ok(());
    }
    let all = Paging {
        count: u32::MAX,
        position: Position::Offset(0),
    };
    for (_, list) in posting
        .tx
        .neighbours(Edge::List, End::Targets, posting.actor.person, all)?
    {
        let list = documents::object(&list)?;
        if list.display_name == given.display_name && list.object_types == given.object_types {
            return Err(Error::bad_request(format!(
                "Already have a list named '{}'",
                given.display_name.as_deref().unwrap_or_default()
            )));
        }
    }
    Ok(())
}

/// Keeps a new object of the actor with everything that the server fills in (section 7.2).
fn insert(
    posting: &Posting<'_>,
    given: &Object,
    parent: Option<&StoredObject>,
) -> Result<StoredObject> {
    let urls = &posting.site.urls;
    let uuid = ids::uuid();
    let mut object = given.clone();
    let object_type = object
        .object_type
        .get_or_insert_with(|| "other".to_owned())
        .clone();
    if object_type == "person" {
        return Err(Error::bad_request("people are made by registration"));
    }
    match object.id.as_deref().filter(|id| !id.is_empty()) {
        None => fill_in_addresses(posting, &mut object, &uuid),
        // The name of something on this server is given by this server.
        Some(id) if id.starts_with(urls.base()) => return Err(no_such(given, id)),
        Some(id) => {
            let id = id.to_owned();
            let feed = |name| people::feed(urls.foreign_object_feed(&object_type, name, &id));
            (object.likes, object.replies, object.shares) =
                (feed("likes"), feed("replies"), feed("shares"));
            object
                .links
                .set("self", urls.foreign_object(&object_type, &id));
        }
    }
    object.url = Some(urls.object_page(&posting.actor.nickname, &object_type, &uuid));
    object.author = Some(Box::new(Object::reference(
        &posting.actor.object_type,
        &posting.actor.id,
    )));
    object.in_reply_to =
        parent.map(|parent| Box::new(Object::reference(&parent.object_type, &parent.id)));
    let now = clock::format(posting.now);
    object.published.get_or_insert_with(|| now.clone());
    object.updated = Some(now);
    object.deleted = None;
    let id = object.id.clone().unwrap_or_default();
    let key = posting.tx.insert_object(&NewObject {
        id: &id,
        uuid: &uuid,
        object_type: &object_type,
        author: Some(posting.actor.person),
        document: &documents::of_object(&object)?,
        updated: posting.now,
    })?;
    posting
        .tx
        .object(key)?
        .ok_or_else(|| Error::internal("objects", "a new object is gone"))
}

/// Gives a new object the id, links and feeds of a local one.
fn fill_in_addresses(posting: &Posting<'_>, object: &mut Object, uuid: &str) {
    let urls = &posting.site.urls;
    let id = urls.object(object.object_type.as_deref().unwrap_or("other"), uuid);
    let feed = |name: &str| Some(Box::new(Collection::at(format!("{id}/{name}"))));
    object.likes = feed("likes");
    object.replies = feed("replies");
    object.shares = feed("shares");
    if is_list(object) {
        object.members = feed("members");
    }
    object.links.set("self", &id);
    object.id = Some(id);
}
