//! One log line for every request, without its query, its headers or anything secret in its path.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{HeaderName, HeaderValue, Method};
use tracing::Span;

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

/// A request that is being answered. It has an id, which stands in all log lines about it and in
/// the answer.
pub(crate) struct Observed {
    begun: Instant,
    id: String,
    route: Option<MatchedPath>,
    method: Method,
    /// If anybody reads it.
    path: Option<String>,
    remote: Option<Remote>,
    span: Span,
}

impl Observed {
    pub(crate) fn begin(app: &App, route: Option<MatchedPath>, request: &Request) -> Self {
        let id = format!("{:016x}", app.request_ids.next());
        let path = request.uri().path();
        Self {
            begun: Instant::now(),
            method: request.method().clone(),
            path: is_logged().then(|| shown_path(template(route.as_ref()), path).to_owned()),
            remote: request.extensions().get::<Remote>().copied(),
            span: tracing::info_span!("request", %id),
            route,
            id,
        }
    }

    /// In which everything about it is logged.
    pub(crate) fn span(&self) -> &Span {
        &self.span
    }

    /// Counts it, and logs how it ended.
    pub(crate) fn end(self, app: &App, mut response: Response) -> Response {
        let taken = self.begun.elapsed();
        let status = response.status().as_u16();
        let route = template(self.route.as_ref());
        app.metrics.request(&self.method, route, status, taken);
        if let Some(path) = self.path {
            let remote = self.remote;
            let remote = remote.map_or_else(|| "-".to_owned(), |remote| remote.0.to_string());
            let milliseconds = taken.as_micros() as f64 / 1_000.0;
            let method = self.method;
            self.span.in_scope(
                || tracing::info!(%method, path, status, milliseconds, remote, "answered"),
            );
        }
        if let Ok(id) = HeaderValue::try_from(self.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
}

fn template(route: Option<&MatchedPath>) -> &str {
    route.map_or(NO_ROUTE, MatchedPath::as_str)
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
