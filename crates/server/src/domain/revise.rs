//! Changing and deleting an activity that was posted (pump.io protocol, section 6.10).

use pumphouse_activity::Activity;
use pumphouse_store::StoredActivity;
use serde_json::{Map, Value};

use super::clean::Clean;
use super::posting::Posting;
use super::{content, documents, people};
use crate::clock;
use crate::error::{Error, Result};

/// What stays as it was done: who did what, for whom, and where it is found.
const FIXED: &[&str] = &[
    "id",
    "verb",
    "actor",
    "object",
    "target",
    "generator",
    "to",
    "cc",
    "bto",
    "bcc",
    "links",
    "url",
    "published",
    "updated",
    "received",
    "deleted",
];

/// Merges the given properties into an activity of the actor. Nothing follows from it.
pub(crate) fn change(
    posting: &Posting<'_>,
    stored: &StoredActivity,
    Clean(given): &Clean,
) -> Result<()> {
    require_own(posting, stored)?;
    let mut merged = properties(&documents::activity(stored)?)?;
    for (name, value) in properties(given)? {
        if !FIXED.contains(&name.as_str()) {
            merged.insert(name, value);
        }
    }
    let mut changed: Activity = serde_json::from_value(Value::Object(merged))
        .map_err(|error| Error::bad_request(format!("the change does not fit: {error}")))?;
    changed.updated = Some(clock::format(posting.now));
    let document = documents::of_activity(&changed)?;
    Ok(posting.tx.update_activity(stored.key, &document)?)
}

fn properties(activity: &Activity) -> Result<Map<String, Value>> {
    match serde_json::to_value(activity) {
        Ok(Value::Object(properties)) => Ok(properties),
        Ok(_) => Err(Error::internal("revise", "an activity is no JSON object")),
        Err(error) => Err(Error::internal("revise", error)),
    }
}

/// Leaves of an activity of the actor that there was one. Its object stays, but it is nobody's to
/// read any more except its author's, so the words for it do not name it.
pub(crate) fn delete(posting: &Posting<'_>, stored: &StoredActivity) -> Result<()> {
    require_own(posting, stored)?;
    let whole = documents::activity(stored)?;
    let object = whole.object.as_deref().map(documents::mention);
    let actor = documents::object(&people::person(posting.tx, posting.actor.person)?)?;
    let words = content::of_activity("post", &actor, &object.clone().unwrap_or_default(), None);
    let now = clock::format(posting.now);
    let left = Activity {
        verb: Some("post".to_owned()),
        actor: whole.actor,
        object: object.clone().map(Box::new),
        id: whole.id,
        content: Some(words),
        published: whole.published,
        updated: Some(now.clone()),
        deleted: Some(now),
        ..Activity::default()
    };
    if let Some(id) = object.and_then(|object| object.id)
        && let Some(object) = posting.tx.object_by_id(&id)?
    {
        posting.tx.unset_posted_by(object.key, stored.key)?;
    }
    let document = documents::of_activity(&left)?;
    Ok(posting.tx.update_activity(stored.key, &document)?)
}

/// Refuses an activity that was deleted.
pub(crate) fn require_there(stored: &StoredActivity) -> Result<()> {
    match documents::activity(stored)?.deleted {
        Some(_) => Err(Error::gone()),
        None => Ok(()),
    }
}

fn require_own(posting: &Posting<'_>, stored: &StoredActivity) -> Result<()> {
    if stored.actor != posting.actor.person {
        return Err(Error::forbidden("Only the actor can modify this object."));
    }
    require_there(stored)
}
