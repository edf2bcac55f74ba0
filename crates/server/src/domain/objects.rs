//! Objects: making new ones, and finding those that are meant (pump.io protocol, section 7).

use pumphouse_activity::{Object, PUBLIC};
use pumphouse_store::{Edge, NewObject, StoredObject, Tallies};
use url::Url;

use super::posting::{Actor, Posting};
use super::{documents, lists, merge, people, verbs};
use crate::error::{Error, Result};
use crate::urls::Urls;
use crate::{clock, ids};

/// Makes the object of a `post` or `create`; gives it and what it answers.
/// An object of the actor that exists but was not posted yet, such as an upload, is posted with
/// the properties that are given now.
pub(crate) fn create(
    posting: &Posting<'_>,
    given: &Object,
) -> Result<(StoredObject, Option<StoredObject>)> {
    if let Some(id) = given.id.as_deref().filter(|id| !id.is_empty())
        && let Some(known) = posting.tx.object_by_id(id)?
    {
        if known.author != Some(posting.actor.person) {
            return Err(Error::bad_request(format!("Can't post {id}: not author.")));
        }
        if known.deleted.is_some() {
            return Err(Error::gone());
        }
        if known.posted_by.is_some() {
            return Err(Error::bad_request("Already posted"));
        }
        merge::into(posting, &known, given)?;
        let merged = posting.tx.object(known.key)?.unwrap_or(known);
        return Ok((merged, None));
    }
    let parent = parent(posting, given)?;
    lists::check_name(posting, given, None)?;
    let stored = insert(posting, given, parent.as_ref())?;
    if let Some(parent) = &parent {
        posting.tx.add_edge(Edge::Reply, stored.key, parent.key)?;
    }
    if given.is_a("collection") {
        lists::keep(posting, stored.key, given)?;
    }
    Ok((stored, parent))
}

/// Finds the object of any other verb, and says whether it is made now: one without id, unless the
/// verb does something to an object that has to exist; and one of another place, which is kept as it
/// is given, as nobody's work (section 7.9).
pub(crate) fn resolve(
    posting: &Posting<'_>,
    verb: &str,
    given: &Object,
) -> Result<(StoredObject, bool)> {
    let Some(id) = given.id.as_deref().filter(|id| !id.is_empty()) else {
        if verbs::has_effect(verb) {
            return Err(Error::bad_request(format!(
                "'{verb}' needs an object with an id"
            )));
        }
        return Ok((insert(posting, given, None)?, true));
    };
    if let Some(known) = posting.tx.object_by_id(id)? {
        return Ok((known, false));
    }
    let must_be_known = matches!(verb, "update" | "delete" | "remove")
        || matches!(
            given.object_type.as_deref(),
            None | Some("person" | "group" | "collection" | "service" | "application")
        );
    if must_be_known {
        return Err(no_such(given, id));
    }
    Ok((insert_of(posting, given, None, None)?, true))
}

fn no_such(object: &Object, id: &str) -> Error {
    let object_type = object.object_type.as_deref().unwrap_or("other");
    Error::bad_request(format!("No such '{object_type}' with id '{id}'"))
}

/// What an object answers: something that is known here and that the actor may read.
fn parent(posting: &Posting<'_>, given: &Object) -> Result<Option<StoredObject>> {
    let Some(parent) = &given.in_reply_to else {
        return Ok(None);
    };
    let id = parent.id.as_deref().unwrap_or_default();
    let parent = posting
        .tx
        .object_by_id(id)?
        .ok_or_else(|| no_such(parent, id))?;
    posting.sight().require_object(&parent)?;
    if parent.deleted.is_some() {
        return Err(Error::gone());
    }
    Ok(Some(parent))
}

/// Keeps a new object of the actor with everything that the server fills in (section 7.2).
pub(crate) fn insert(
    posting: &Posting<'_>,
    given: &Object,
    parent: Option<&StoredObject>,
) -> Result<StoredObject> {
    insert_of(posting, given, parent, Some(posting.actor))
}

/// Keeps a new object of an author, which gets a page if it has none elsewhere. What is nobody's gets none.
fn insert_of(
    posting: &Posting<'_>,
    given: &Object,
    parent: Option<&StoredObject>,
    author: Option<&Actor>,
) -> Result<StoredObject> {
    let urls = &posting.site.urls;
    let uuid = ids::uuid();
    let mut object = given.clone();
    let object_type = object
        .object_type
        .get_or_insert_with(|| "other".to_owned())
        .clone();
    if object_type == "person" {
        return Err(Error::bad_request("people are made by registration"));
    }
    // The name of something on this server is given by this server, and that of everybody by nobody.
    // What people write to, where it stands under the address of another server, is that server's.
    let holds_people = matches!(&*object_type, "group" | "collection");
    let is_taken = |id: &&str| urls.is_own_id(id) || *id == PUBLIC || holds_people && is_page(id);
    if let Some(id) = object.id.as_deref().filter(is_taken) {
        return Err(no_such(given, id));
    }
    address(urls, &mut object, &object_type, &uuid);
    if let Some(author) = author
        && !object.url.as_deref().is_some_and(is_page)
    {
        object.url = Some(urls.object_page(&author.nickname, &object_type, &uuid));
    }
    object.author =
        author.map(|author| Box::new(Object::reference(&author.object_type, &author.id)));
    object.in_reply_to =
        parent.map(|parent| Box::new(Object::reference(&parent.object_type, &parent.id)));
    let now = clock::format(posting.now);
    object.published.get_or_insert_with(|| now.clone());
    object.updated = Some(now);
    object.deleted = None;
    let id = object.id.clone().unwrap_or_default();
    let author = author.map(|author| author.person);
    let document = documents::of_object(&object)?;
    let key = posting.tx.insert_object(&NewObject {
        id: &id,
        uuid: &uuid,
        object_type: &object_type,
        author,
        document: &document,
        updated: posting.now,
    })?;
    Ok(StoredObject {
        key,
        id,
        uuid,
        object_type,
        author,
        posted_by: None,
        document,
        deleted: None,
        tallies: Tallies::default(),
    })
}

/// Whether a browser can be led to this address.
fn is_page(address: &str) -> bool {
    let scheme = Url::parse(address).map(|url| url.scheme().to_owned());
    matches!(scheme.as_deref(), Ok("http" | "https"))
}

/// Gives a new object its id, unless it was chosen elsewhere, its link and its feeds, whatever came
/// with it (sections 7.2 and 7.9).
fn address(urls: &Urls, object: &mut Object, object_type: &str, uuid: &str) {
    let own = urls.object(object_type, uuid);
    let chosen = object.id.take().filter(|id| !id.is_empty());
    let id = chosen.as_ref().unwrap_or(&own);
    let feed = |name: &str| people::feed(urls.object_feed(object_type, id, uuid, name));
    (object.likes, object.replies, object.shares) =
        (feed("likes"), feed("replies"), feed("shares"));
    let is_group = object_type == "group";
    object.members = feed("members").filter(|_| is_group || documents::is_list(object));
    object.documents = feed("documents").filter(|_| is_group);
    // Only people have these.
    (object.followers, object.following) = (None, None);
    (object.favorites, object.lists) = (None, None);
    if is_group {
        // Only the address by UUID takes what other servers deliver.
        object.links.set("activity-inbox", format!("{own}/inbox"));
    }
    let link = match &chosen {
        None => own.clone(),
        Some(id) => urls.foreign_object(object_type, id),
    };
    object.links.set("self", link);
    object.id = Some(chosen.unwrap_or(own));
}
