//! Requests on their way out, and who signs them.

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method};
use pumphouse_oauth1::Signer;
use serde::Serialize;
use url::Url;

use super::observer::SignedWith;
use super::payload::Payload;
use crate::error::{Error, ErrorKind, Result};

/// Where a request may be redirected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// Nowhere: a redirect is an error.
    Nowhere,
    /// Nowhere but on the same origin, signed anew.
    SameOrigin,
    /// Anywhere; only for requests that carry nothing secret.
    Anywhere,
}

/// A request on its way out.
#[derive(Clone, Debug)]
pub(crate) struct Outgoing {
    /// What the request is for, for error texts: "reading the inbox".
    pub(crate) purpose: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Payload,
    pub(crate) redirects: Redirects,
}

impl Outgoing {
    pub(crate) fn new(purpose: &'static str, method: Method, url: Url) -> Self {
        Self {
            purpose,
            method,
            url,
            headers: HeaderMap::new(),
            body: Payload::default(),
            redirects: Redirects::SameOrigin,
        }
    }

    /// Sets the body: a value as JSON.
    pub(crate) fn set_json(&mut self, body: &impl Serialize) -> Result<()> {
        let json = serde_json::to_vec(body).map_err(|error| {
            Error::new(
                ErrorKind::InvalidInput,
                format!("{}: the value cannot be written as JSON", self.purpose),
            )
            .with_source(error)
        })?;
        self.body = json.into();
        self.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(())
    }

    /// The `Authorization` header for one hop.
    pub(crate) fn authorization(&self, url: &Url, signer: &Signer) -> Result<HeaderValue> {
        let mut request = pumphouse_oauth1::Request::new(self.method.as_str(), url.as_str())
            .with_body(self.body.in_memory());
        if let Some(content_type) = self.headers.get(CONTENT_TYPE) {
            request = request.with_content_type(content_type);
        }
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
            Error::new(
                ErrorKind::InvalidInput,
                format!("{}: the request cannot be signed", self.describe(url)),
            )
            .with_source(source)
        };
        let header = signer
            .authorization(&request)
            .map_err(|error| failed(error.into()))?;
        let mut header = HeaderValue::try_from(header).map_err(|error| failed(error.into()))?;
        header.set_sensitive(true);
        Ok(header)
    }

    /// The request in words, for error texts.
    pub(super) fn describe(&self, url: &Url) -> String {
        format!("{} ({} {url})", self.purpose, self.method)
    }
}

/// Who signs a request.
#[derive(Clone, Copy)]
pub(crate) enum Signature<'a> {
    /// A signer, anew for every hop and attempt.
    By {
        signer: &'a Signer,
        /// Whose credentials the signer has.
        with: SignedWith,
    },
    /// Nobody any more: the request carries its `Authorization` already, for one hop.
    Made { with: SignedWith },
}
