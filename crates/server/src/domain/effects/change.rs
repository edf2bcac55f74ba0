//! Update and delete: changing what the actor made.

use pumphouse_activity::Object;
use pumphouse_store::{Edge, StoredObject};

use crate::clock;
use crate::domain::posting::Posting;
use crate::domain::{documents, lists, merge};
use crate::error::{Error, Result};

/// Merges the given properties into the object.
pub(super) fn update(posting: &Posting<'_>, object: &StoredObject, given: &Object) -> Result<()> {
    require_author(posting, object, "update")?;
    if object.object_type != "collection" {
        return merge::into(posting, object, given);
    }
    let mut list = documents::object(object)?;
    if given.display_name.is_some() {
        list.display_name.clone_from(&given.display_name);
    }
    if given.object_types.is_some() {
        list.object_types.clone_from(&given.object_types);
    }
    lists::check_name(posting, &list, Some(object.key))?;
    merge::into(posting, object, given)?;
    // A collection becomes a list by getting a name and a type of members.
    lists::keep(posting, object.key, &list)
}

/// Leaves a tombstone (pump.io protocol, section 7.5).
pub(super) fn delete(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    require_author(posting, object, "delete")?;
    if object.object_type == "person" {
        return Err(Error::bad_request(
            "a person cannot be deleted; delete the account instead",
        ));
    }
    let whole = documents::object(object)?;
    let now = clock::format(posting.now);
    let tombstone = Object {
        object_type: whole.object_type,
        id: whole.id,
        author: whole.author,
        in_reply_to: whole.in_reply_to.clone(),
        published: whole.published,
        updated: Some(now.clone()),
        deleted: Some(now),
        ..Object::default()
    };
    if let Some(parent) = whole.in_reply_to.and_then(|parent| parent.id)
        && let Some(parent) = posting.tx.object_by_id(&parent)?
    {
        posting
            .tx
            .remove_edge(Edge::Reply, object.key, parent.key)?;
    }
    if object.object_type == "collection" {
        lists::forget(posting, object.key)?;
    }
    posting
        .tx
        .remove_edge(Edge::Upload, posting.actor.person, object.key)?;
    posting.tx.discard_uploads(object.key)?;
    let document = documents::of_object(&tombstone)?;
    Ok(posting
        .tx
        .delete_object(object.key, &document, posting.now)?)
}

fn require_author(posting: &Posting<'_>, object: &StoredObject, verb: &str) -> Result<()> {
    let own = object.author == Some(posting.actor.person) || object.key == posting.actor.person;
    if !own {
        return Err(Error::bad_request(format!(
            "Can't {verb} {}: not author.",
            object.id
        )));
    }
    if object.deleted.is_some() {
        return Err(Error::gone());
    }
    Ok(())
}
