//! Add and remove: who is on a list (pump.io protocol, section 6.8).

use pumphouse_activity::Object;
use pumphouse_store::{Edge, StoredObject};

use super::Goal;
use crate::domain::documents;
use crate::domain::posting::Posting;
use crate::error::{Error, Result};

/// Adds the object to the list that is the target; adding it again changes nothing. What is no list
/// of anybody here is told of, and nothing else (section 6.7).
pub(super) fn add(posting: &Posting<'_>, object: &StoredObject, goal: &Goal<'_>) -> Result<()> {
    let target = match goal {
        Goal {
            known: None,
            named: Some(named),
        } if may_be_list(named) => return Ok(()),
        _ => known(goal)?,
    };
    if let Some(list) = own_list(posting, object, target, "add to")? {
        posting.tx.add_edge(Edge::Member, list.key, object.key)?;
    }
    Ok(())
}

/// Takes the object off the list that is the target.
pub(super) fn remove(posting: &Posting<'_>, object: &StoredObject, goal: &Goal<'_>) -> Result<()> {
    let Some(list) = own_list(posting, object, known(goal)?, "remove from")? else {
        return Ok(());
    };
    if posting.tx.remove_edge(Edge::Member, list.key, object.key)? {
        return Ok(());
    }
    Err(Error::bad_request(format!(
        "id '{}' not found in stream 'collection:{}'",
        object.id, list.id
    )))
}

fn known<'a>(goal: &Goal<'a>) -> Result<&'a StoredObject> {
    goal.known
        .ok_or_else(|| Error::bad_request("no target, or one that is not known here"))
}

/// Whether something that is not known here may be a list of another place.
fn may_be_list(named: &Object) -> bool {
    let has_id = named.id.as_deref().is_some_and(|id| !id.is_empty());
    has_id
        && matches!(
            named.object_type.as_deref(),
            None | Some("collection" | "group")
        )
}

/// The target, if it is a list; refuses one of somebody else, and what does not belong on it.
fn own_list<'a>(
    posting: &Posting<'_>,
    object: &StoredObject,
    target: &'a StoredObject,
    doing: &str,
) -> Result<Option<&'a StoredObject>> {
    let refuse = |why: &str| {
        let id = &target.id;
        Err(Error::bad_request(format!("Can't {doing} {id}: {why}")))
    };
    if target.object_type != "collection" {
        let object_type = &target.object_type;
        return refuse(&format!("don't know how to {doing} type '{object_type}'"));
    }
    let document = documents::object(target)?;
    let Some(author) = target.author.filter(|_| documents::is_list(&document)) else {
        return Ok(None);
    };
    if author != posting.actor.person {
        return refuse("not author.");
    }
    let types = document.object_types.unwrap_or_default();
    if !types.contains(&object.object_type) {
        return refuse("incorrect type.");
    }
    Ok(Some(target))
}
