//! The last touch on every answer: refusals in the shape that the client likes (pump.io protocol,
//! section 13.2), and headers that protect people.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::pages::{Failed, Frame, page};
use crate::app::App;
use crate::wire::Refusal;

/// Pages run no scripts, load nothing from elsewhere but pictures, and cannot be framed.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: http:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 5] = [
    (
        header::SERVER,
        concat!("Pumphouse/", env!("CARGO_PKG_VERSION")),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
];

pub(crate) async fn present(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let shape = Shape::wanted(request.uri().path(), request.headers());
    let mut response = next.run(request).await;
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = shape.apply(&app, response, &refusal.text);
    }
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    // What was read with credentials is nobody else's.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("private, no-cache"));
    response
}

/// How a client likes to be refused.
enum Shape {
    Json,
    Page,
    Text,
}

impl Shape {
    fn wanted(path: &str, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
        };
        let script = headers
            .get("x-requested-with")
            .is_some_and(|value| value == "XMLHttpRequest");
        if script || path.starts_with("/api/") {
            Self::Json
        } else if text(header::ACCEPT).contains("text/html") {
            Self::Page
        } else {
            Self::Text
        }
    }

    fn apply(&self, app: &App, refused: Response, text: &str) -> Response {
        let status = refused.status();
        match self {
            Self::Json => refused,
            Self::Text => (status, text.to_owned()).into_response(),
            Self::Page => page(
                status,
                &Failed {
                    frame: Frame {
                        site: &app.site.name,
                        nickname: None,
                    },
                    status: status.as_u16(),
                    text,
                },
            ),
        }
    }
}
