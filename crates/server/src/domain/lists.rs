//! The lists of a person: their names, and how many there are (pump.io protocol, section 6.8).

use pumphouse_activity::Object;
use pumphouse_store::{
    Edge, End, ObjectKey, Paging, Position, Snapshot, StoredObject, Transaction,
};

use super::documents;
use super::posting::Posting;
use crate::error::{Error, Result};

/// How many lists a person may have.
const MOST: u32 = 1_000;

/// Whether the members of a list are of a type.
pub(crate) fn is_of(list: &StoredObject, member_type: &str) -> Result<bool> {
    let types = documents::object(list)?.object_types;
    Ok(types.is_some_and(|types| types.iter().any(|name| name == member_type)))
}

/// How many lists of members of a type a person has.
pub(crate) fn count(snapshot: &Snapshot<'_>, owner: ObjectKey, member_type: &str) -> Result<u32> {
    let mut count = 0;
    for list in all(snapshot, owner)? {
        count += u32::from(is_of(&list, member_type)?);
    }
    Ok(count)
}

/// A person has no two lists of one name and type, and not too many to look through. `changed` is
/// the list that gets the name, if it is not a new one.
pub(crate) fn check_name(
    posting: &Posting<'_>,
    given: &Object,
    changed: Option<ObjectKey>,
) -> Result<()> {
    if !documents::is_list(given) {
        return Ok(());
    }
    let lists = all(posting.tx, posting.actor.person)?;
    if changed.is_none() && lists.len() >= MOST as usize {
        return Err(Error::bad_request(format!("Nobody needs {MOST} lists.")));
    }
    for list in lists {
        if changed == Some(list.key) {
            continue;
        }
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

/// Puts a new or changed collection of the actor among their lists, if it is one.
pub(crate) fn keep(posting: &Posting<'_>, list: ObjectKey, document: &Object) -> Result<()> {
    let owner = posting.actor.person;
    if documents::is_list(document) {
        posting.tx.add_edge(Edge::List, owner, list)?;
    }
    recount(posting.tx, owner)
}

/// Takes a list from those of the actor.
pub(crate) fn forget(posting: &Posting<'_>, list: ObjectKey) -> Result<()> {
    let owner = posting.actor.person;
    posting.tx.remove_edge(Edge::List, owner, list)?;
    recount(posting.tx, owner)
}

/// The number beside `lists` counts what the address beside it shows: lists of people.
fn recount(tx: &Transaction<'_>, owner: ObjectKey) -> Result<()> {
    Ok(tx.set_lists(owner, count(tx, owner, "person")?)?)
}

fn all(snapshot: &Snapshot<'_>, owner: ObjectKey) -> Result<Vec<StoredObject>> {
    let all = Paging {
        count: MOST,
        position: Position::Offset(0),
    };
    let lists = snapshot.neighbours(Edge::List, End::Targets, owner, all)?;
    Ok(lists.into_iter().map(|(_, list)| list).collect())
}
