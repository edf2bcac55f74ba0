//! The feeds of a user (pump.io protocol, section 5.1).

use std::sync::Arc;

use axum::extract::State;
use pumphouse_activity::Activity;
use pumphouse_store::{Inbox, Outbox, User};

use super::paging::page_request;
use crate::app::App;
use crate::auth::{AnyRead, UserRead, UserWrite};
use crate::domain::clean::{self, Clean};
use crate::domain::feeds::{self, Feed};
use crate::domain::posting::{Actor, Posting};
use crate::domain::render::{Detail, Renderer};
use crate::domain::verbs::is_major;
use crate::domain::{Viewer, people};
use crate::error::{Error, Result};
use crate::wire::{Path, Reply, json};

pub(super) async fn outbox(app: State<Arc<App>>, path: Path<String>, read: AnyRead) -> Reply {
    read_outbox(&app, &path.0, &read, Outbox::All)
}

pub(super) async fn major(app: State<Arc<App>>, path: Path<String>, read: AnyRead) -> Reply {
    read_outbox(&app, &path.0, &read, Outbox::Major)
}

pub(super) async fn minor(app: State<Arc<App>>, path: Path<String>, read: AnyRead) -> Reply {
    read_outbox(&app, &path.0, &read, Outbox::Minor)
}

fn read_outbox(app: &App, nickname: &str, read: &AnyRead, part: Outbox) -> Reply {
    let request = page_request(&read.incoming)?;
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let owner = people::find_user(snapshot, nickname)?;
        feeds::activities(
            snapshot,
            &app.site,
            &read.viewer,
            &owner,
            Feed::Outbox(part),
            &request,
        )
    })
}

/// `inbox` and its parts: `major`, `minor`, `direct`, `direct/major`, `direct/minor`.
pub(super) async fn inbox(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    read: UserRead,
) -> Reply {
    read_inbox(&app, &nickname, "", read)
}

pub(super) async fn inbox_part(
    State(app): State<Arc<App>>,
    Path((nickname, part)): Path<(String, String)>,
    read: UserRead,
) -> Reply {
    read_inbox(&app, &nickname, &part, read)
}

fn read_inbox(app: &App, nickname: &str, part: &str, read: UserRead) -> Reply {
    let (direct, major) = match part {
        "" => (false, None),
        "major" => (false, Some(true)),
        "minor" => (false, Some(false)),
        "direct" => (true, None),
        "direct/major" => (true, Some(true)),
        "direct/minor" => (true, Some(false)),
        _ => return Err(Error::not_found(format!("No such feed: inbox/{part}")).into()),
    };
    let request = page_request(&read.incoming)?;
    let viewer = Viewer::User(read.user);
    app.answers.give(&viewer, &read.incoming, |snapshot| {
        let owner = people::find_user(snapshot, nickname)?;
        if !viewer.is(&owner) {
            return Err(Error::unauthorized("Not authorized"));
        }
        let feed = Feed::Inbox(Inbox { major, direct });
        feeds::activities(snapshot, &app.site, &viewer, &owner, feed, &request)
    })
}

pub(super) async fn post(app: State<Arc<App>>, path: Path<String>, write: UserWrite) -> Reply {
    post_to(app, path, write, Outbox::All).await
}

pub(super) async fn post_major(
    app: State<Arc<App>>,
    path: Path<String>,
    write: UserWrite,
) -> Reply {
    post_to(app, path, write, Outbox::Major).await
}

pub(super) async fn post_minor(
    app: State<Arc<App>>,
    path: Path<String>,
    write: UserWrite,
) -> Reply {
    post_to(app, path, write, Outbox::Minor).await
}

async fn post_to(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    write: UserWrite,
    part: Outbox,
) -> Reply {
    own_feed(&app, &nickname, &write)?;
    let activity: Activity = write.incoming.json()?;
    check_part(&activity, part)?;
    let posted = do_activity(&app, write, activity).await?;
    Ok(json(&posted))
}

/// Refuses somebody else's feed.
pub(super) fn own_feed(app: &App, nickname: &str, write: &UserWrite) -> Result<()> {
    if nickname == write.user.nickname {
        return Ok(());
    }
    app.store
        .read(|snapshot| people::find_user(snapshot, nickname))?;
    Err(Error::unauthorized("Not authorized"))
}

fn check_part(activity: &Activity, part: Outbox) -> Result<()> {
    let object_type = activity
        .object
        .as_ref()
        .and_then(|object| object.object_type.as_deref());
    let major = is_major(activity.verb.as_deref().unwrap_or("post"), object_type);
    match part {
        Outbox::Major if !major => Err(Error::bad_request("Only major activities to this feed.")),
        Outbox::Minor if major => Err(Error::bad_request("Only minor activities to this feed.")),
        _ => Ok(()),
    }
}

/// Does an activity as the user who sent it; gives it as the user sees it then. Only what has to be in
/// the transaction is in it: all other writes wait for it.
pub(super) async fn do_activity(
    app: &App,
    write: UserWrite,
    activity: Activity,
) -> Result<Activity> {
    let generator = write.generator;
    let viewer = Viewer::User(write.user.clone());
    let length = write.incoming.body.len();
    let activity = clean::apart(length, || Clean::of(activity)).await?;
    let post = move |posting: &Posting<'_>| posting.post(Some(generator), activity);
    let key = write_as(app, write.user, post).await?;
    app.store.read(|snapshot| {
        let stored = snapshot
            .activity(key)?
            .ok_or_else(|| Error::internal("post", "a new activity is gone"))?;
        Renderer::new(snapshot, &app.site, &viewer).one_activity(&stored, Detail::Full)
    })
}

/// Changes something in one transaction as a user.
pub(super) async fn write_as<T: Send + 'static>(
    app: &App,
    user: User,
    work: impl FnOnce(&Posting<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (site, now) = (app.site.clone(), app.now());
    app.store
        .write(move |tx| {
            let actor = Actor::user(tx, &user)?;
            let viewer = Viewer::User(user);
            work(&Posting {
                tx,
                site: &site,
                actor: &actor,
                viewer: &viewer,
                now,
            })
        })
        .await
}
