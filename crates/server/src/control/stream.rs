//! Answers that come line by line while the work is done.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http::{HeaderValue, header};
use http_body::Frame;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Where lines go.
#[derive(Clone)]
pub(super) struct Lines(mpsc::Sender<Bytes>);

impl Lines {
    /// Says something that has to be heard.
    pub(super) async fn send(&self, value: &impl Serialize) {
        // Nobody may listen any more.
        let _ = self.0.send(line(value)).await;
    }

    /// Says something that may be missed.
    pub(super) fn try_send(&self, value: &impl Serialize) {
        let _ = self.0.try_send(line(value));
    }

    /// Whether nobody listens any more.
    pub(super) fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

fn line(value: &impl Serialize) -> Bytes {
    // What is told has names and numbers only, which always serialise.
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line.into()
}

/// An answer whose lines work tells. The work ends with the answer.
pub(super) fn response<F>(work: impl FnOnce(Lines) -> F) -> Response
where
    F: Future<Output = ()> + Send + 'static,
{
    let (sender, lines) = mpsc::channel(16);
    let work = tokio::spawn(work(Lines(sender)));
    let mut response = Response::new(Body::new(Told { lines, work }));
    let media_type = HeaderValue::from_static("application/x-ndjson");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

/// The lines as they come.
struct Told {
    lines: mpsc::Receiver<Bytes>,
    work: JoinHandle<()>,
}

impl http_body::Body for Told {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let line = self.lines.poll_recv(context);
        line.map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        self.work.abort();
    }
}
