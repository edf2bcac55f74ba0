//! Follow, like and share, and their reverse: an edge from the actor to the object.

use pumphouse_store::{Edge, StoredObject};

use crate::domain::posting::Posting;
use crate::error::{Error, Result};

pub(super) fn follow(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    if object.object_type != "person" {
        return Err(Error::bad_request(format!(
            "Can't follow {}: only people can be followed.",
            object.id
        )));
    }
    add(posting, Edge::Follow, object, "edge", '→')
}

pub(super) fn stop_following(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    remove(posting, Edge::Follow, object, "edge", '→')
}

pub(super) fn like(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    add(posting, Edge::Like, object, "favorite", '♥')
}

pub(super) fn unlike(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    remove(posting, Edge::Like, object, "favorite", '♥')
}

/// Sharing again is told again, but counted once.
pub(super) fn share(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    posting
        .tx
        .add_edge(Edge::Share, posting.actor.person, object.key)?;
    Ok(())
}

pub(super) fn unshare(posting: &Posting<'_>, object: &StoredObject) -> Result<()> {
    remove(posting, Edge::Share, object, "share", '♻')
}

/// The texts are those that clients know (pump.io protocol, section 6.3).
fn add(
    posting: &Posting<'_>,
    edge: Edge,
    object: &StoredObject,
    name: &str,
    sign: char,
) -> Result<()> {
    if posting
        .tx
        .add_edge(edge, posting.actor.person, object.key)?
    {
        return Ok(());
    }
    Err(Error::bad_request(format!(
        "Already have a(n) '{name}' with id '{}{sign}{}'",
        posting.actor.id, object.id
    )))
}

fn remove(
    posting: &Posting<'_>,
    edge: Edge,
    object: &StoredObject,
    name: &str,
    sign: char,
) -> Result<()> {
    if posting
        .tx
        .remove_edge(edge, posting.actor.person, object.key)?
    {
        return Ok(());
    }
    Err(Error::bad_request(format!(
        "No such '{name}' with id '{}{sign}{}'",
        posting.actor.id, object.id
    )))
}
