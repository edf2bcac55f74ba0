//! Sending: signed for every hop, within the limits, tried again where that is harmless.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Method};
use url::Url;

use super::answer::{self, Answer};
use super::connection::{Connections, connection_error};
use super::observer::{Exchange, Observer, SignedWith};
use super::origin::check_scheme;
use super::outgoing::{Outgoing, Signature};
use super::redirect::next_hop;
use crate::error::{Error, ErrorKind, Result};

/// How many redirects are followed before the server is called confused.
const MAX_REDIRECTS: usize = 5;
/// How often a GET is sent again after its connection failed.
const MAX_RETRIES: u32 = 2;
/// The pause before the first retry; it doubles for the next.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// What bounds a request.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// For the whole of a request: redirects, retries and the last byte of the answer.
    pub(crate) timeout: Duration,
    /// For the body of an answer, in bytes.
    pub(crate) answer_size: usize,
}

/// The least that a connection must carry, in bytes a second: what is sent or received may take so
/// much longer than a request without a body.
const LEAST_SPEED: u64 = 16 * 1024;

impl Limits {
    /// How long a request may take that carries so many bytes.
    pub(crate) fn time_for(&self, bytes: u64) -> Duration {
        self.timeout
            .saturating_add(Duration::from_secs(bytes / LEAST_SPEED))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            answer_size: 8 * 1024 * 1024,
        }
    }
}

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Transport {
    inner: Arc<Inner>,
}

struct Inner {
    limits: Limits,
    plain_http: bool,
    observer: Option<Arc<dyn Observer>>,
    connections: Connections,
}

impl Transport {
    pub(crate) fn new(
        limits: Limits,
        plain_http: bool,
        user_agent: String,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                limits,
                plain_http,
                observer,
                connections: Connections::new(user_agent),
            }),
        }
    }

    /// Whether plain http to other machines was asked for.
    pub(crate) fn plain_http(&self) -> bool {
        self.inner.plain_http
    }

    /// Refuses addresses that may not be spoken to.
    pub(crate) fn check(&self, url: &Url, purpose: &str) -> Result<()> {
        check_scheme(url, self.inner.plain_http, purpose)
    }

    /// Sends a request and follows its redirects; any final status is an answer.
    pub(crate) async fn send(
        &self,
        request: Outgoing,
        signature: Option<Signature<'_>>,
    ) -> Result<Answer> {
        let limit = self.inner.limits.time_for(request.body.len());
        match tokio::time::timeout(limit, self.follow(&request, signature)).await {
            Ok(result) => result,
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                format!(
                    "{}: no complete answer within {} s",
                    request.describe(&request.url),
                    limit.as_secs_f32()
                ),
            )),
        }
    }

    async fn follow(&self, request: &Outgoing, signature: Option<Signature<'_>>) -> Result<Answer> {
        let mut url = request.url.clone();
        self.check(&url, request.purpose)?;
        for _ in 0..=MAX_REDIRECTS {
            let answer = self.attempt(request, &url, signature).await?;
            match next_hop(request, &url, &answer, self.inner.plain_http)? {
                Some(next) => url = next,
                None => return Ok(answer),
            }
        }
        Err(Error::new(
            ErrorKind::Redirect,
            format!(
                "{}: more than {MAX_REDIRECTS} redirects",
                request.describe(&url)
            ),
        ))
    }

    /// One hop; a GET whose connection fails is tried again.
    async fn attempt(
        &self,
        request: &Outgoing,
        url: &Url,
        signature: Option<Signature<'_>>,
    ) -> Result<Answer> {
        let mut pause = FIRST_PAUSE;
        for _ in 0..MAX_RETRIES {
            match self.exchange(request, url, signature).await {
                Err(Failure::Connection(error))
                    if request.method == Method::GET && is_passing(error.kind()) =>
                {
                    tracing::debug!(%url, %error, "connection failed, trying again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                other => return other.map_err(Failure::into_error),
            }
        }
        self.exchange(request, url, signature)
            .await
            .map_err(Failure::into_error)
    }

    async fn exchange(
        &self,
        request: &Outgoing,
        url: &Url,
        signature: Option<Signature<'_>>,
    ) -> Result<Answer, Failure> {
        let (headers, signed_with) = signed(request, url, signature).map_err(Failure::Exchange)?;
        let sent = self
            .inner
            .connections
            .to(url)
            .map_err(Failure::Exchange)?
            .request(request.method.clone(), url.clone())
            .headers(headers)
            .body(request.body.open().await.map_err(Failure::Exchange)?)
            .send()
            .await;
        let (status, result) = match sent {
            Ok(response) => {
                let status = response.status();
                let limit = self.inner.limits.answer_size;
                let answer = answer::read(response, limit, request.describe(url), url).await;
                (Some(status), answer.map_err(Failure::Exchange))
            }
            Err(error) => (
                None,
                Err(Failure::Connection(connection_error(
                    error,
                    &request.describe(url),
                ))),
            ),
        };
        if let Some(observer) = &self.inner.observer {
            observer.on_exchange(&Exchange {
                method: &request.method,
                url,
                status,
                bytes_sent: request.body.len(),
                bytes_received: result
                    .as_ref()
                    .map_or(0, |answer| answer.body().len() as u64),
                signed_with,
            });
        }
        result
    }
}

/// The headers of one hop, and whose credentials signed them.
fn signed(
    request: &Outgoing,
    url: &Url,
    signature: Option<Signature<'_>>,
) -> Result<(HeaderMap, SignedWith)> {
    let mut headers = request.headers.clone();
    // `application/json` would make old servers answer in ActivityStreams 2
    // (pump.io protocol, section 10.1).
    headers
        .entry(ACCEPT)
        .or_insert(HeaderValue::from_static("*/*"));
    if request.body.is_streamed() {
        headers.insert(CONTENT_LENGTH, request.body.len().into());
    }
    let signed_with = match signature {
        None => SignedWith::Nothing,
        Some(Signature::Made { with }) => with,
        Some(Signature::By { signer, with }) => {
            headers.insert(AUTHORIZATION, request.authorization(url, signer)?);
            with
        }
    };
    Ok((headers, signed_with))
}

/// Whether another attempt may do better.
fn is_passing(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unreachable | ErrorKind::ConnectionLost)
}

/// Failures of one exchange, by whether the request may have reached the server's program.
enum Failure {
    Connection(Error),
    Exchange(Error),
}

impl Failure {
    fn into_error(self) -> Error {
        match self {
            Self::Connection(error) | Self::Exchange(error) => error,
        }
    }
}
