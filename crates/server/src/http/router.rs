//! Every route, in one table (pump.io protocol, section 16).

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware;
use axum::response::Response;
use axum::routing::{any, get, post};
use http::StatusCode;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use super::unknown::{unknown, unknown_type, wrong_method};
use super::{
    activities, around, collections, compress, conditional, dialback, feeds, health, nickname,
    oauth, oauth2, objects, registration, uploads, users, well_known,
};
use crate::app::App;
use crate::error::Error;
use crate::live;
use crate::web;

/// No answer takes longer.
const TIME_LIMIT: Duration = Duration::from_secs(30);
/// But files may be sent over slow lines.
const UPLOAD_TIME_LIMIT: Duration = Duration::from_secs(600);

pub(crate) fn router(app: Arc<App>) -> Router {
    Router::new()
        .merge(discovery())
        .merge(api().route_layer(middleware::from_fn_with_state(
            Arc::clone(&app),
            live::events,
        )))
        .route("/oauth/request_token", any(oauth::request_token))
        .route("/oauth/access_token", any(oauth::access_token))
        .route("/oauth2/token", post(oauth2::token))
        .merge(web::routes(app.web, app.site.mails))
        .merge(realtime(&app))
        .route("/uploads/{*path}", get(uploads::file))
        .route("/{nickname}", get(nickname::get))
        .route("/healthz", get(health::health))
        .layer(time_limit(TIME_LIMIT))
        .merge(uploads(app.web))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(
            // All in one, for each layer of a router copies all that is inside of it at each
            // request. What comes first sees a request first.
            ServiceBuilder::new()
                .layer(middleware::from_fn_with_state(
                    Arc::clone(&app),
                    around::around,
                ))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(compress::compression(app.compress))
                .layer(middleware::from_fn(conditional::conditional)),
        )
        .with_state(app)
}

/// The endpoint for clients of pump.io, if there is to be one.
fn realtime(app: &App) -> Router<Arc<App>> {
    if app.sockjs {
        live::sockjs_routes()
    } else {
        Router::new()
    }
}

fn time_limit(limit: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limit)
}

fn uploads(web: bool) -> Router<Arc<App>> {
    Router::new()
        .route(
            "/api/user/{nickname}/uploads",
            get(uploads::list).post(uploads::upload),
        )
        .merge(web::uploads(web))
        .layer(time_limit(UPLOAD_TIME_LIMIT))
}

fn discovery() -> Router<Arc<App>> {
    Router::new()
        .route("/.well-known/host-meta", get(well_known::host_meta))
        .route(
            "/.well-known/host-meta.json",
            get(well_known::host_meta_json),
        )
        .route("/.well-known/webfinger", get(well_known::webfinger))
        .route("/api/lrdd", get(well_known::lrdd))
}

fn api() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/api/client/register",
            get(unknown_type).post(registration::register),
        )
        .route("/api/dialback", get(unknown_type).post(dialback::dialback))
        .route("/api/whoami", get(users::whoami))
        .route("/api/users", get(users::list).post(users::create))
        .route(
            "/api/user/{nickname}",
            get(users::get).put(users::update).delete(users::delete),
        )
        .route(
            "/api/user/{nickname}/profile",
            get(users::profile).put(users::update_profile),
        )
        .route(
            "/api/user/{nickname}/feed",
            get(feeds::outbox).post(feeds::post),
        )
        .route(
            "/api/user/{nickname}/feed/major",
            get(feeds::major).post(feeds::post_major),
        )
        .route(
            "/api/user/{nickname}/feed/minor",
            get(feeds::minor).post(feeds::post_minor),
        )
        .route("/api/user/{nickname}/inbox", get(feeds::inbox))
        .route("/api/user/{nickname}/inbox/{*part}", get(feeds::inbox_part))
        .route(
            "/api/user/{nickname}/followers",
            get(collections::followers),
        )
        .route(
            "/api/user/{nickname}/following",
            get(collections::following).post(collections::follow),
        )
        .route(
            "/api/user/{nickname}/favorites",
            get(collections::favorites).post(collections::favorite),
        )
        .route(
            "/api/user/{nickname}/lists/{type}",
            get(collections::lists_of),
        )
        .route(
            "/api/activity/{uuid}",
            get(activities::get)
                .put(activities::put)
                .delete(activities::delete),
        )
        .route(
            "/api/{type}",
            get(objects::by_id)
                .put(objects::put_by_id)
                .delete(objects::delete_by_id),
        )
        .route(
            "/api/{type}/{uuid}",
            get(objects::by_uuid)
                .put(objects::put)
                .delete(objects::delete),
        )
        .route(
            "/api/{type}/{uuid}/{feed}",
            get(objects::feed).post(objects::post_to_feed),
        )
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the signature that the layer asks for"
)]
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    use axum::response::IntoResponse as _;
    let text = cause
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Error::internal("panic", text.unwrap_or_else(|| "unknown".to_owned())).into_response()
}
