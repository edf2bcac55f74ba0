//! Groups: who is in them, and what is among their documents (pump.io protocol, section 7.10).

use pumphouse_store::{Edge, StoredObject};

use crate::domain::posting::Posting;
use crate::error::{Error, Result};

/// Makes the actor a member.
pub(super) fn join(posting: &Posting<'_>, group: &StoredObject) -> Result<()> {
    if posting
        .tx
        .add_edge(Edge::Member, group.key, posting.actor.person)?
    {
        return Ok(());
    }
    let membership = membership(posting, group);
    Err(Error::bad_request(format!(
        "Already have a(n) {membership}"
    )))
}

/// Ends the actor's membership.
pub(super) fn leave(posting: &Posting<'_>, group: &StoredObject) -> Result<()> {
    if posting
        .tx
        .remove_edge(Edge::Member, group.key, posting.actor.person)?
    {
        return Ok(());
    }
    let membership = membership(posting, group);
    Err(Error::bad_request(format!("No such {membership}")))
}

fn membership(posting: &Posting<'_>, group: &StoredObject) -> String {
    format!(
        "'membership' with id '{}\u{2208}{}'",
        posting.actor.id, group.id
    )
}

/// Puts the object among the documents of a group.
pub(super) fn add_document(
    posting: &Posting<'_>,
    object: &StoredObject,
    group: &StoredObject,
) -> Result<()> {
    require_member(posting, group)?;
    if posting.tx.add_edge(Edge::Document, group.key, object.key)? {
        return Ok(());
    }
    Err(Error::bad_request("Group already contains object."))
}

/// Takes the object from the documents of a group.
pub(super) fn remove_document(
    posting: &Posting<'_>,
    object: &StoredObject,
    group: &StoredObject,
) -> Result<()> {
    require_member(posting, group)?;
    if posting
        .tx
        .remove_edge(Edge::Document, group.key, object.key)?
    {
        return Ok(());
    }
    Err(Error::bad_request(format!(
        "id '{}' not found in stream 'group:{}'",
        object.id, group.id
    )))
}

fn require_member(posting: &Posting<'_>, group: &StoredObject) -> Result<()> {
    if posting
        .tx
        .has_edge(Edge::Member, group.key, posting.actor.person)?
    {
        return Ok(());
    }
    Err(Error::bad_request("Actor is not a member of the group."))
}
