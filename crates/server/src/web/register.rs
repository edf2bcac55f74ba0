//! Making an account on a page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use serde_json::Map;

use super::login::{field, fields, to_front_page};
use super::origin;
use super::pages::{Frame, Register, page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::accounts::{self, NewAccount, Nickname};
use crate::domain::passwords::Password;
use crate::error::{Error, Result};
use crate::wire::{Incoming, Reply};

pub(super) async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Reply {
    if Session::find(&app, &headers)?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    Ok(form(&app, StatusCode::OK, "", None))
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let fields = fields(&incoming);
    let (nickname, password) = (field(&fields, "nickname"), field(&fields, "password"));
    if password != field(&fields, "repeat") {
        let alert = "The two passwords differ.";
        return Ok(form(&app, StatusCode::BAD_REQUEST, nickname, Some(alert)));
    }
    match register(&app, nickname, password).await {
        Ok(user) => to_front_page(&app, &Session::begin(&app, user).await?),
        Err(error) if error.status.is_client_error() => {
            let alert = explain(&error);
            Ok(form(&app, error.status, nickname, Some(&alert)))
        }
        Err(error) => Err(error.into()),
    }
}

async fn register(app: &App, nickname: &str, password: &str) -> Result<i64> {
    let nickname = Nickname::parse(Some(nickname))?;
    let password = Password::parse(password)?;
    app.store
        .read(|snapshot| accounts::check_free(snapshot, &nickname))?;
    let account = NewAccount {
        nickname,
        password_hash: app.hasher.hash(password).await?,
        properties: Map::new(),
    };
    let (site, now) = (app.site.clone(), app.now());
    app.store
        .write(move |tx| Ok(accounts::create(tx, &site, &account, now)?.key))
        .await
}

/// What a person can do about it.
fn explain(error: &Error) -> String {
    match error.text.as_str() {
        "Bad password" => "Choose a password of at least 8 characters with letters and digits that is not one \
                           of the common ones."
            .to_owned(),
        text if text.starts_with("Bad nickname") => {
            "Choose a user name of 1 to 64 letters, digits, dots, dashes or underscores; a few names are \
             reserved."
                .to_owned()
        }
        _ if error.status == StatusCode::CONFLICT => "Somebody has that user name. Choose another.".to_owned(),
        text => text.to_owned(),
    }
}

fn form(app: &App, status: StatusCode, username: &str, alert: Option<&str>) -> Response {
    let frame = Frame {
        site: &app.site,
        nickname: None,
    };
    page(
        status,
        &Register {
            frame,
            username,
            alert,
        },
    )
}
