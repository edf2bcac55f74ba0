//! Update and delete: changing what the actor made.

use pumphouse_activity::Object;
use pumphouse_store::{Edge, StoredObject};
use serde_json::{Map, Value};

use crate::clock;
use crate::domain::documents;
use crate::domain::post::Posting;
use crate::error::{Error, Result};

/// What nobody can change of an object: its identity, its addresses, and what is counted.
const FIXED: &[&str] = &[
    "id",
    "objectType",
    "author",
    "published",
    "updated",
    "deleted",
    "url",
    "links",
    "preferredUsername",
    "inReplyTo",
    "likes",
    "replies",
    "shares",
    "followers",
    "following",
    "favorites",
    "lists",
    "members",
    "liked",
    "pump_io",
];

/// Merges the given properties into the object.
pub(super) fn update(posting: &Posting<'_>, object: &StoredObject, given: &Object) -> Result<()> {
    require_author(posting, object, "update")?;
    let mut merged = properties(&documents::object(object)?)?;
    for (name, value) in properties(given)? {
        if !FIXED.contains(&name.as_str()) {
            merged.insert(name, value);
        }
    }
    let mut changed: Object = serde_json::from_value(Value::Object(merged))
        .map_err(|error| Error::bad_request(format!("the update does not fit: {error}")))?;
    changed.updated = Some(clock::format(posting.now));
    let document = documents::of_object(&changed)?;
    Ok(posting
        .tx
        .update_object(object.key, &document, posting.now)?)
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
        return Err(Error::new(http::StatusCode::GONE, "Deleted"));
    }
    Ok(())
}

fn properties(object: &Object) -> Result<Map<String, Value>> {
    match serde_json::to_value(object) {
        Ok(Value::Object(properties)) => Ok(properties),
        Ok(_) => Err(Error::internal("update", "an object is no JSON object")),
        Err(error) => Err(Error::internal("update", error)),
    }
}
