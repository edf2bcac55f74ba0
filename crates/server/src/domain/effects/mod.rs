//! What a verb does beside being told: one file per kind of effect (pump.io protocol, section 6.7).

mod change;
mod groups;
mod lists;
mod react;

use pumphouse_activity::Object;
use pumphouse_store::StoredObject;

use super::posting::Posting;
use crate::error::{Error, Result};

/// What an activity names as its target.
pub(crate) struct Goal<'a> {
    pub(crate) named: Option<&'a Object>,
    /// The same as it is kept here, if it is.
    pub(crate) known: Option<&'a StoredObject>,
}

/// Applies the effect of a verb. Verbs without one, and unknown verbs, do nothing here.
pub(crate) fn apply(
    posting: &Posting<'_>,
    verb: &str,
    object: &StoredObject,
    given: &Object,
    goal: &Goal<'_>,
) -> Result<()> {
    let holder = goal
        .known
        .filter(|target| matches!(&*target.object_type, "collection" | "group"));
    let group = holder.filter(|target| target.object_type == "group");
    if holder.is_some_and(|holder| holder.deleted.is_some()) {
        return Err(Error::gone());
    }
    match verb {
        "follow" => react::follow(posting, object),
        "stop-following" => react::stop_following(posting, object),
        "like" | "favorite" => react::like(posting, object),
        "unlike" | "unfavorite" => react::unlike(posting, object),
        "share" => react::share(posting, object),
        "unshare" => react::unshare(posting, object),
        "update" => change::update(posting, object, given),
        "delete" => change::delete(posting, object),
        "join" if object.object_type == "group" => groups::join(posting, object),
        "leave" if object.object_type == "group" => groups::leave(posting, object),
        "post" | "create" if holder.is_none() => Ok(()),
        "post" | "create" | "add" => match group {
            Some(group) => groups::add_document(posting, object, group),
            None => lists::add(posting, object, goal),
        },
        "remove" => match group {
            Some(group) => groups::remove_document(posting, object, group),
            None => lists::remove(posting, object, goal),
        },
        _ => Ok(()),
    }
}
