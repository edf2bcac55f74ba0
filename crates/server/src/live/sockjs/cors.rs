//! Pages of all sites may use the endpoint, and nothing of it is kept by caches.

use std::sync::Arc;

use axum::extract::Request;
use axum::handler::Handler;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{self, MethodRouter};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::app::App;

const NO_CACHE: HeaderValue =
    HeaderValue::from_static("no-store, no-cache, no-transform, must-revalidate, max-age=0");
const A_YEAR: &str = "public, max-age=31536000";

/// A route that is read, also from pages of other sites.
pub(super) fn get<H, T>(handler: H) -> MethodRouter<Arc<App>>
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    routing::get(handler).options(|| preflight("OPTIONS, GET"))
}

/// A route that is written to, also from pages of other sites.
pub(super) fn post<H, T>(handler: H) -> MethodRouter<Arc<App>>
where
    H: Handler<T, Arc<App>>,
    T: 'static,
{
    routing::post(handler).options(|| preflight("OPTIONS, POST"))
}

async fn preflight(methods: &'static str) -> (StatusCode, [(HeaderName, &'static str); 3]) {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, methods),
        (header::ACCESS_CONTROL_MAX_AGE, "31536000"),
        (header::CACHE_CONTROL, A_YEAR),
    ];
    (StatusCode::NO_CONTENT, headers)
}

/// Says with every answer that the page that asked may read it. Clients of SockJS ask with the
/// credentials that the browser has, and then the page has to be named; they are not looked at.
pub(super) async fn allow(request: Request, next: Next) -> Response {
    let asked = Asked::of(request.headers());
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    asked.allow(headers);
    headers.entry(header::CACHE_CONTROL).or_insert(NO_CACHE);
    response
}

struct Asked {
    origin: Option<HeaderValue>,
    headers: Option<HeaderValue>,
}

impl Asked {
    fn of(headers: &HeaderMap) -> Self {
        let origin = headers.get(header::ORIGIN);
        Self {
            origin: origin.filter(|origin| *origin != "null").cloned(),
            headers: headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned(),
        }
    }

    fn allow(self, headers: &mut HeaderMap) {
        let any = HeaderValue::from_static("*");
        if self.origin.is_some() {
            headers.insert(
                header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
        headers.insert(
            header::ACCESS_CONTROL_ALLOW_ORIGIN,
            self.origin.unwrap_or(any),
        );
        if let Some(asked) = self.headers {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
        }
    }
}
