//! Getting back into an account without the password (pump.io protocol, section 11.5).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{StatusCode, header};
use serde_json::{Value, json};

use super::login::{field, fields, to_front_page};
use super::pages::{Frame, Recover, RecoverSent, SetPassword, page};
use super::{origin, programs};
use crate::app::App;
use crate::auth::{ClientWrite, Session};
use crate::domain::passwords::Password;
use crate::domain::recovery::{self, Asked};
use crate::domain::users;
use crate::error::Error;
use crate::registration::fresh_token;
use crate::wire::{self, Incoming, Path, Reply};

/// `GET /main/recover`
pub(super) async fn show(State(app): State<Arc<App>>) -> Reply {
    let frame = frame(&app);
    Ok(page(StatusCode::OK, &Recover { frame }))
}

/// `GET /main/recover-sent`
pub(super) async fn sent(State(app): State<Arc<App>>) -> Reply {
    let frame = frame(&app);
    Ok(page(StatusCode::OK, &RecoverSent { frame }))
}

/// `POST /main/recover`: a letter to the address of a user. A page says the same whoever is asked
/// for; programs are told more, as they always were.
pub(super) async fn ask(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let from_page = programs::is_from_page(&incoming);
    let given = incoming.parameters().await?;
    let nickname = given.get("nickname").and_then(Value::as_str);
    let nickname = nickname.unwrap_or_default().trim().to_owned();
    let force = match given.get("force") {
        Some(Value::Bool(force)) => *force,
        Some(Value::String(force)) => !matches!(force.as_str(), "" | "0" | "false"),
        _ => false,
    };
    app.attempts.recovery(&incoming, &nickname)?;
    let (site, now) = (app.site.clone(), app.now());
    let asked = app
        .store
        .write(move |tx| recovery::ask(tx, &site, &nickname, force, now))
        .await?;
    if from_page {
        return Ok(Redirect::to("/main/recover-sent").into_response());
    }
    Ok(answer(asked))
}

fn answer(asked: Asked) -> Response {
    let (status, mark, text) = match asked {
        Asked::Sent => return wire::json(&json!({"sent": true})),
        Asked::NoSuchUser => (
            StatusCode::BAD_REQUEST,
            "noSuchUser",
            "There is no user with that nickname.",
        ),
        Asked::NoEmail => (
            StatusCode::BAD_REQUEST,
            "noEmail",
            "This user account has no email address.",
        ),
        Asked::Existing => (
            StatusCode::CONFLICT,
            "existing",
            "You already requested a password recovery.",
        ),
    };
    let mut response = wire::json(&json!({"sent": false, mark: true, "error": text}));
    *response.status_mut() = status;
    response
}

/// `GET /main/recover/CODE`: the page that the letter leads to. To open it uses nothing up.
pub(super) async fn open(State(app): State<Arc<App>>, Path(code): Path<String>) -> Reply {
    form(&app, &code, StatusCode::OK, None)
}

/// `POST /main/recover/CODE`: another password, for who came by the letter.
pub(super) async fn set_password(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    request: Request,
) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let fields = fields(&incoming);
    let bad = StatusCode::BAD_REQUEST;
    if field(&fields, "password") != field(&fields, "repeat") {
        return form(&app, &code, bad, Some("The two passwords differ."));
    }
    let Ok(password) = Password::parse(field(&fields, "password")) else {
        return form(&app, &code, bad, Some(super::register::PASSWORD_ADVICE));
    };
    let now = app.now();
    // Who has no code makes us hash nothing.
    app.store
        .read(|snapshot| recovery::owner(snapshot, &code, now))?;
    let hash = app.hasher.hash(password).await?;
    let user = app
        .store
        .write(move |tx| recovery::set_password(tx, &code, &hash, now))
        .await?;
    to_front_page(&app, &Session::begin(&app, &incoming.headers, user).await?)
}

/// `POST /main/redeem-code`: the account with a token, and a session, for a code.
pub(super) async fn redeem(State(app): State<Arc<App>>, write: ClientWrite) -> Reply {
    let given = write.incoming.parameters().await?;
    let code = given.get("code").and_then(Value::as_str);
    let code = code.unwrap_or_default().to_owned();
    let (site, now, client, fresh) = (app.site.clone(), app.now(), write.client, fresh_token()?);
    let (user, record) = app
        .store
        .write(move |tx| {
            let user = recovery::redeem(tx, &code, now)?;
            let token = tx.token_credentials(client, user.key, &fresh, now)?;
            let record = users::record_with_token(tx, &site, &user, token)?;
            Ok::<_, Error>((user.key, record))
        })
        .await?;
    let mut response = wire::json(&record);
    let cookie = Session::begin(&app, &write.incoming.headers, user).await?;
    let cookie = cookie.header(&app)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

fn form(app: &App, code: &str, status: StatusCode, alert: Option<&str>) -> Reply {
    let now = app.now();
    let user = app.store.read(|snapshot| {
        let owner = recovery::owner(snapshot, code, now)?;
        users::find(snapshot, owner)
    })?;
    let template = SetPassword {
        frame: frame(app),
        code,
        username: &user.nickname,
        alert,
    };
    Ok(page(status, &template))
}

fn frame(app: &App) -> Frame<'_> {
    Frame {
        site: &app.site,
        nickname: None,
    }
}
