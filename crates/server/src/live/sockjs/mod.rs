//! SockJS 0.3: one conversation over a WebSocket, or over plain requests where there is none.
//!
//! Nothing here is done by cookies: who a client is, it says inside the conversation. So pages of any
//! site may connect, as the protocol has it, and nothing is lent to them by that.

mod cors;
mod frame;
mod info;
mod polling;
mod session;
mod socket;
mod transport;

use std::sync::Arc;

use axum::Router;
use axum::middleware;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderName, StatusCode, header};

pub(super) use session::Sessions;

use super::PATH;
use crate::app::App;
use crate::wire::Path;

const TEXT: [(HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/plain; charset=UTF-8")];

/// Names of servers and sessions are not longer.
const NAME: usize = 128;

/// Everything below the endpoint's address.
pub(crate) fn routes() -> Router<Arc<App>> {
    let at = |path: &str| format!("{PATH}{path}");
    let session = |transport: &str| at(&format!("/{{server}}/{{session}}/{transport}"));
    Router::new()
        .route(PATH, get(info::greet))
        .route(&at("/"), get(info::greet))
        .route(&at("/info"), cors::get(info::info))
        .route(&at("/websocket"), get(socket::raw))
        .route(&session("websocket"), get(socket::framed))
        .route(&session("xhr"), cors::post(polling::xhr))
        .route(
            &session("xhr_streaming"),
            cors::post(polling::xhr_streaming),
        )
        .route(&session("xhr_send"), cors::post(polling::xhr_send))
        .route(&session("eventsource"), cors::get(polling::eventsource))
        .route(&session("jsonp"), cors::get(polling::jsonp))
        .route(&session("jsonp_send"), cors::post(polling::jsonp_send))
        .layer(middleware::from_fn(cors::allow))
}

/// Whether an address names a server and a session. Names have no dots, so that they are not mixed
/// up with pages.
fn are_names(Path((server, session)): &Path<(String, String)>) -> bool {
    [server, session]
        .iter()
        .all(|name| !name.is_empty() && name.len() <= NAME && !name.contains('.'))
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, TEXT, "").into_response()
}
