//! One answer on its way: its head is here, its body is still to come.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Method, StatusCode};
use tokio::time::Instant;
use url::Url;

pub(crate) use reqwest::Upgraded;

use super::answer::Answer;
use super::connection::connection_error;
use super::observer::{Exchange, Observer, SignedWith};
use super::sender::Limits;
use crate::error::{Error, ErrorKind, Result};

/// Tells the observer of an exchange, once, when it is over, whichever way it ended.
pub(super) struct Report {
    observer: Option<Arc<dyn Observer>>,
    method: Method,
    url: Url,
    pub(super) status: Option<StatusCode>,
    sent: u64,
    received: u64,
    signed_with: SignedWith,
}

impl Report {
    pub(super) fn new(
        observer: Option<Arc<dyn Observer>>,
        method: Method,
        url: Url,
        sent: u64,
        signed_with: SignedWith,
    ) -> Self {
        Self {
            observer,
            method,
            url,
            status: None,
            sent,
            received: 0,
            signed_with,
        }
    }
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(observer) = &self.observer {
            observer.on_exchange(&Exchange {
                method: &self.method,
                url: &self.url,
                status: self.status,
                bytes_sent: self.sent,
                bytes_received: self.received,
                signed_with: self.signed_with,
            });
        }
    }
}

/// An answer whose body is still to come.
pub(super) struct Hop {
    response: reqwest::Response,
    /// The request in words, for error texts.
    request: String,
    /// Where the answer comes from.
    url: Url,
    report: Report,
}

impl Hop {
    pub(super) fn new(
        response: reqwest::Response,
        request: String,
        url: Url,
        report: Report,
    ) -> Self {
        Self {
            response,
            request,
            url,
            report,
        }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// The next piece of the body; `None` at the end.
    async fn piece(&mut self) -> Result<Option<Bytes>> {
        let piece = self.response.chunk().await.map_err(|error| {
            let (kind, why) = match error.is_timeout() {
                true => (ErrorKind::Timeout, "the server fell silent"),
                false => (ErrorKind::InvalidAnswer, "the answer was cut off"),
            };
            Error::new(kind, format!("{}: {why}", self.request)).with_source(error.without_url())
        })?;
        self.report.received += piece.as_ref().map_or(0, |piece| piece.len() as u64);
        Ok(piece)
    }

    /// The connection, on which another protocol is spoken now.
    pub(super) async fn upgrade(self) -> Result<(HeaderMap, Upgraded)> {
        let headers = self.response.headers().clone();
        match self.response.upgrade().await {
            Ok(upgraded) => Ok((headers, upgraded)),
            Err(error) => Err(connection_error(error, &self.request)),
        }
    }

    fn too_large(&self, limit: u64) -> Error {
        Error::new(
            ErrorKind::TooLarge,
            format!("{}: the answer is larger than {limit} bytes", self.request),
        )
    }

    /// The whole answer, if its body has no more than `limit` bytes.
    pub(super) async fn read(mut self, limit: usize) -> Result<Answer> {
        if self.response.content_length().unwrap_or(0) > limit as u64 && !self.is_bodiless() {
            return Err(self.too_large(limit as u64));
        }
        let mut body = BytesMut::new();
        while let Some(piece) = self.piece().await? {
            if body.len() + piece.len() > limit {
                return Err(self.too_large(limit as u64));
            }
            body.extend_from_slice(&piece);
        }
        let headers = std::mem::take(self.response.headers_mut());
        Ok(Answer::new(
            self.request,
            self.url,
            self.report.status.unwrap_or_default(),
            headers,
            body.freeze(),
        ))
    }

    /// The answer to a HEAD says how long a body would be, and has none.
    fn is_bodiless(&self) -> bool {
        self.report.method == Method::HEAD
    }
}

/// An answer that is a success, and whose body is taken piece by piece.
///
/// It ends like every other call: the time that it may take grows with what has come. One that is to
/// go on may instead be ended by silence.
pub(crate) struct Opened {
    hop: Hop,
    limits: Limits,
    begun: Instant,
    /// The size of the whole. The answer itself tells how much is still to come.
    total: Option<u64>,
    largest: u64,
    silence: Option<Duration>,
}

impl Opened {
    pub(super) fn new(hop: Hop, limits: Limits, begun: Instant) -> Self {
        Self {
            total: hop.response.content_length(),
            hop,
            limits,
            begun,
            largest: u64::MAX,
            silence: None,
        }
    }

    /// Goes on without end, but for a silence of this length.
    pub(crate) fn ended_by_silence(mut self, silence: Duration) -> Self {
        self.silence = Some(silence);
        self
    }

    /// Ends in an error if more comes than so many bytes.
    pub(crate) fn limited_to(mut self, bytes: u64) -> Self {
        self.largest = bytes;
        self
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        self.hop.headers()
    }

    /// How large an answer may be, in bytes.
    pub(crate) fn answer_size(&self) -> usize {
        self.limits.answer_size
    }

    /// The error for an answer that is larger.
    pub(crate) fn too_large(&self) -> Error {
        self.hop.too_large(self.limits.answer_size as u64)
    }

    /// A part of what has come, as an answer of its own.
    pub(crate) fn part(&self, body: Bytes) -> Answer {
        Answer::new(
            self.hop.request.clone(),
            self.hop.url.clone(),
            self.hop.status(),
            HeaderMap::new(),
            body,
        )
    }

    /// The size, if the server says it.
    pub(crate) fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>> {
        if self.total().unwrap_or(0) > self.largest {
            return Err(self.hop.too_large(self.largest));
        }
        let left = self.silence.unwrap_or_else(|| {
            let time = self.limits.time_for(self.hop.report.received);
            time.saturating_sub(self.begun.elapsed())
        });
        let piece = tokio::time::timeout(left, self.hop.piece()).await;
        let piece = piece.map_err(|_| {
            let message = format!("{}: the server is too slow", self.hop.request);
            Error::new(ErrorKind::Timeout, message)
        })??;
        if self.hop.report.received > self.largest {
            return Err(self.hop.too_large(self.largest));
        }
        Ok(piece)
    }
}
