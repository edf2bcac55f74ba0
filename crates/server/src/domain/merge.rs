//! Changing what is kept of an object by properties that somebody gave (pump.io protocol, section 6.7).

use pumphouse_activity::Object;
use pumphouse_store::StoredObject;
use serde_json::{Map, Value};

use super::posting::Posting;
use super::{documents, people};
use crate::clock;
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
    "documents",
    "liked",
];

/// Merges the given properties into an object.
pub(crate) fn into(posting: &Posting<'_>, object: &StoredObject, given: &Object) -> Result<()> {
    let mut changed = merged(&documents::object(object)?, given)?;
    changed.updated = Some(clock::format(posting.now));
    // A collection becomes a list by what it gets, and may end to be one.
    if changed.is_a("collection") {
        let urls = &posting.site.urls;
        let members = urls.object_feed("collection", &object.id, &object.uuid, "members");
        changed.members = people::feed(members).filter(|_| documents::is_list(&changed));
    }
    let document = documents::of_object(&changed)?;
    Ok(posting
        .tx
        .update_object(object.key, &document, posting.now)?)
}

fn merged(object: &Object, given: &Object) -> Result<Object> {
    let mut merged = properties(object)?;
    for (name, value) in properties(given)? {
        if !FIXED.contains(&name.as_str()) {
            merged.insert(name, value);
        }
    }
    serde_json::from_value(Value::Object(merged))
        .map_err(|error| Error::bad_request(format!("the update does not fit: {error}")))
}

fn properties(object: &Object) -> Result<Map<String, Value>> {
    match serde_json::to_value(object) {
        Ok(Value::Object(properties)) => Ok(properties),
        Ok(_) => Err(Error::internal("merge", "an object is no JSON object")),
        Err(error) => Err(Error::internal("merge", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_replaces_all_but_what_is_fixed() {
        let mut kept = Object::reference("image", "http://h/api/image/1");
        kept.display_name = Some("Old".into());
        kept.url = Some("http://h/a/image/1".into());
        let mut given = Object::reference("note", "http://elsewhere/");
        given.display_name = Some("New".into());
        given.url = Some("http://elsewhere/".into());
        given.extra.insert("license".into(), "CC0".into());
        let merged = merged(&kept, &given).unwrap();
        assert_eq!(merged.display_name.as_deref(), Some("New"));
        assert_eq!(merged.extra["license"], "CC0");
        assert_eq!((&merged.id, &merged.url), (&kept.id, &kept.url));
        assert_eq!(merged.object_type, kept.object_type);
    }
}
