//! Logging in and out of the pages.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode, header};
use pumphouse_store::UserKey;

use super::pages::{Frame, Login, page};
use super::{origin, programs};
use crate::app::App;
use crate::auth::{Session, SessionCookie};
use crate::error::Result;
use crate::wire::{Incoming, Reply};

/// What is said when a name and a password do not belong together; not which of them is wrong.
pub(super) const NO_MATCH: &str = "No match for that user name and password.";

pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Reply {
    if Session::find(&app, &headers)?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(form(&app, StatusCode::OK, "", None))
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    if !programs::is_from_page(&incoming) {
        return programs::log_in(&app, incoming).await;
    }
    let fields = fields(&incoming);
    let (nickname, password) = (field(&fields, "nickname"), field(&fields, "password"));
    let Some(user) = check_password(&app, &incoming, nickname, password).await? else {
        return Ok(form(
            &app,
            StatusCode::UNAUTHORIZED,
            nickname,
            Some(NO_MATCH),
        ));
    };
    to_front_page(&app, &Session::begin(&app, &incoming.headers, user).await?)
}

pub(super) async fn end(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    if !programs::is_from_page(&incoming) {
        return programs::log_out(&app, incoming).await;
    }
    Session::end(&app, &incoming.headers).await?;
    let mut response = Redirect::to("/").into_response();
    let removal = SessionCookie::removal(&app)?;
    response.headers_mut().insert(header::SET_COOKIE, removal);
    Ok(response)
}

/// Sends a browser that has just logged in to the front page.
pub(super) fn to_front_page(app: &App, cookie: &SessionCookie) -> Reply {
    let mut response = Redirect::to("/").into_response();
    let cookie = cookie.header(app)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// The user whose name and password these are.
pub(super) async fn check_password(
    app: &App,
    incoming: &Incoming,
    nickname: &str,
    password: &str,
) -> Result<Option<UserKey>> {
    app.attempts.password(incoming, nickname)?;
    let kept = app
        .store
        .read(|snapshot| snapshot.password_hash(nickname))?;
    let (user, hash) = kept.unzip();
    let matches = app.hasher.verify(password.to_owned(), hash).await?;
    Ok(user.filter(|_| matches))
}

/// The fields of a form; the first of each name.
pub(super) fn fields(incoming: &Incoming) -> HashMap<String, String> {
    let mut fields = HashMap::new();
    for (name, value) in form_urlencoded::parse(&incoming.body) {
        fields
            .entry(name.into_owned())
            .or_insert_with(|| value.into_owned());
    }
    fields
}

pub(super) fn field<'a>(fields: &'a HashMap<String, String>, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

fn form(app: &App, status: StatusCode, username: &str, alert: Option<&str>) -> Response {
    let frame = Frame {
        site: &app.site,
        nickname: None,
    };
    page(
        status,
        &Login {
            frame,
            admits: app.policy.admits(),
            username,
            alert,
        },
    )
}
