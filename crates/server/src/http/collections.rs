//! The collections of a person: followers, following, favourites and lists (pump.io protocol, section 5.1).

use std::sync::Arc;

use axum::extract::State;
use pumphouse_activity::{Activity, Object};
use pumphouse_store::{Edge, End, StoredObject};

use super::feeds::{do_activity, own_feed};
use super::paging::page_request;
use crate::app::App;
use crate::auth::{AnyRead, UserWrite};
use crate::domain::collections::{self, Neighbours};
use crate::domain::{documents, lists, people};
use crate::error::Result;
use crate::urls::component;
use crate::wire::{Path, Reply, json};

pub(super) async fn followers(app: State<Arc<App>>, path: Path<String>, read: AnyRead) -> Reply {
    read_collection(&app, &path.0, "followers", &read)
}

pub(super) async fn following(app: State<Arc<App>>, path: Path<String>, read: AnyRead) -> Reply {
    read_collection(&app, &path.0, "following", &read)
}

pub(super) async fn favorites(app: State<Arc<App>>, path: Path<String>, read: AnyRead) -> Reply {
    read_collection(&app, &path.0, "favorites", &read)
}

/// `lists/TYPE`: the lists whose members are of a type.
pub(super) async fn lists_of(
    State(app): State<Arc<App>>,
    Path((nickname, member_type)): Path<(String, String)>,
    read: AnyRead,
) -> Reply {
    let request = page_request(&read.incoming)?;
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let user = people::find_user(snapshot, &nickname)?;
        let profile = people::profile(snapshot, &user)?;
        let person = display_name(&profile, &nickname)?;
        let collection = Neighbours {
            of: &profile,
            edge: Edge::List,
            end: End::Targets,
            url: app
                .site
                .urls
                .feed(&nickname, &format!("lists/{}", component(&member_type))),
            title: format!("Collections of {member_type}s for {person}"),
            total: lists::count(snapshot, profile.key, &member_type)?,
            object_type: Some("collection"),
            member_type: Some(&member_type),
            author: Some(&profile),
        };
        collections::page(snapshot, &app.site, &read.viewer, &collection, &request)
    })
}

fn display_name(profile: &StoredObject, nickname: &str) -> Result<String> {
    let name = documents::object(profile)?.display_name;
    Ok(name.unwrap_or_else(|| nickname.to_owned()))
}

fn read_collection(app: &App, nickname: &str, name: &'static str, read: &AnyRead) -> Reply {
    let request = page_request(&read.incoming)?;
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let user = people::find_user(snapshot, nickname)?;
        let profile = people::profile(snapshot, &user)?;
        let collection = collection(app, nickname, &profile, name)?;
        collections::page(snapshot, &app.site, &read.viewer, &collection, &request)
    })
}

fn collection<'a>(
    app: &App,
    nickname: &str,
    profile: &'a StoredObject,
    name: &'static str,
) -> Result<Neighbours<'a>> {
    let person = display_name(profile, nickname)?;
    let tallies = &profile.tallies;
    let (edge, end, title, total, object_type) = match name {
        "followers" => (
            Edge::Follow,
            End::Sources,
            format!("Followers for {person}"),
            tallies.followers,
            Some("person"),
        ),
        "following" => (
            Edge::Follow,
            End::Targets,
            format!("Following for {person}"),
            tallies.following,
            Some("person"),
        ),
        _ => (
            Edge::Like,
            End::Targets,
            format!("Things that {person} has favorited"),
            tallies.favorites,
            None,
        ),
    };
    Ok(Neighbours {
        of: profile,
        edge,
        end,
        url: app.site.urls.feed(nickname, name),
        title,
        total,
        object_type,
        member_type: None,
        author: Some(profile),
    })
}

/// `POST following` with a person: a `follow`.
pub(super) async fn follow(app: State<Arc<App>>, path: Path<String>, write: UserWrite) -> Reply {
    react(app, path, write, "follow").await
}

/// `POST favorites` with an object: a `favorite`.
pub(super) async fn favorite(app: State<Arc<App>>, path: Path<String>, write: UserWrite) -> Reply {
    react(app, path, write, "favorite").await
}

async fn react(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    write: UserWrite,
    verb: &str,
) -> Reply {
    own_feed(&app, &nickname, &write)?;
    let object: Object = write.incoming.json()?;
    let done = do_activity(&app, write, Activity::new(verb, object)).await?;
    Ok(json(&done.object))
}
