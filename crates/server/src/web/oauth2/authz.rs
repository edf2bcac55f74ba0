//! `/oauth2/authz`: the person is asked, and agrees or refuses.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::StatusCode;
use pumphouse_store::User;

use super::{allow_answer, find, redirect, refuse, to_page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::oauth2::{self, AuthorizationRequest};
use crate::ids;
use crate::web::csrf::Csrf;
use crate::web::login::{field, fields};
use crate::web::origin;
use crate::web::pages::{Code, Denied, Frame, Oauth2Authorize, page};
use crate::wire::{Incoming, Reply};

pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let asked = match find(&app, |name| incoming.query(name)) {
        Ok(asked) => asked,
        Err(refused) => return refuse(refused),
    };
    let Some(Session { user, .. }) = Session::find(&app, &incoming.headers)? else {
        return to_page(StatusCode::FOUND, "authc", &asked);
    };
    let csrf = Csrf::of(&app, &incoming.headers)?;
    let template = Oauth2Authorize {
        frame: frame(&app, Some(&user)),
        csrf: &csrf.token(Some(&user)),
        parameters: &asked.parameters,
        client: asked.client_name(),
        username: &user.nickname,
    };
    let mut response = page(StatusCode::OK, &template);
    csrf.keep(&app, &mut response)?;
    allow_answer(&mut response, &asked)?;
    Ok(response)
}

/// The person agreed or refused: whatever is not `allow` alone is a refusal.
pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let fields = fields(&incoming);
    let user = Session::find(&app, &incoming.headers)?.map(|session| session.user);
    let csrf = Csrf::of(&app, &incoming.headers)?;
    csrf.check(user.as_ref(), field(&fields, "_csrf"))?;
    let asked = match find(&app, |name| fields.get(name).cloned()) {
        Ok(asked) => asked,
        Err(refused) => return refuse(refused),
    };
    let Some(user) = user else {
        return to_page(StatusCode::SEE_OTHER, "authc", &asked);
    };
    let refuses = fields.contains_key("deny") || fields.contains_key("denied");
    if refuses || !fields.contains_key("allow") {
        return deny(&app, &asked, Some(&user));
    }
    agree(&app, asked, user).await
}

async fn agree(app: &App, asked: AuthorizationRequest, user: User) -> Reply {
    let code = ids::secret()?;
    let answer = asked.answer(&[("code", &code)]);
    let client = asked.client_name().to_owned();
    let (kept, now) = (code.clone(), app.now());
    app.store
        .write(move |tx| oauth2::agree(tx, &asked, user.key, &kept, now))
        .await?;
    match answer {
        Some(address) => Ok(redirect(StatusCode::SEE_OTHER, &address)?),
        None => Ok(page(
            StatusCode::OK,
            &Code {
                frame: frame(app, Some(&user)),
                code: &code,
                client: &client,
            },
        )),
    }
}

/// Tells the program that it gets nothing.
pub(super) fn deny(app: &App, asked: &AuthorizationRequest, user: Option<&User>) -> Reply {
    match asked.answer(&[("error", "access_denied")]) {
        Some(address) => Ok(redirect(StatusCode::FOUND, &address)?),
        None => Ok(page(
            StatusCode::OK,
            &Denied {
                frame: frame(app, user),
                client: asked.client_name(),
            },
        )),
    }
}

fn frame<'a>(app: &'a App, user: Option<&'a User>) -> Frame<'a> {
    Frame {
        site: &app.site,
        nickname: user.map(|user| user.nickname.as_str()),
    }
}
