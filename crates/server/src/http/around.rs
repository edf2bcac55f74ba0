//! What is done around every request: it is observed, it has to pass the gates, and its answer gets
//! the last touch. All in one function, for each middleware costs every request the same again.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument as _;

use crate::app::App;
use crate::observe::Observed;
use crate::web::Presented;
use crate::{edge, web};

pub(super) async fn around(
    State(app): State<Arc<App>>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let observed = Observed::begin(&app, route, &request);
    let presented = Presented::of(&request);
    let response = match observed.span().in_scope(|| refusal(&app, &request)) {
        Some(refusal) => refusal,
        None => next.run(request).instrument(observed.span().clone()).await,
    };
    observed.end(&app, presented.finish(&app, response))
}

/// What a request has to pass.
fn refusal(app: &App, request: &Request) -> Option<Response> {
    edge::redirect(app, request)
        .or_else(|| edge::limit(app, request))
        .or_else(|| web::guard(app, request))
}
