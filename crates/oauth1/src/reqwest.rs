//! Signed requests over the HTTP client reqwest: every attempt and every hop gets a signature of its own.
//!
//! [`SignedClient`] sends what reqwest's builders build: JSON, forms, files, multipart, streams. It signs
//!
//! * as the last step, when URL and headers of the request are complete;
//! * each retry anew, so that no provider sees a nonce twice;
//! * each redirect anew, as long as it stays at the origin of the first request. To other origins it goes unsigned, without
//!   the cookies of the first request and without a body, and from https to http it does not go at all. A signature in the
//!   query that the redirect hands back is taken out.
//!
//! ```no_run
//! use pumphouse_oauth1::reqwest::SignedClient;
//! use pumphouse_oauth1::{ClientCredentials, Signer, TokenCredentials};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let signer = Signer::new(ClientCredentials::new("consumer key", "consumer secret"))
//!     .with_token(TokenCredentials::new("token", "token secret"));
//! let client = SignedClient::new(signer)?;
//! let answer = client.send(client.get("https://api.discogs.com/oauth/identity")).await?;
//! println!("{}", answer.text().await?);
//! # Ok(())
//! # }
//! ```

mod redirect;

use std::sync::Arc;

use ::reqwest::header::{
    AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, DATE, HeaderValue, WWW_AUTHENTICATE,
};
use ::reqwest::{
    Client, ClientBuilder, IntoUrl, Method, RequestBuilder, Response, ResponseBuilderExt,
    StatusCode, Url,
};
use bytes::Bytes;
use zeroize::Zeroizing;

use self::redirect::Hop;
use crate::clock::{AdjustedClock, Clock};
use crate::credentials::TokenCredentials;
use crate::flow::{Answer, Post};
use crate::header::Challenge;
use crate::problem::Report;
use crate::request::Request;
use crate::sign::{SignError, Signer};

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// It could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It could not be sent, or the answer not received.
    #[error(transparent)]
    Http(::reqwest::Error),
    /// It was redirected too often.
    #[error("the request was redirected more than {0} times")]
    TooManyRedirects(usize),
    /// The answer to a leg of the dance has more bytes than credentials ever take.
    #[error(
        "the answer to a leg of the dance is longer than {0} bytes: is this the right address?"
    )]
    AnswerTooLong(usize),
    /// What signing made of it is no header or no URL.
    #[error("the signed request cannot be sent: its realm or its URL is malformed")]
    Unsendable,
}

/// Without the URL, which may be a signed one.
impl From<::reqwest::Error> for Error {
    fn from(error: ::reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

/// Sends signed requests.
#[derive(Clone)]
pub struct SignedClient {
    client: Client,
    signer: Signer,
    clock: Arc<AdjustedClock<Arc<dyn Clock>>>,
    retries: usize,
    redirects: usize,
}

impl SignedClient {
    /// With reqwest's defaults, no retries, and at most ten redirects.
    ///
    /// # Errors
    /// When reqwest finds no way to do TLS or to resolve names.
    pub fn new(signer: Signer) -> Result<Self, Error> {
        Self::with_builder(signer, Client::builder())
    }

    /// With a builder that has time limits, proxies or TLS set. Its policies of redirects and retries are replaced by those above.
    /// `Host` and `Content-Type` belong into the requests: signing does not see default headers.
    ///
    /// # Errors
    /// When the builder does not build.
    pub fn with_builder(signer: Signer, builder: ClientBuilder) -> Result<Self, Error> {
        let client = builder
            .redirect(::reqwest::redirect::Policy::none())
            .retry(::reqwest::retry::never())
            .build()?;
        let clock = Arc::new(AdjustedClock::new(signer.clock()));
        let signer = signer.with_clock(Arc::clone(&clock));
        Ok(Self {
            client,
            signer,
            clock,
            retries: 0,
            redirects: 10,
        })
    }

    /// Tries again so many times when no connection came about and, with methods that may be repeated, when one broke.
    /// Streams cannot be repeated.
    #[must_use]
    pub fn with_retries(mut self, retries: usize) -> Self {
        self.retries = retries;
        self
    }

    /// Follows at most so many redirects.
    #[must_use]
    pub fn with_redirects(mut self, redirects: usize) -> Self {
        self.redirects = redirects;
        self
    }

    /// What it signs with, the token in hand among it.
    pub fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Signs with these token credentials from now on, over the same connections: after a log-in, or as somebody else.
    #[must_use]
    pub fn with_token(mut self, token: TokenCredentials) -> Self {
        self.signer = self.signer.with_token(token);
        self
    }

    /// Signs for no person any more, over the same connections.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.signer = self.signer.without_token();
        self
    }

    /// Starts a request. Finish it with reqwest's builder and [`send`](Self::send) it here: sent by itself it is not signed.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// [`request`](Self::request) with GET.
    pub fn get(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::GET, url)
    }

    /// [`request`](Self::request) with POST.
    pub fn post(&self, url: impl IntoUrl) -> RequestBuilder {
        self.request(Method::POST, url)
    }

    /// Signs and sends what a builder has built.
    ///
    /// # Errors
    /// See [`enum@Error`]. An answer with an error status is an answer.
    pub async fn send(&self, builder: RequestBuilder) -> Result<Response, Error> {
        self.execute(builder.build()?).await
    }

    /// Signs and sends a request.
    ///
    /// # Errors
    /// See [`enum@Error`]. An answer with an error status is an answer.
    pub async fn execute(&self, request: ::reqwest::Request) -> Result<Response, Error> {
        let mut hop = Hop::first(request);
        for _ in 0..=self.redirects {
            let (request, next) = hop.split();
            let response = if next.is_home() {
                self.attempt(request).await?
            } else {
                self.client.execute(request).await?
            };
            match next.follow(&response) {
                Some(following) => hop = following,
                None => return Ok(response),
            }
        }
        Err(Error::TooManyRedirects(self.redirects))
    }

    /// Sends a leg of the [dance](crate::flow), which is signed already.
    ///
    /// # Errors
    /// When it cannot be sent, or the answer not be received or is far too long.
    pub async fn send_leg(&self, leg: &Post) -> Result<LegAnswer, Error> {
        let mut builder = self.client.post(&leg.url).body(leg.body.to_vec());
        if let Some(value) = &leg.authorization {
            builder = builder.header(AUTHORIZATION, sensitive(value)?);
        }
        if let Some(value) = leg.content_type {
            builder = builder.header(CONTENT_TYPE, value);
        }
        let response = builder.send().await?;
        let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let challenges: Vec<_> = challenges.map(HeaderValue::as_bytes).collect();
        Ok(LegAnswer {
            status: response.status().as_u16(),
            challenge: challenges.join(b", ".as_slice()),
            body: read_leg(response).await?,
        })
    }

    /// Signs and sends to one place, as often as it may be tried.
    async fn attempt(&self, mut request: ::reqwest::Request) -> Result<Response, Error> {
        let mut tries_left = self.retries;
        let mut may_set_clock = true;
        loop {
            let again = request.try_clone();
            let is_repeatable = is_idempotent(request.method());
            let mut outcome = self.client.execute(self.sign(request)?).await;
            let Some(again) = again else {
                return Ok(outcome?);
            };
            let is_worth_it = match &mut outcome {
                Ok(response) if std::mem::take(&mut may_set_clock) => {
                    self.sets_clock(response).await?
                }
                Ok(_) => false,
                Err(error) if error.is_connect() || is_repeatable && error.is_request() => {
                    let may_try = tries_left > 0;
                    tries_left = tries_left.saturating_sub(1);
                    may_try
                }
                Err(_) => false,
            };
            if !is_worth_it {
                return Ok(outcome?);
            }
            request = again;
        }
    }

    /// Takes the provider's time over when it refused ours.
    async fn sets_clock(&self, response: &mut Response) -> Result<bool, Error> {
        let is_refusal = matches!(
            response.status(),
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED
        );
        let Some(date) = response.headers().get(DATE).cloned() else {
            return Ok(false);
        };
        let concerns_time = |report: Report| report.code() == "timestamp_refused";
        let challenges = response.headers().get_all(WWW_AUTHENTICATE).iter();
        let mut reports = challenges
            .filter_map(|value| Report::from_challenge(&Challenge::parse(value.as_bytes())?));
        let is_told = is_refusal
            && (reports.any(concerns_time)
                || Report::from_form(&read_small(response).await?).is_some_and(concerns_time));
        Ok(is_told && date.to_str().is_ok_and(|date| self.clock.learn_date(date)))
    }

    /// Puts the signature where the signer wants it.
    fn sign(&self, mut request: ::reqwest::Request) -> Result<::reqwest::Request, Error> {
        let described = Request::new(request.method().as_str(), request.url().as_str())
            .with_headers(request.headers());
        let described = match request.body().map(::reqwest::Body::as_bytes) {
            None => described,
            Some(Some(bytes)) => described.with_body(bytes),
            Some(None) => described.with_streamed_body(),
        };
        let signed = self.signer.sign(&described)?;
        if let Some(value) = signed.authorization() {
            request
                .headers_mut()
                .insert(AUTHORIZATION, sensitive(value)?);
        }
        if let Some(url) = signed.url() {
            *request.url_mut() = Url::parse(url).map_err(|_| Error::Unsendable)?;
        }
        if let Some(body) = signed.body() {
            request.headers_mut().remove(CONTENT_LENGTH);
            *request.body_mut() = Some(body.to_vec().into());
        }
        Ok(request)
    }
}

impl std::fmt::Debug for SignedClient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedClient")
            .field("signer", &self.signer)
            .finish_non_exhaustive()
    }
}

/// The answer to a leg of the dance, with everything that [`Flow`](crate::flow::Flow) reads of it.
#[derive(Clone)]
pub struct LegAnswer {
    status: u16,
    challenge: Vec<u8>,
    body: Zeroizing<Vec<u8>>,
}

impl LegAnswer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The body as it came, to see what a provider says that answers otherwise than [`Flow`](crate::flow::Flow) can read.
    /// It may hold secrets: show it to nobody else, and keep it out of logs.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// For [`Flow::pending`](crate::flow::Flow::pending) and [`Flow::granted`](crate::flow::Flow::granted).
    pub fn read(&self) -> Answer<'_> {
        Answer::new(self.status, &*self.body).with_challenge(&self.challenge)
    }
}

impl std::fmt::Debug for LegAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.read().fmt(f)
    }
}

/// The longest body of an answer to a leg of the dance.
const LONGEST_LEG: usize = 64 * 1024;

/// The body of an answer to a leg, unless it is far too long.
async fn read_leg(mut response: Response) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut body = Zeroizing::new(Vec::new());
    while let Some(piece) = response.chunk().await? {
        if body.len() + piece.len() > LONGEST_LEG {
            return Err(Error::AnswerTooLong(LONGEST_LEG));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// The longest body in which a problem report is looked for.
const LONGEST_REPORT: u64 = 4_096;

/// The body of an answer, when it is short. The answer has it still afterwards.
async fn read_small(response: &mut Response) -> Result<Bytes, Error> {
    if response
        .content_length()
        .is_none_or(|length| length > LONGEST_REPORT)
    {
        return Ok(Bytes::new());
    }
    let url = response.url().clone();
    let (status, version) = (response.status(), response.version());
    let headers = response.headers().clone();
    let nothing = http::Response::new(::reqwest::Body::default()).into();
    let body = std::mem::replace(response, nothing).bytes().await?;
    let copy = http::Response::builder().status(status).version(version);
    let mut copy = copy
        .url(url)
        .body(body.clone())
        .map_err(|_| Error::Unsendable)?;
    *copy.headers_mut() = headers;
    *response = copy.into();
    Ok(body)
}

/// A header value that logs do not show.
fn sensitive(value: &str) -> Result<HeaderValue, Error> {
    let mut value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Error::Unsendable)?;
    value.set_sensitive(true);
    Ok(value)
}

/// Methods whose repetition does no harm (RFC 9110, section 9.2.2).
fn is_idempotent(method: &Method) -> bool {
    [
        Method::GET,
        Method::HEAD,
        Method::OPTIONS,
        Method::PUT,
        Method::DELETE,
        Method::TRACE,
    ]
    .contains(method)
}
