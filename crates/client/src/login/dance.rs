//! The requests of the OAuth dance, signed and sent.

use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use pumphouse_oauth1::flow::{self, Flow};
use url::Url;

use super::registration::Registration;
use crate::discovery::Endpoints;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Answer, Outgoing, Redirects, Signature, SignedWith};

impl Registration {
    /// The legs of the dance with this server.
    pub(super) fn flow(&self) -> Flow {
        let Endpoints {
            request_token,
            authorize,
            access_token,
            ..
        } = self.server().endpoints();
        let endpoints = flow::Endpoints::new(
            request_token.as_str(),
            authorize.as_str(),
            access_token.as_str(),
        );
        Flow::with_signer(self.signer(), endpoints)
    }

    /// Sends a request of the dance.
    pub(super) async fn post(
        &self,
        purpose: &'static str,
        post: flow::Post,
        with: SignedWith,
    ) -> Result<Answer> {
        let url = Url::parse(&post.url).map_err(|error| invalid_request(purpose, error))?;
        let mut request = Outgoing::new(purpose, Method::POST, url);
        request.redirects = Redirects::Nowhere;
        if let Some(header) = post.authorization {
            let mut header =
                HeaderValue::try_from(header).map_err(|error| invalid_request(purpose, error))?;
            header.set_sensitive(true);
            request.headers.insert(AUTHORIZATION, header);
        }
        if let Some(content_type) = post.content_type {
            let content_type = HeaderValue::from_static(content_type);
            request.headers.insert(CONTENT_TYPE, content_type);
        }
        request.body = post.body.to_vec().into();
        let transport = self.server().client().transport();
        transport
            .send(request, Some(Signature::Made { with }))
            .await
    }
}

pub(super) fn invalid_request(
    purpose: &str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> Error {
    Error::new(
        ErrorKind::InvalidInput,
        format!("{purpose}: the request cannot be made"),
    )
    .with_source(source)
}

pub(super) fn invalid_answer(
    answer: &Answer,
    error: impl std::error::Error + Send + Sync + 'static,
) -> Error {
    answer
        .invalid("holds no usable credentials")
        .with_source(error)
}
