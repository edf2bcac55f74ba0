//! The last touch on every answer: refusals in the shape that the client likes (pump.io protocol,
//! section 13.2), and headers that protect people.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::pages::{Failed, Frame, page};
use crate::app::App;
use crate::wire::Refusal;

/// Pages run no scripts, load nothing from elsewhere but pictures, and cannot be framed.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' https: http:; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::SERVER,
        concat!("Pumphouse/", env!("CARGO_PKG_VERSION")),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("x-download-options"), "noopen"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CONTENT_SECURITY_POLICY, POLICY),
];

/// What answers depend on: refusals and some documents on `Accept`, all on what can be unpacked.
const VARY: HeaderValue = HeaderValue::from_static("Accept, Accept-Encoding");
/// A POST can stand for other methods.
const VARY_CHANGE: HeaderValue =
    HeaderValue::from_static("Accept, Accept-Encoding, X-HTTP-Method-Override");

/// What the last touch depends on, of the request.
pub(crate) struct Presented {
    shape: Shape,
    is_read: bool,
}

impl Presented {
    pub(crate) fn of(request: &Request) -> Self {
        Self {
            shape: Shape::wanted(request.uri().path(), request.headers()),
            is_read: matches!(*request.method(), Method::GET | Method::HEAD),
        }
    }

    pub(crate) fn finish(&self, app: &App, mut response: Response) -> Response {
        if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
            response = self.shape.apply(app, response, &refusal.text);
        }
        let headers = response.headers_mut();
        // At once, for each time that they grow all are hashed anew.
        headers.reserve(HEADERS.len() + 4);
        headers.insert(header::VARY, if self.is_read { VARY } else { VARY_CHANGE });
        if let Some(policy) = &app.transport_security {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, policy.clone());
        }
        for (name, value) in HEADERS {
            headers
                .entry(name)
                .or_insert(HeaderValue::from_static(value));
        }
        let path = app.site.urls.path();
        if !path.is_empty() {
            put_below(path, headers);
        }
        // What was read with credentials is nobody else's.
        headers
            .entry(header::CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("private, no-cache"));
        response
    }
}

/// Handlers lead to paths of their own; people reach these below the public path.
fn put_below(prefix: &str, headers: &mut HeaderMap) {
    let Some(location) = headers.get(header::LOCATION) else {
        return;
    };
    let own = location
        .to_str()
        .ok()
        .filter(|location| location.starts_with('/'));
    if let Some(Ok(below)) =
        own.map(|location| HeaderValue::try_from(format!("{prefix}{location}")))
    {
        headers.insert(header::LOCATION, below);
    }
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
        let kept = [header::RETRY_AFTER, header::WWW_AUTHENTICATE].map(|name| {
            let value = refused.headers().get(&name).cloned();
            (name, value)
        });
        let mut shaped = match self {
            Self::Json => return refused,
            Self::Text => (status, text.to_owned()).into_response(),
            Self::Page => page(
                status,
                &Failed {
                    frame: Frame {
                        site: &app.site,
                        nickname: None,
                    },
                    status: status.as_u16(),
                    text,
                },
            ),
        };
        for (name, value) in kept {
            if let Some(value) = value {
                shaped.headers_mut().insert(name, value);
            }
        }
        shaped
    }
}
