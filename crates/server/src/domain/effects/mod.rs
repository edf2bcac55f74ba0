//! What a verb does beside being told: one file per kind of effect (pump.io protocol, section 6.7).

mod change;
mod lists;
mod react;

use pumphouse_activity::Object;
use pumphouse_store::StoredObject;

use super::posting::Posting;
use crate::error::Result;

/// Applies the effect of a verb. Verbs without one, and unknown verbs, do nothing here.
pub(crate) fn apply(
    posting: &Posting<'_>,
    verb: &str,
    object: &StoredObject,
    given: &Object,
    target: Option<&StoredObject>,
) -> Result<()> {
    match verb {
        "follow" => react::follow(posting, object),
        "stop-following" => react::stop_following(posting, object),
        "like" | "favorite" => react::like(posting, object),
        "unlike" | "unfavorite" => react::unlike(posting, object),
        "share" => react::share(posting, object),
        "unshare" => react::unshare(posting, object),
        "update" => change::update(posting, object, given),
        "delete" => change::delete(posting, object),
        "post" | "create" if target.is_some_and(|target| target.object_type == "collection") => {
            lists::add(posting, object, target)
        }
        "add" => lists::add(posting, object, target),
        "remove" => lists::remove(posting, object, target),
        _ => Ok(()),
    }
}
