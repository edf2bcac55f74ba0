//! `/main/account`: somebody who is logged in gives another e-mail address, or says whether they want
//! to hear of what is addressed to them. Sessions are not held up by an address that is not confirmed,
//! so this is the way for who has none where one is needed.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect};
use http::StatusCode;
use pumphouse_store::User;

use super::login::{NO_MATCH, check_password, field, fields};
use super::origin;
use super::pages::{Account, Frame, page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::confirmation::NewAddress;
use crate::domain::emails::Email;
use crate::domain::{notification, users};
use crate::wire::{Incoming, Reply};

/// What is said when a letter is on its way.
const SENT: &str =
    "A letter is on its way to that address. Open it, and the address is yours here.";

/// What is said when a choice was recorded.
const SAVED: &str = "Saved.";

pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let Some(session) = Session::find(&app, &incoming.headers)? else {
        return Ok(Redirect::to("/main/login").into_response());
    };
    form(&app, &session.user, StatusCode::OK, None, None)
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let Some(session) = Session::find(&app, &incoming.headers)? else {
        return Ok(Redirect::to("/main/login").into_response());
    };
    let (user, fields) = (session.user, fields(&incoming));
    let bad = |alert| {
        let status = StatusCode::BAD_REQUEST;
        form(&app, &user, status, Some(alert), None)
    };
    let Some(email) = Email::parse(field(&fields, "email")) else {
        return bad("That is no e-mail address.");
    };
    // Who finds a browser that is logged in does not get the account with it.
    let password = field(&fields, "password");
    let known = check_password(&app, &incoming, &user.nickname, password).await?;
    if known != Some(user.key) {
        return bad(NO_MATCH);
    }
    let wanted = NewAddress::Wanted(email);
    if wanted.asks(&app.site, &user) {
        app.attempts.confirmation(&user.nickname)?;
    }
    let (site, now, key) = (app.site.clone(), app.now(), user.key);
    app.store
        .write(move |tx| wanted.apply(tx, &site, &users::find(tx, key)?, now))
        .await?;
    form(&app, &user, StatusCode::OK, None, Some(SENT))
}

/// Takes whether there shall be letters.
pub(super) async fn letters(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let Some(session) = Session::find(&app, &incoming.headers)? else {
        return Ok(Redirect::to("/main/login").into_response());
    };
    let wanted = field(&fields(&incoming), "letters") == "yes";
    let (key, now) = (session.user.key, app.now());
    let user = app
        .store
        .write(move |tx| {
            notification::set_wanted(tx, &users::find(tx, key)?, wanted, now)?;
            users::find(tx, key)
        })
        .await?;
    form(&app, &user, StatusCode::OK, None, Some(SAVED))
}

fn form(
    app: &App,
    user: &User,
    status: StatusCode,
    alert: Option<&str>,
    note: Option<&str>,
) -> Reply {
    let frame = Frame {
        site: &app.site,
        nickname: Some(&user.nickname),
    };
    let account = Account {
        frame,
        email: user.email.as_deref(),
        letters: notification::is_wanted(user)?,
        alert,
        note,
    };
    Ok(page(status, &account))
}
