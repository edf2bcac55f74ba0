//! Sending: signed for every hop, within the limits, tried again where that is harmless.

use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use tokio::time::Instant;
use url::Url;

use super::answer::Answer;
use super::connection::{Connections, Network, connection_error};
use super::hop::{Hop, Opened, Report, Upgraded};
use super::observer::{Observer, SignedWith};
use super::origin::check_scheme;
use super::outgoing::{Outgoing, Signature};
use super::redirect::next_hop;
use super::refusal::retry_after;
use crate::error::{Error, ErrorKind, Result};

/// How many redirects are followed before the server is called confused.
const MAX_REDIRECTS: usize = 5;
/// The pause before the first retry; it doubles for the next.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The least that a connection must carry, in bytes a second: what is sent or received may take so
/// much longer than a request without a body.
const LEAST_SPEED: u64 = 16 * 1024;

/// What bounds a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// For the whole of a request: redirects, retries and the last byte of the answer.
    pub(crate) timeout: Duration,
    /// For the whole of a call, however many requests it makes and however much they carry, in
    /// place of that.
    pub(crate) in_all: Option<Duration>,
    /// For the body of an answer, in bytes.
    pub(crate) answer_size: usize,
    /// How often what changes nothing is sent again.
    pub(crate) retries: u32,
    /// How long a server may ask to be left alone before it is asked again.
    pub(crate) longest_pause: Duration,
}

impl Limits {
    /// How long a request may take that carries so many bytes.
    pub(crate) fn time_for(&self, bytes: u64) -> Duration {
        let by_size = || Duration::from_secs(bytes / LEAST_SPEED);
        self.in_all
            .unwrap_or_else(|| self.timeout.saturating_add(by_size()))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(30),
            in_all: None,
            answer_size: 8 * 1024 * 1024,
            retries: 2,
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Transport {
    limits: Limits,
    inner: Arc<Inner>,
}

struct Inner {
    plain_http: bool,
    observer: Option<Arc<dyn Observer>>,
    connections: Connections,
}

impl Transport {
    pub(crate) fn new(
        limits: Limits,
        plain_http: bool,
        network: Network,
        observer: Option<Arc<dyn Observer>>,
    ) -> Self {
        Self {
            limits,
            inner: Arc::new(Inner {
                plain_http,
                observer,
                connections: Connections::new(network),
            }),
        }
    }

    /// The same connections, within other limits.
    pub(crate) fn limited(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
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
        self.in_time(&request, async {
            let hop = self.follow(&request, signature).await?;
            hop.read(self.limits.answer_size).await
        })
        .await
    }

    /// Sends a request and follows its redirects; the body of a success is left to be taken piece
    /// by piece, and all else is an error.
    pub(crate) async fn open(
        &self,
        request: Outgoing,
        signature: Option<Signature<'_>>,
    ) -> Result<Opened> {
        let begun = Instant::now();
        self.in_time(&request, async {
            let hop = self.follow(&request, signature).await?;
            if hop.status().is_success() {
                return Ok(Opened::new(hop, self.limits, begun));
            }
            Err(hop.read(self.limits.answer_size).await?.refusal())
        })
        .await
    }

    /// Asks to speak another protocol from here on; gives the head of the answer and the connection.
    /// All else is an error. Nothing is signed, and redirects are not followed.
    pub(crate) async fn upgrade(&self, request: Outgoing) -> Result<(HeaderMap, Upgraded)> {
        self.in_time(&request, async {
            self.check(&request.url, request.purpose)?;
            let hop = self.exchange(&request, &request.url, None).await?;
            if hop.status() == StatusCode::SWITCHING_PROTOCOLS {
                return hop.upgrade().await;
            }
            Err(hop.read(self.limits.answer_size).await?.refusal())
        })
        .await
    }

    /// How large an answer may be, in bytes.
    pub(crate) fn answer_size(&self) -> usize {
        self.limits.answer_size
    }

    /// Does all of a call, within the time for it if one was set.
    pub(crate) async fn in_all<T>(
        &self,
        purpose: &str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        match self.limits.in_all {
            Some(limit) => within(limit, || purpose.to_owned(), work).await,
            None => work.await,
        }
    }

    async fn in_time<T>(
        &self,
        request: &Outgoing,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let limit = self.limits.time_for(request.body.len());
        within(limit, || request.describe(&request.url), work).await
    }

    async fn follow(&self, request: &Outgoing, signature: Option<Signature<'_>>) -> Result<Hop> {
        let mut url = request.url.clone();
        self.check(&url, request.purpose)?;
        for _ in 0..=MAX_REDIRECTS {
            let hop = self.attempt(request, &url, signature).await?;
            match next_hop(request, &url, &hop, self.inner.plain_http)? {
                Some(next) => url = next,
                None => return Ok(hop),
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

    /// One hop, tried again where that cannot do anything twice: whatever was not sent, because no
    /// connection could be made; and what only reads, if the connection broke or the server asks
    /// to come again.
    async fn attempt(
        &self,
        request: &Outgoing,
        url: &Url,
        signature: Option<Signature<'_>>,
    ) -> Result<Hop> {
        let only_reads = request.method == Method::GET || request.method == Method::HEAD;
        let mut pause = FIRST_PAUSE;
        for _ in 0..self.limits.retries {
            let wait = match self.exchange(request, url, signature).await {
                Err(error) if error.kind() == ErrorKind::Unreachable => pause,
                Err(error) if only_reads && error.kind() == ErrorKind::ConnectionLost => pause,
                Ok(hop) if only_reads && hop.is_busy() => match retry_after(hop.headers()) {
                    Some(wait) if wait <= self.limits.longest_pause => wait,
                    _ => return Ok(hop),
                },
                other => return other,
            };
            tracing::debug!(%url, ?wait, "trying again");
            tokio::time::sleep(wait).await;
            pause *= 2;
        }
        self.exchange(request, url, signature).await
    }

    async fn exchange(
        &self,
        request: &Outgoing,
        url: &Url,
        signature: Option<Signature<'_>>,
    ) -> Result<Hop> {
        let (headers, signed_with) = signed(request, url, signature)?;
        let mut report = Report::new(
            self.inner.observer.clone(),
            request.method.clone(),
            url.clone(),
            request.body.len(),
            signed_with,
        );
        let sent = self
            .inner
            .connections
            .to(url)?
            .request(request.method.clone(), url.clone())
            .headers(headers)
            .body(request.body.open().await?)
            .send()
            .await;
        let described = request.describe(url);
        match sent {
            Ok(response) => {
                report.status = Some(response.status());
                Ok(Hop::new(response, described, url.clone(), report))
            }
            Err(error) => Err(connection_error(error, &described)),
        }
    }
}

async fn within<T>(
    limit: Duration,
    what: impl FnOnce() -> String,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
        let (what, limit) = (what(), limit.as_secs_f32());
        let message = format!("{what}: no complete answer within {limit} s");
        Err(Error::new(ErrorKind::Timeout, message))
    })
}

impl Hop {
    /// Whether the server asks to come again.
    fn is_busy(&self) -> bool {
        matches!(
            self.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        )
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
