//! Add and remove: who is on a list (pump.io protocol, section 6.8).

use pumphouse_store::{Edge, StoredObject};

use crate::domain::documents;
use crate::domain::posting::Posting;
use crate::error::{Error, Result};

/// Adds the object to the list that is the target; adding it again changes nothing.
pub(super) fn add(
    posting: &Posting<'_>,
    object: &StoredObject,
    target: Option<&StoredObject>,
) -> Result<()> {
    let list = own_list(posting, object, target, "add to")?;
    posting.tx.add_edge(Edge::Member, list.key, object.key)?;
    Ok(())
}

/// Takes the object off the list that is the target.
pub(super) fn remove(
    posting: &Posting<'_>,
    object: &StoredObject,
    target: Option<&StoredObject>,
) -> Result<()> {
    let list = own_list(posting, object, target, "remove from")?;
    if posting.tx.remove_edge(Edge::Member, list.key, object.key)? {
        return Ok(());
    }
    Err(Error::bad_request(format!(
        "id '{}' not found in stream 'collection:{}'",
        object.id, list.id
    )))
}

fn own_list<'a>(
    posting: &Posting<'_>,
    object: &StoredObject,
    target: Option<&'a StoredObject>,
    doing: &str,
) -> Result<&'a StoredObject> {
    let list =
        target.ok_or_else(|| Error::bad_request("no target, or one that is not known here"))?;
    let refuse = |why: &str| {
        Err(Error::bad_request(format!(
            "Can't {doing} {}: {why}",
            list.id
        )))
    };
    if list.object_type != "collection" {
        return refuse(&format!(
            "don't know how to {doing} type '{}'",
            list.object_type
        ));
    }
    if list.author != Some(posting.actor.person) {
        return refuse("not author.");
    }
    let document = documents::object(list)?;
    if !documents::is_list(&document) {
        return refuse("it has no members.");
    }
    let fits = document
        .object_types
        .is_some_and(|types| types.contains(&object.object_type));
    if !fits {
        return refuse("incorrect type.");
    }
    Ok(list)
}
