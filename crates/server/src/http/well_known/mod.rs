//! Discovery (pump.io protocol, section 1).

mod document;
mod resource;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use pumphouse_activity::{Collection, Links, Object};
use pumphouse_store::{Snapshot, StoredActivity, StoredObject, User};

use self::document::{Document, Link};
use self::resource::{Resource, Unknown};
use crate::app::App;
use crate::auth::OpenRead;
use crate::domain::visibility::Sight;
use crate::domain::{documents, people};
use crate::error::{Error, Result};
use crate::wire::{Incoming, Reply};

/// `/.well-known/host-meta`: JSON if the client admits it, else XRD.
pub(super) async fn host_meta(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    host_document(&app).negotiated(&headers)
}

/// `/.well-known/host-meta.json`
pub(super) async fn host_meta_json(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    host_document(&app).as_json(&headers)
}

/// `/.well-known/webfinger?resource=…`
pub(super) async fn webfinger(State(app): State<Arc<App>>, read: OpenRead) -> Reply {
    Ok(resource_document(&app, &read)?.as_json(&read.incoming.headers))
}

/// `/api/lrdd?resource=…`: the same, negotiated as host-meta.
pub(super) async fn lrdd(State(app): State<Arc<App>>, read: OpenRead) -> Reply {
    Ok(resource_document(&app, &read)?.negotiated(&read.incoming.headers))
}

fn host_document(app: &App) -> Document {
    let base = app.site.urls.base();
    let at = |rel: &str, path: &str| Link::href(rel, format!("{base}{path}"));
    Document {
        subject: None,
        links: vec![
            Link::template(
                "application/xrd+xml",
                format!("{base}/api/lrdd?resource={{uri}}"),
            ),
            Link::template(
                "application/json",
                format!("{base}/.well-known/webfinger?resource={{uri}}"),
            ),
            Link::href("registration_endpoint", app.site.urls.registration()),
            at(
                "http://apinamespace.org/oauth/request_token",
                "/oauth/request_token",
            ),
            at(
                "http://apinamespace.org/oauth/authorize",
                "/oauth/authorize",
            ),
            at(
                "http://apinamespace.org/oauth/access_token",
                "/oauth/access_token",
            ),
            Link::href("dialback", app.site.urls.dialback()),
            at("http://apinamespace.org/activitypub/whoami", "/api/whoami"),
        ],
    }
}

fn resource_document(app: &App, read: &OpenRead) -> Result<Document> {
    let name = resource(&read.incoming)?;
    let unknown_type = || Error::not_found("Unknown object type");
    let named = Resource::parse(&name, &app.site.urls).map_err(|unknown| match unknown {
        Unknown::Host => Error::not_found("Unrecognized host"),
        Unknown::Type => unknown_type(),
    })?;
    app.store.read(|snapshot| {
        let sight = Sight {
            snapshot,
            site: &app.site,
            viewer: &read.viewer,
        };
        match named {
            Resource::User(nickname) => {
                let user = people::find_user(snapshot, nickname)?;
                Ok(user_document(app, &user))
            }
            Resource::Page(nickname) => match snapshot.user(nickname)? {
                Some(user) => Ok(user_document(app, &user)),
                None => Err(unknown_type()),
            },
            Resource::Activity(uuid) => {
                let activity = visible_activity(snapshot, &sight, uuid)?
                    .ok_or_else(|| not_found("activity", &name))?;
                activity_document(&activity)
            }
            Resource::Object { id, type_name } => {
                let object = visible_object(snapshot, &sight, id)?
                    .ok_or_else(|| not_found(type_name, &name))?;
                object_document(&object)
            }
        }
    })
}

/// The one value of `resource`.
fn resource(incoming: &Incoming) -> Result<String> {
    let query = incoming.uri.query().unwrap_or_default();
    let mut given = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "resource")
        .map(|(_, value)| value.into_owned());
    match (given.next(), given.next()) {
        (Some(resource), None) => Ok(resource),
        (Some(_), Some(_)) => Err(Error::bad_request("More than one resource parameter")),
        (None, _) => Err(Error::bad_request("No resource parameter")),
    }
}

/// What must not be seen cannot be told from what is not there.
fn not_found(type_name: &str, id: &str) -> Error {
    Error::not_found(format!("No such '{type_name}' with id '{id}'"))
}

fn visible_activity(
    snapshot: &Snapshot<'_>,
    sight: &Sight<'_>,
    uuid: &str,
) -> Result<Option<StoredActivity>> {
    match snapshot.activity_by_uuid(uuid)? {
        Some(activity) if sight.of_activity(&activity)? => Ok(Some(activity)),
        _ => Ok(None),
    }
}

fn visible_object(
    snapshot: &Snapshot<'_>,
    sight: &Sight<'_>,
    id: &str,
) -> Result<Option<StoredObject>> {
    match snapshot.object_by_id(id)? {
        Some(object) if object.deleted.is_none() && sight.of_object(&object)? => Ok(Some(object)),
        _ => Ok(None),
    }
}

fn user_document(app: &App, user: &User) -> Document {
    let (urls, nickname) = (&app.site.urls, user.nickname.as_str());
    let feed = |rel: &str, feed: &str| Link::href(rel, urls.feed(nickname, feed));
    let profile_page = Link::href("http://webfinger.net/rel/profile-page", urls.page(nickname));
    Document {
        subject: Some(format!("acct:{nickname}@{}", urls.host())),
        links: vec![
            profile_page.of_type("text/html"),
            Link::href("dialback", urls.dialback()),
            Link::href("self", urls.profile(nickname)),
            feed("activity-inbox", "inbox"),
            feed("activity-outbox", "feed"),
            feed("followers", "followers"),
            feed("following", "following"),
            feed("favorites", "favorites"),
            feed("lists", "lists/person"),
        ],
    }
}

fn activity_document(stored: &StoredActivity) -> Result<Document> {
    Ok(Document {
        subject: Some(stored.id.clone()),
        links: own_links(&documents::activity(stored)?.links),
    })
}

/// The links of an object, then its feeds.
fn object_document(stored: &StoredObject) -> Result<Document> {
    let object = documents::object(stored)?;
    let mut links = own_links(&object.links);
    links.extend(
        feeds(&object)
            .into_iter()
            .filter_map(|(rel, feed)| Some(Link::href(rel, feed.as_ref()?.url.clone()?))),
    );
    Ok(Document {
        subject: Some(stored.id.clone()),
        links,
    })
}

fn own_links(links: &Links) -> Vec<Link> {
    links
        .0
        .iter()
        .map(|(rel, link)| Link::href(rel, link.href.clone()))
        .collect()
}

fn feeds(object: &Object) -> [(&'static str, &Option<Box<Collection>>); 8] {
    [
        ("replies", &object.replies),
        ("likes", &object.likes),
        ("shares", &object.shares),
        ("members", &object.members),
        ("followers", &object.followers),
        ("following", &object.following),
        ("favorites", &object.favorites),
        ("lists", &object.lists),
    ]
}
