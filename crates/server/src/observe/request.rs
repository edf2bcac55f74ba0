//! One log line for every request, without its query, its headers or anything secret in its path.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderName, HeaderValue};
use tracing::Instrument as _;

use crate::app::App;
use crate::edge::Remote;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a route's template says of the address when no route fits.
const NO_ROUTE: &str = "none";

/// Where the ids of requests come from.
pub(crate) struct RequestIds(AtomicU64);

impl RequestIds {
    /// Ids that begin anywhere, so that those of two runs are not mixed up in a log.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        Ok(Self(AtomicU64::new(getrandom::u64()?)))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

/// Gives the request an id, which stands in all log lines about it and in the answer; counts it and
/// logs how it ended.
pub(crate) async fn observe(
    State(app): State<Arc<App>>,
    matched: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let id = format!("{:016x}", app.request_ids.next());
    let route = matched.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    let method = request.method().clone();
    let path = is_logged().then(|| shown_path(route, request.uri().path()).to_owned());
    let remote = request.extensions().get::<Remote>().copied();
    let span = tracing::info_span!("request", %id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let taken = begun.elapsed();
    let status = response.status().as_u16();
    app.metrics.request(&method, route, status, taken);
    if let Some(path) = path {
        let remote = remote.map_or_else(|| "-".to_owned(), |remote| remote.0.to_string());
        let milliseconds = taken.as_micros() as f64 / 1_000.0;
        span.in_scope(|| tracing::info!(%method, path, status, milliseconds, remote, "answered"));
    }
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// Whether anybody reads the lines.
fn is_logged() -> bool {
    tracing::enabled!(tracing::Level::INFO)
}

/// The path, without what works like a password in it: the codes of mails and invitations.
fn shown_path<'a>(route: &'a str, path: &'a str) -> &'a str {
    if SECRET_PARTS.iter().any(|part| route.contains(part)) {
        return route;
    }
    path
}

const SECRET_PARTS: [&str; 3] = ["{code}", "{token}", "{secret}"];

#[cfg(test)]
mod tests {
    use super::shown_path;

    #[test]
    fn codes_are_not_shown() {
        assert_eq!(
            shown_path("/main/recover/{code}", "/main/recover/abc"),
            "/main/recover/{code}"
        );
        assert_eq!(
            shown_path("/api/{type}/{uuid}", "/api/note/x"),
            "/api/note/x"
        );
    }
}
