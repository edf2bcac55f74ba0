//! A request with its body, as it was sent.

use axum::body::Body;
use axum::extract::Request;
use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, StatusCode, Uri, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use pumphouse_activity::nesting;
use pumphouse_oauth1::Origin;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::multipart;
use super::outgoing::Failure;
use crate::error::{Error, Result};

/// The largest body, in bytes (pump.io protocol, section 13.4).
const LIMIT: usize = 100 * 1_024;

/// How deep JSON may nest. What is taken stands deeper still inside a feed, and readers stop at 128.
const DEPTH: usize = 32;

/// A request that was read whole.
pub(crate) struct Incoming {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What was found out about it on its way.
    pub(crate) extensions: Extensions,
    /// Path and query at the public address, where the router sees another path.
    public_target: Option<PublicTarget>,
    /// The other address, if it did not arrive at the public one.
    arrived_at: Option<ArrivedAt>,
}

/// Path and query of a request as its sender wrote them; left on requests whose path was changed
/// before they came to the router.
#[derive(Clone, Debug)]
pub(crate) struct PublicTarget(pub(crate) String);

/// The address at which a request arrived, as its sender may have signed it; left on requests that
/// arrived elsewhere than at the public address.
#[derive(Clone, Debug)]
pub(crate) struct ArrivedAt {
    pub(crate) origin: Origin,
    /// Path and query of the request line.
    pub(crate) target: String,
}

impl Incoming {
    /// Reads the body, up to the limit.
    pub(crate) async fn read(request: Request) -> Result<Self, Failure> {
        let (mut parts, body) = request.into_parts();
        let body = match Limited::new(body, LIMIT).collect().await {
            Ok(body) => body.to_bytes(),
            Err(error) if error.is::<LengthLimitError>() => {
                return Err(Error::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    format!("The body is larger than {LIMIT} bytes."),
                )
                .into());
            }
            Err(_) => return Err(Error::bad_request("The body did not arrive whole.").into()),
        };
        Ok(Self {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body,
            public_target: parts.extensions.remove(),
            arrived_at: parts.extensions.remove(),
            extensions: parts.extensions,
        })
    }

    /// The request without its body, and the body, to be read piece by piece.
    pub(crate) fn read_head(request: Request) -> (Self, Body) {
        let (mut parts, body) = request.into_parts();
        let head = Self {
            method: parts.method,
            uri: parts.uri,
            headers: parts.headers,
            body: Bytes::new(),
            public_target: parts.extensions.remove(),
            arrived_at: parts.extensions.remove(),
            extensions: parts.extensions,
        };
        (head, body)
    }

    /// The request as its signature covers it: at the public origin, or else at that where it arrived.
    pub(crate) fn signed_request<'a>(
        &'a self,
        origin: &'a Origin,
    ) -> pumphouse_oauth1::Request<'a> {
        let target = match &self.public_target {
            Some(PublicTarget(target)) => target.as_str(),
            None => self
                .uri
                .path_and_query()
                .map_or("/", |target| target.as_str()),
        };
        let mut request = pumphouse_oauth1::Request::at(origin, self.method.as_str(), target)
            .with_body(&self.body);
        if let Some(ArrivedAt { origin, target }) = &self.arrived_at {
            request = request.or_at(origin, target);
        }
        // All of them: a second one makes the request ambiguous.
        for authorization in self.headers.get_all(header::AUTHORIZATION) {
            request = request.with_authorization(authorization);
        }
        for content_type in self.headers.get_all(header::CONTENT_TYPE) {
            request = request.with_content_type(content_type);
        }
        request
    }

    /// Whether its header claims a signature by OAuth 1.0.
    pub(crate) fn is_signed(&self) -> bool {
        self.headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().get(..5))
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"OAuth"))
    }

    /// The body as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if self.media_type() != "application/json" {
            return Err(Error::bad_request("Send the body as application/json."));
        }
        if nesting(&self.body) > DEPTH {
            return Err(Error::bad_request(format!(
                "Invalid JSON: it nests more than {DEPTH} levels deep"
            )));
        }
        serde_json::from_slice(&self.body)
            .map_err(|error| Error::bad_request(explain::<T>(&self.body, &error)))
    }

    /// The named values of a JSON object or a form; none if the body is neither.
    pub(crate) async fn parameters(&self) -> Result<Map<String, Value>> {
        match self.media_type().as_str() {
            "application/json" => match self.json()? {
                Value::Object(parameters) => Ok(parameters),
                _ => Ok(Map::new()),
            },
            "application/x-www-form-urlencoded" => Ok(form_urlencoded::parse(&self.body)
                .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
                .collect()),
            "multipart/form-data" => multipart::fields(self.content_type(), &self.body).await,
            _ => Ok(Map::new()),
        }
    }

    /// A value of the query, decoded; the last if there are several.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .filter(|(given, _)| given == name)
            .last()
            .map(|(_, value)| value.into_owned())
    }

    /// The media type of the body, without parameters, in lower case.
    pub(crate) fn media_type(&self) -> String {
        let media_type = self.content_type().split(';').next().unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    fn content_type(&self) -> &str {
        let value = self.headers.get(header::CONTENT_TYPE);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }
}

/// What is wrong with a document, and where in it. It is read once more for that, so that documents
/// that are right are read fast.
fn explain<T: DeserializeOwned>(json: &[u8], error: &serde_json::Error) -> String {
    let mut reader = serde_json::Deserializer::from_slice(json);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Err(found) if error.is_data() && found.path().iter().next().is_some() => {
            format!("Invalid JSON at {}: {}", found.path(), found.inner())
        }
        _ => format!("Invalid JSON: {error}"),
    }
}
