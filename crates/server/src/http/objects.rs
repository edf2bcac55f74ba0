//! Objects by address and by id, and their feeds (pump.io protocol, sections 5.6, 7.3 and 7.4).

use std::sync::Arc;

use axum::extract::State;
use pumphouse_activity::{Activity, Object};
use pumphouse_store::{Snapshot, StoredObject};

use super::feeds::do_activity;
use super::paging::page_request;
use crate::app::App;
use crate::auth::{AnyRead, UserWrite};
use crate::domain::content::with_article;
use crate::domain::documents;
use crate::domain::object_feeds::{self, ObjectFeed};
use crate::domain::render::{Detail, Renderer};
use crate::domain::visibility::Sight;
use crate::error::{Error, Result};
use crate::urls::{is_path_type, path_type};
use crate::wire::{Document, Path, Reply, json};

/// `GET /api/TYPE/UUID`
pub(super) async fn by_uuid(
    State(app): State<Arc<App>>,
    Path((object_type, uuid)): Path<(String, String)>,
    read: AnyRead,
) -> Reply {
    // `/api/TYPE/likes?id=ID`: no UUID is the name of a feed.
    if ObjectFeed::parse(&uuid, &object_type).is_some() || is_inbox(&object_type, &uuid) {
        return feed_by_id(&app, &object_type, &uuid, &read);
    }
    object(&app, &read, |snapshot| {
        found(&object_type, &uuid, snapshot.object_by_uuid(&uuid)?)
    })
}

/// `GET /api/TYPE?id=ID`
pub(super) async fn by_id(
    State(app): State<Arc<App>>,
    Path(object_type): Path<String>,
    read: AnyRead,
) -> Reply {
    let id = read.incoming.query("id");
    object(&app, &read, |snapshot| {
        find_by_id(snapshot, &object_type, id.as_deref())
    })
}

fn object(
    app: &App,
    read: &AnyRead,
    find: impl FnOnce(&Snapshot<'_>) -> Result<StoredObject>,
) -> Reply {
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let stored = find(snapshot)?;
        check(app, read, snapshot, &stored)?;
        Renderer::new(snapshot, &app.site, &read.viewer).one_object(&stored, Detail::Full)
    })
}

/// `GET /api/TYPE/UUID/FEED`: likes, replies, shares; members, documents, inbox.
pub(super) async fn feed(
    State(app): State<Arc<App>>,
    Path((object_type, uuid, feed)): Path<(String, String, String)>,
    read: AnyRead,
) -> Reply {
    read_feed(&app, &read, &feed, |snapshot| {
        found(&object_type, &uuid, snapshot.object_by_uuid(&uuid)?)
    })
}

/// `GET /api/TYPE/FEED?id=ID`: the same for an id that was chosen elsewhere.
fn feed_by_id(app: &App, object_type: &str, feed: &str, read: &AnyRead) -> Reply {
    let id = read.incoming.query("id");
    read_feed(app, read, feed, |snapshot| {
        find_by_id(snapshot, object_type, id.as_deref())
    })
}

/// `PUT /api/TYPE/UUID`: an `update`.
pub(super) async fn put(
    State(app): State<Arc<App>>,
    Path((object_type, uuid)): Path<(String, String)>,
    write: UserWrite,
) -> Reply {
    let given = write.incoming.json()?;
    let stored = own(&app, &write, |snapshot| {
        found(&object_type, &uuid, snapshot.object_by_uuid(&uuid)?)
    })?;
    update(&app, write, &stored, given).await
}

/// `PUT /api/TYPE?id=ID`: the same for an id that was chosen elsewhere.
pub(super) async fn put_by_id(
    State(app): State<Arc<App>>,
    Path(object_type): Path<String>,
    write: UserWrite,
) -> Reply {
    let given = write.incoming.json()?;
    let id = write.incoming.query("id");
    let stored = own(&app, &write, |snapshot| {
        find_by_id(snapshot, &object_type, id.as_deref())
    })?;
    update(&app, write, &stored, given).await
}

async fn update(app: &App, write: UserWrite, stored: &StoredObject, mut given: Object) -> Reply {
    let id = given.id.get_or_insert_with(|| stored.id.clone());
    let given_type = given
        .object_type
        .get_or_insert_with(|| stored.object_type.clone());
    if *id != stored.id || *given_type != stored.object_type {
        return Err(Error::bad_request(format!("No such '{given_type}' with id '{id}'")).into());
    }
    let done = do_activity(app, write, Activity::new("update", given)).await?;
    Ok(json(&done.object))
}

/// `DELETE /api/TYPE/UUID`: a `delete`.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path((object_type, uuid)): Path<(String, String)>,
    write: UserWrite,
) -> Reply {
    let stored = own(&app, &write, |snapshot| {
        found(&object_type, &uuid, snapshot.object_by_uuid(&uuid)?)
    })?;
    remove(&app, write, &stored).await
}

/// `DELETE /api/TYPE?id=ID`: the same for an id that was chosen elsewhere.
pub(super) async fn delete_by_id(
    State(app): State<Arc<App>>,
    Path(object_type): Path<String>,
    write: UserWrite,
) -> Reply {
    let id = write.incoming.query("id");
    let stored = own(&app, &write, |snapshot| {
        find_by_id(snapshot, &object_type, id.as_deref())
    })?;
    remove(&app, write, &stored).await
}

async fn remove(app: &App, write: UserWrite, stored: &StoredObject) -> Reply {
    let object = Object::reference(&stored.object_type, &stored.id);
    do_activity(app, write, Activity::new("delete", object)).await?;
    Ok(json("Deleted"))
}

/// `POST /api/collection/UUID/members` with an object: an `add` to a list. No other feed takes anything.
pub(super) async fn post_to_feed(
    State(app): State<Arc<App>>,
    Path((object_type, uuid, feed)): Path<(String, String, String)>,
    write: UserWrite,
) -> Reply {
    let path = write.incoming.uri.path();
    let nowhere = Error::not_found(format!("Cannot POST {path}"));
    if (object_type.as_str(), feed.as_str()) != ("collection", "members") {
        return Err(nowhere.into());
    }
    let object: Object = write.incoming.json()?;
    let list = own(&app, &write, |snapshot| {
        found(&object_type, &uuid, snapshot.object_by_uuid(&uuid)?)
    })?;
    // What is no list has no members.
    if !documents::is_list(&documents::object(&list)?) {
        return Err(nowhere.into());
    }
    let add = Activity {
        target: Some(Box::new(Object::reference(&list.object_type, &list.id))),
        ..Activity::new("add", object)
    };
    let done = do_activity(&app, write, add).await?;
    Ok(json(&done.object))
}

/// The object, if the user made it.
fn own(
    app: &App,
    write: &UserWrite,
    find: impl FnOnce(&Snapshot<'_>) -> Result<StoredObject>,
) -> Result<StoredObject> {
    let stored = app.store.read(find)?;
    if stored.author != Some(write.user.person) && stored.key != write.user.person {
        return Err(Error::forbidden("Only the author can modify this object."));
    }
    Ok(stored)
}

fn read_feed(
    app: &App,
    read: &AnyRead,
    feed: &str,
    find: impl FnOnce(&Snapshot<'_>) -> Result<StoredObject>,
) -> Reply {
    let request = page_request(&read.incoming)?;
    let (site, viewer) = (&app.site, &read.viewer);
    let base = site.urls.base();
    app.answers
        .give_written(viewer, &read.incoming, |snapshot, form| {
            let stored = find(snapshot)?;
            check(app, read, snapshot, &stored)?;
            if is_inbox(&stored.object_type, feed) {
                let page = object_feeds::group_inbox(snapshot, site, viewer, &stored, &request)?;
                return Document::new(form, base, &page);
            }
            let feed = ObjectFeed::parse(feed, &stored.object_type)
                .ok_or_else(|| Error::not_found(format!("No such feed: {feed}")))?;
            let page = object_feeds::page(snapshot, site, viewer, &stored, feed, &request)?;
            Document::new(form, base, &page)
        })
}

/// Groups get what is addressed to them.
fn is_inbox(object_type: &str, feed: &str) -> bool {
    object_type == "group" && feed == "inbox"
}

/// Refuses an object that was not found, or under another type than its own.
fn found(object_type: &str, name: &str, found: Option<StoredObject>) -> Result<StoredObject> {
    if !is_path_type(object_type) {
        return Err(Error::not_found(format!("Unknown type: {object_type}")));
    }
    found
        .filter(|object| path_type(&object.object_type) == object_type)
        .ok_or_else(|| {
            let what = with_article(object_type);
            Error::not_found(format!("Can't find {what} with ID = {name}"))
        })
}

fn find_by_id(
    snapshot: &Snapshot<'_>,
    object_type: &str,
    id: Option<&str>,
) -> Result<StoredObject> {
    if !is_path_type(object_type) {
        return Err(Error::not_found(format!("Unknown type: {object_type}")));
    }
    let id = id
        .filter(|id| !id.is_empty())
        .ok_or_else(|| Error::bad_request("'id' required"))?;
    found(object_type, id, snapshot.object_by_id(id)?)
}

fn check(app: &App, read: &AnyRead, snapshot: &Snapshot<'_>, stored: &StoredObject) -> Result<()> {
    let sight = Sight {
        snapshot,
        site: &app.site,
        viewer: &read.viewer,
    };
    sight.require_object(stored)?;
    if stored.deleted.is_some() {
        return Err(Error::gone());
    }
    Ok(())
}
