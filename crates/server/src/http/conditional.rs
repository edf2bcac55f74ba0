//! Documents that the client has already are not sent again (pump.io protocol, section 13.3).

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::response::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use crate::wire::entity_tag;

/// Gives JSON answers a weak `ETag`, and answers `If-None-Match` with 304.
///
/// The tag is of what was rendered for this viewer, so it costs one fast hash over a body that is
/// in memory anyway, which is neither copied nor rendered twice.
pub(super) async fn conditional(request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let held = is_read
        .then(|| request.headers().get(header::IF_NONE_MATCH).cloned())
        .flatten();
    let response = next.run(request).await;
    if !is_read || response.status() != StatusCode::OK || !is_json(response.headers()) {
        return response;
    }
    tagged(response, held.as_ref()).await
}

async fn tagged(response: Response, held: Option<&HeaderValue>) -> Response {
    let (mut parts, body) = response.into_parts();
    // What is kept has its tag already.
    if let Some(tag) = parts.headers.get(header::ETAG) {
        return match held {
            Some(held) if names(held, tag) => not_modified(parts),
            _ => Response::from_parts(parts, body),
        };
    }
    // A stream has no end yet, and a document of a stream is nothing that one asks for again.
    if body.size_hint().exact().is_none() {
        return Response::from_parts(parts, body);
    }
    let Ok(collected) = body.collect().await else {
        parts.status = StatusCode::INTERNAL_SERVER_ERROR;
        return Response::from_parts(parts, Body::empty());
    };
    let bytes = collected.to_bytes();
    if let Some(tag) = entity_tag(&bytes) {
        let is_held = held.is_some_and(|held| names(held, &tag));
        parts.headers.insert(header::ETAG, tag);
        if is_held {
            return not_modified(parts);
        }
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn not_modified(mut parts: Parts) -> Response {
    parts.status = StatusCode::NOT_MODIFIED;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::empty())
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}

/// Whether a list of tags holds this one, by the weak comparison (RFC 9110, section 13.1.2).
fn names(list: &HeaderValue, tag: &HeaderValue) -> bool {
    let opaque = tag.to_str().unwrap_or_default().trim_start_matches("W/");
    list.to_str().is_ok_and(|list| {
        list.split(',')
            .map(str::trim)
            .any(|held| held == "*" || held.trim_start_matches("W/") == opaque)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_compare_weakly() {
        let tag = HeaderValue::from_static("W/\"a\"");
        let held = |list: &'static str| names(&HeaderValue::from_static(list), &tag);
        for list in ["W/\"a\"", "\"a\"", "\"b\", W/\"a\"", "*"] {
            assert!(held(list), "{list}");
        }
        assert!(!held("\"b\"") && !held("a"));
    }
}
