//! The one way out: every request of this crate passes here and meets its limits.
//!
//! A request is signed anew for every hop and every attempt, is never signed for another origin
//! than the one it was made for, never leaves https for plain http, and ends within one total
//! time, whatever the server does.

mod answer;
mod observer;
mod origin;
mod outgoing;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, LOCATION};
use http::{HeaderValue, Method, StatusCode};
use url::Url;

pub(crate) use self::answer::Answer;
pub use self::observer::{Exchange, Observer, SignedWith};
pub(crate) use self::origin::{is_loopback, same_origin};
pub(crate) use self::outgoing::{Outgoing, Redirects, Signature};
use crate::error::{Error, ErrorKind, Result};

/// How many redirects are followed before the server is called confused.
const MAX_REDIRECTS: usize = 5;
/// How often a GET is sent again after its connection failed.
const MAX_RETRIES: u32 = 2;
/// The pause before the first retry; it doubles for the next.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// A connection that is not there after this time will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What bounds a request.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// For the whole of a request: redirects, retries and the last byte of the answer.
    pub(crate) timeout: Duration,
    /// For the body of an answer, in bytes.
    pub(crate) answer_size: usize,
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
    user_agent: String,
    observer: Option<Arc<dyn Observer>>,
    /// For other machines; obeys the system's proxy settings. Made at its first use.
    remote: OnceLock<reqwest::Client>,
    /// For this machine, which no proxy reaches. Made at its first use.
    local: OnceLock<reqwest::Client>,
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
                user_agent,
                observer,
                remote: OnceLock::new(),
                local: OnceLock::new(),
            }),
        }
    }

    /// Whether plain http to other machines was asked for.
    pub(crate) fn plain_http(&self) -> bool {
        self.inner.plain_http
    }

    /// Refuses addresses that may not be spoken to.
    pub(crate) fn check(&self, url: &Url, purpose: &str) -> Result<()> {
        origin::check_scheme(url, self.inner.plain_http, purpose)
    }

    /// Sends a request and follows its redirects; any final status is an answer.
    pub(crate) async fn send(
        &self,
        request: Outgoing,
        signature: Option<Signature<'_>>,
    ) -> Result<Answer> {
        let limit = self.inner.limits.timeout;
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
            match self.redirected(request, &url, &answer)? {
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

    /// Where the answer sends this request, if it does and may.
    fn redirected(&self, request: &Outgoing, url: &Url, answer: &Answer) -> Result<Option<Url>> {
        let keeps_method = matches!(
            answer.status(),
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
        );
        let drops_method = matches!(
            answer.status(),
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER
        );
        if !keeps_method && !drops_method {
            return Ok(None);
        }
        let refuse = |kind, why: &str| {
            Error::new(kind, format!("{}: {why}", request.describe(url)))
                .with_answer(answer.status(), None)
        };
        let mut next = answer
            .headers()
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| url.join(location).ok())
            .filter(Url::has_host)
            .ok_or_else(|| refuse(ErrorKind::Redirect, "redirected to no usable address"))?;
        // Names and passwords in addresses would become an Authorization header of their own.
        if next.set_username("").is_err() || next.set_password(None).is_err() {
            return Err(refuse(
                ErrorKind::Redirect,
                "redirected to no usable address",
            ));
        }
        if drops_method && request.method != Method::GET && request.method != Method::HEAD {
            return Err(refuse(
                ErrorKind::Redirect,
                "a redirect would turn this into another request",
            ));
        }
        if url.scheme() == "https" && next.scheme() != "https" {
            return Err(refuse(
                ErrorKind::PlainHttp,
                &format!("redirected from https to {next}"),
            ));
        }
        self.check(&next, request.purpose)?;
        if request.redirects == Redirects::Nowhere {
            return Err(refuse(
                ErrorKind::Redirect,
                &format!("unexpectedly redirected to {next}"),
            ));
        }
        if request.redirects == Redirects::SameOrigin && !same_origin(url, &next) {
            return Err(refuse(
                ErrorKind::ForeignOrigin,
                &format!("redirected to {next}, where these credentials do not belong"),
            ));
        }
        Ok(Some(next))
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
                    if request.method == Method::GET && error.kind() == ErrorKind::Unreachable =>
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
        let mut headers = request.headers.clone();
        // `application/json` would make old servers answer in ActivityStreams 2
        // (pump.io protocol, section 10.1).
        headers
            .entry(ACCEPT)
            .or_insert(HeaderValue::from_static("*/*"));
        let signed_with = match signature {
            None => SignedWith::Nothing,
            Some(Signature::Made { with }) => with,
            Some(Signature::By { signer, with }) => {
                let header = request
                    .authorization(url, signer)
                    .map_err(Failure::Exchange)?;
                headers.insert(AUTHORIZATION, header);
                with
            }
        };
        let sent = self
            .http(url)
            .map_err(Failure::Exchange)?
            .request(request.method.clone(), url.clone())
            .headers(headers)
            .body(request.body.clone())
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
                bytes_received: result.as_ref().map_or(0, |answer| answer.body().len()),
                signed_with,
            });
        }
        result
    }

    fn http(&self, url: &Url) -> Result<&reqwest::Client> {
        let local = is_loopback(url);
        let cell = if local {
            &self.inner.local
        } else {
            &self.inner.remote
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(&self.inner.user_agent);
        if local {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| {
            Error::new(ErrorKind::Unreachable, "could not set up HTTP").with_source(error)
        })?;
        Ok(cell.get_or_init(|| client))
    }
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

fn connection_error(error: reqwest::Error, request: &str) -> Error {
    let (kind, why) = if error.is_dns() {
        (ErrorKind::UnknownHost, "the name of the host was not found")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "could not connect in time")
    } else if error.is_connect() {
        (ErrorKind::Unreachable, "could not connect")
    } else if error.is_builder() {
        (ErrorKind::InvalidInput, "this request cannot be sent")
    } else {
        (ErrorKind::Unreachable, "the connection broke")
    };
    Error::new(kind, format!("{request}: {why}")).with_source(error.without_url())
}
