//! What programs, and the script of pump.io's own pages, send to the addresses of pages: signed, as
//! JSON or as a form. They get JSON, and a session (pump.io protocol, section 11.1).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use http::header;
use pumphouse_store::UserKey;
use serde_json::Value;

use super::login::check_password;
use super::origin;
use crate::app::App;
use crate::auth::{ClientWrite, Session, SessionCookie, UserWrite};
use crate::domain::{Viewer, users};
use crate::error::Error;
use crate::registration::{self, fresh_token};
use crate::wire::{Incoming, Reply, json};

/// Whether a request comes from a form of a page, and so is answered with a page.
pub(super) fn is_from_page(incoming: &Incoming) -> bool {
    let text = |name: &str| {
        let value = incoming.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    !incoming.is_signed()
        && incoming.media_type() != "application/json"
        && text("x-requested-with") != "XMLHttpRequest"
        && text("accept").contains("text/html")
}

/// `POST /main/login`: the user's record with a token for the application.
pub(super) async fn log_in(app: &App, incoming: Incoming) -> Reply {
    let write = ClientWrite::of(app, incoming).await?;
    let parameters = write.incoming.parameters().await?;
    let text = |name: &str| {
        parameters
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let Some(user) =
        check_password(app, &write.incoming, text("nickname"), text("password")).await?
    else {
        return Err(Error::unauthorized("Incorrect username or password").into());
    };
    let fresh = fresh_token()?;
    let (site, now, client) = (app.site.clone(), app.now(), write.client);
    let record = app
        .store
        .write(move |tx| {
            let user = users::find(tx, user)?;
            let token = tx.token_credentials(client, user.key, &fresh, now)?;
            users::record_with_token(tx, &site, &user, token)
        })
        .await?;
    with_session(app, &write.incoming, user, json(&record)).await
}

/// `POST /main/register`: as `POST /api/users`.
pub(super) async fn register(app: &App, incoming: Incoming) -> Reply {
    let write = ClientWrite::of(app, incoming).await?;
    let (user, record) = registration::register(app, &write.incoming, write.client).await?;
    with_session(app, &write.incoming, user, json(&record)).await
}

/// `POST /main/renew`: the user's record, and a session in place of the one before.
pub(super) async fn renew(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let UserWrite { user, incoming, .. } = UserWrite::of(&app, incoming).await?;
    let viewer = Viewer::User(user.clone());
    let record = app
        .store
        .read(|snapshot| users::whole_record(snapshot, &app.site, &viewer, &user))?;
    with_session(&app, &incoming, user.key, json(&record)).await
}

/// `POST /main/logout`: ends the session, if there is one. The token stays.
pub(super) async fn log_out(app: &App, incoming: Incoming) -> Reply {
    let incoming = if incoming.is_signed() {
        UserWrite::of(app, incoming).await?.incoming
    } else if Session::find(app, &incoming.headers)?.is_some() {
        incoming
    } else {
        return Err(Error::unauthorized("Not logged in.").into());
    };
    Session::end(app, &incoming.headers).await?;
    let mut response = json("OK");
    let removal = SessionCookie::removal(app)?;
    response.headers_mut().insert(header::SET_COOKIE, removal);
    Ok(response)
}

async fn with_session(
    app: &App,
    incoming: &Incoming,
    user: UserKey,
    mut response: Response,
) -> Reply {
    let cookie = Session::begin(app, &incoming.headers, user).await?;
    let cookie = cookie.header(app)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}
