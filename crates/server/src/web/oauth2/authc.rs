//! `/oauth2/authc`: the person logs in.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::{StatusCode, header};

use super::{allow_answer, authz, find, refuse, to_page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::oauth2::AuthorizationRequest;
use crate::web::csrf::Csrf;
use crate::web::login::{check_password, field, fields};
use crate::web::origin;
use crate::web::pages::{Frame, Oauth2Login, page};
use crate::wire::{Incoming, Reply};

pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let asked = match find(&app, |name| incoming.query(name)) {
        Ok(asked) => asked,
        Err(refused) => return refuse(refused),
    };
    if Session::find(&app, &incoming.headers)?.is_some() {
        return to_page(StatusCode::FOUND, "authz", &asked);
    }
    form(&app, &incoming, &asked, StatusCode::OK, "", None)
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let fields = fields(&incoming);
    Csrf::of(&app, &incoming.headers)?.check(None, field(&fields, "_csrf"))?;
    let asked = match find(&app, |name| fields.get(name).cloned()) {
        Ok(asked) => asked,
        Err(refused) => return refuse(refused),
    };
    if fields.contains_key("cancel") {
        return authz::deny(&app, &asked, None);
    }
    let (nickname, password) = (field(&fields, "nickname"), field(&fields, "password"));
    let bad = |alert| {
        let status = StatusCode::BAD_REQUEST;
        form(&app, &incoming, &asked, status, nickname, Some(alert))
    };
    if nickname.is_empty() || password.is_empty() {
        return bad("nickname and password are required.");
    }
    let Some(user) = check_password(&app, &incoming, nickname, password).await? else {
        return bad("No match for that nickname and password.");
    };
    let cookie = Session::begin(&app, &incoming.headers, user).await?;
    let cookie = cookie.header(&app)?;
    let mut response = to_page(StatusCode::SEE_OTHER, "authz", &asked)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

fn form(
    app: &App,
    incoming: &Incoming,
    asked: &AuthorizationRequest,
    status: StatusCode,
    nickname: &str,
    alert: Option<&str>,
) -> Reply {
    let csrf = Csrf::of(app, &incoming.headers)?;
    let frame = Frame {
        site: &app.site,
        nickname: None,
    };
    let template = Oauth2Login {
        frame,
        csrf: &csrf.token(None),
        parameters: &asked.parameters,
        client: asked.client_name(),
        username: nickname,
        alert,
    };
    let mut response = page(status, &template);
    csrf.keep(app, &mut response)?;
    allow_answer(&mut response, asked)?;
    Ok(response)
}
