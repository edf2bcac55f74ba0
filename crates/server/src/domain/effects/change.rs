//! Update and delete: changing what the actor made.

use pumphouse_activity::Object;
use pumphouse_store::{Edge, StoredObject};

use crate::clock;
use crate::domain::posting::Posting;
use crate::domain::{documents, merge, objects};
use crate::error::{Error, Result};

/// Merges the given properties into the object.
pub(super) fn update(posting: &Posting<'_>, object: &StoredObject, given: &Object) -> Result<()> {
    require_author(posting, object, "update")?;
    if object.object_type == "collection" {
        let mut renamed = documents::object(object)?;
        if given.display_name.is_some() {
            renamed.display_name.clone_from(&given.display_name);
        }
        if given.object_types.is_some() {
            renamed.object_types.clone_from(&given.object_types);
        }
        objects::check_list_name(posting, &renamed, Some(object.key))?;
        // A collection becomes a list by getting a name and a type of members.
        let owner = posting.actor.person;
        if documents::is_list(&renamed) && !posting.tx.has_edge(Edge::List, owner, object.key)? {
            posting.tx.add_edge(Edge::List, owner, object.key)?;
        }
    }
    merge::into(posting, object, given)
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
        posting
            .tx
            .remove_edge(Edge::List, posting.actor.person, object.key)?;
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
