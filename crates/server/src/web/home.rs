//! The front page: what the server is, or the newest of the inbox of whoever is logged in.

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, StatusCode};
use pumphouse_activity::Activity;
use pumphouse_store::{Inbox, User};

use super::pages::{Api, Entry, Frame, Home, page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::Viewer;
use crate::domain::feeds::{self, Feed};
use crate::domain::paging::{PageRequest, Start};
use crate::error::Result;
use crate::wire::Reply;

/// How much of the inbox is shown.
const SHOWN: u32 = 20;

pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Reply {
    let user = Session::find(&app, &headers)?.map(|session| session.user);
    let entries = match &user {
        Some(user) => inbox(&app, user)?,
        None => Vec::new(),
    };
    let template = Home {
        frame: Frame {
            site: &app.site,
            nickname: user.as_ref().map(|user| user.nickname.as_str()),
        },
        host: app.site.urls.host(),
        admits: app.policy.admits(),
        invites: app.policy.users_invite(),
        unconfirmed: app.policy.require_email
            && user.as_ref().is_some_and(|user| user.email.is_none()),
        entries,
    };
    Ok(page(StatusCode::OK, &template))
}

/// What the server is, where there are no other pages.
pub(super) async fn about(State(app): State<Arc<App>>) -> Reply {
    let template = Api {
        frame: Frame {
            site: &app.site,
            nickname: None,
        },
        host: app.site.urls.host(),
    };
    Ok(page(StatusCode::OK, &template))
}

fn inbox(app: &App, user: &User) -> Result<Vec<Entry>> {
    let everything = Feed::Inbox(Inbox {
        major: None,
        direct: false,
    });
    let request = PageRequest {
        count: SHOWN,
        start: Start::Offset(0),
        search: None,
    };
    let viewer = Viewer::User(user.clone());
    let page = app.store.read(|snapshot| {
        feeds::activities(snapshot, &app.site, &viewer, user, everything, &request)
    })?;
    Ok(page
        .items
        .unwrap_or_default()
        .into_iter()
        .map(entry)
        .collect())
}

fn entry(activity: Activity) -> Entry {
    Entry {
        content: activity.content.unwrap_or_default(),
        published: activity.published.unwrap_or_default(),
        text: activity.object.and_then(|object| object.content),
    }
}
