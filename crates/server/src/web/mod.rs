//! Pages for people: front page, registration, log-in, and the page on which they connect a program.
//! They work without scripts, and pass a Content-Security-Policy that allows none.

mod account;
mod authorize;
mod confirm;
mod csrf;
mod home;
mod invite;
mod login;
mod oauth2;
mod origin;
mod pages;
mod present;
mod programs;
mod recover;
mod register;
mod upload;

pub(crate) use origin::guard;
pub(crate) use present::Presented;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::header;

use crate::app::App;

/// The pages; without `web` those alone that the API cannot do without (section 11.1).
pub(crate) fn routes(web: bool, mails: bool) -> Router<Arc<App>> {
    let mut needed = Router::new()
        .route(
            "/oauth/authorize",
            get(authorize::show).post(authorize::submit),
        )
        .route("/static/style.css", get(style))
        .route("/favicon.ico", get(favicon))
        .route(
            "/robots.txt",
            get(|| async { "User-agent: *\nDisallow: /api/\n" }),
        );
    if mails {
        needed = needed.route("/main/confirm/{code}", get(confirm::confirm));
    }
    if !web {
        return needed.route("/", get(home::about));
    }
    if mails {
        needed = needed
            .merge(recovery())
            .route("/main/account", get(account::show).post(account::submit))
            .route("/main/account/letters", post(account::letters));
    }
    needed
        .merge(oauth2::routes())
        .route("/", get(home::show))
        .route("/main/register", get(register::show).post(register::submit))
        .route("/main/login", get(login::show).post(login::submit))
        .route("/main/logout", post(login::end))
        .route("/main/invite", post(invite::invite))
        .route("/main/renew", post(programs::renew))
}

/// Where pages send files, which may take longer than other requests.
pub(crate) fn uploads(web: bool) -> Router<Arc<App>> {
    if !web {
        return Router::new();
    }
    Router::new()
        .route("/main/upload", post(upload::file))
        .route("/main/upload-avatar", post(upload::avatar))
        // They have a limit of their own.
        .layer(DefaultBodyLimit::disable())
}

/// The way back into an account (section 11.5).
fn recovery() -> Router<Arc<App>> {
    Router::new()
        .route("/main/recover", get(recover::show).post(recover::ask))
        .route("/main/recover-sent", get(recover::sent))
        .route(
            "/main/recover/{code}",
            get(recover::open).post(recover::set_password),
        )
        .route("/main/redeem-code", post(recover::redeem))
}

async fn style() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (header::CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, include_str!("../../templates/style.css")).into_response()
}

async fn favicon(State(app): State<Arc<App>>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, app.favicon.media_type),
        (header::CACHE_CONTROL, "public, max-age=86400"),
    ];
    (headers, app.favicon.image.clone()).into_response()
}
