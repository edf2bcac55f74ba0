//! The plain port beside TLS: everything is led to https (`bounce`, pump.io protocol, section 12).

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use http::uri::PathAndQuery;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};

use crate::urls::Urls;

/// Answers every request with the same address by https.
#[derive(Clone)]
pub(crate) struct Bounce(Arc<Urls>);

impl Bounce {
    pub(crate) fn new(urls: Arc<Urls>) -> Self {
        Self(urls)
    }

    /// 301 for reads; 308 for the rest, which keeps method and body.
    pub(crate) fn answer<B>(&self, request: &Request<B>) -> Result<Response<Body>, Infallible> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = match *request.method() {
            Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
            _ => StatusCode::PERMANENT_REDIRECT,
        };
        let target = request.uri().path_and_query();
        let target = target.map_or("/", PathAndQuery::as_str);
        match HeaderValue::try_from(format!("{}{target}", self.0.origin())) {
            Ok(location) => {
                response.headers_mut().insert(header::LOCATION, location);
            }
            Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
        }
        Ok(response)
    }
}
