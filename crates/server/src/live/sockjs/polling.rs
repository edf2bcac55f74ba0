//! Conversations over plain requests: one that receives, and others that send.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderName, StatusCode, Uri, header};

use super::session::{Received, Receiver, Session};
use super::transport::Transport;
use super::{NAME, TEXT, are_names, frame, missing};
use crate::app::App;
use crate::edge::Remote;
use crate::error::Result;
use crate::wire::{Failure, Incoming, Path};

type Names = Path<(String, String)>;
type Caller = Option<Extension<Remote>>;

pub(super) async fn xhr(app: State<Arc<App>>, names: Names, caller: Caller) -> Result<Response> {
    receive(&app, &names, caller, Transport::Xhr).await
}

pub(super) async fn xhr_streaming(
    app: State<Arc<App>>,
    names: Names,
    caller: Caller,
) -> Result<Response> {
    receive(&app, &names, caller, Transport::XhrStreaming).await
}

pub(super) async fn eventsource(
    app: State<Arc<App>>,
    names: Names,
    caller: Caller,
) -> Result<Response> {
    receive(&app, &names, caller, Transport::EventSource).await
}

pub(super) async fn jsonp(
    app: State<Arc<App>>,
    names: Names,
    caller: Caller,
    uri: Uri,
) -> Result<Response> {
    match callback(&uri) {
        Ok(callback) => receive(&app, &names, caller, Transport::Jsonp(callback)).await,
        Err(text) => Ok(failed(text)),
    }
}

/// `["…","…"]`, each a message.
pub(super) async fn xhr_send(
    app: State<Arc<App>>,
    names: Names,
    request: Request,
) -> Result<Response, Failure> {
    let incoming = Incoming::read(request).await?;
    let refusal = send(&app, &names, &String::from_utf8_lossy(&incoming.body)).await;
    Ok(refusal.unwrap_or_else(|| (StatusCode::NO_CONTENT, TEXT).into_response()))
}

/// The same in the field `d` of a form, or as it is.
pub(super) async fn jsonp_send(
    app: State<Arc<App>>,
    names: Names,
    request: Request,
) -> Result<Response, Failure> {
    let incoming = Incoming::read(request).await?;
    let payload = match incoming.media_type().as_str() {
        "application/x-www-form-urlencoded" => form_urlencoded::parse(&incoming.body)
            .find(|(name, _)| name == "d")
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default(),
        _ => String::from_utf8_lossy(&incoming.body).into_owned(),
    };
    let refusal = send(&app, &names, &payload).await;
    Ok(refusal.unwrap_or_else(|| (TEXT, "ok").into_response()))
}

async fn receive(
    app: &Arc<App>,
    names: &Names,
    caller: Caller,
    transport: Transport,
) -> Result<Response> {
    if !are_names(names) {
        return Ok(missing());
    }
    let (_, name) = &names.0;
    let remote = caller.map(|Extension(remote)| remote);
    let session = app
        .live
        .sessions
        .open(app, name, transport.kind(), remote)?;
    Ok(answer(transport, &session).await)
}

async fn answer(transport: Transport, session: &Arc<Session>) -> Response {
    let head = [
        (header::CONTENT_TYPE, transport.content_type()),
        // Proxies must not wait until they have a buffer full.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    let mut receiver = match session.receive() {
        Ok(receiver) => receiver,
        Err(close) => {
            let frame = transport.write(&frame::close(close));
            return (head, [transport.prelude(), frame].concat()).into_response();
        }
    };
    let Some(limit) = transport.limit() else {
        let (Received::Frame(frame) | Received::Close(frame)) = receiver.next().await;
        receiver.done();
        return (head, transport.write(&frame)).into_response();
    };
    let writing = Writing {
        prelude: Some(transport.prelude()),
        transport,
        receiver,
        left: Some(limit),
    };
    let body = stream::unfold(writing, |mut writing| async {
        let piece = writing.next().await?;
        Some((Ok::<_, Infallible>(piece), writing))
    });
    (head, Body::from_stream(body)).into_response()
}

/// An answer that goes on.
struct Writing {
    prelude: Option<Bytes>,
    transport: Transport,
    receiver: Receiver,
    /// How much more is written; nothing when it is at its end.
    left: Option<usize>,
}

impl Writing {
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(prelude) = self.prelude.take() {
            return Some(prelude);
        }
        let Some(left) = self.left else {
            self.receiver.done();
            return None;
        };
        let (frame, is_last) = match self.receiver.next().await {
            Received::Frame(frame) => (frame, false),
            Received::Close(frame) => (frame, true),
        };
        let written = self.transport.write(&frame);
        self.left = left.checked_sub(written.len()).filter(|_| !is_last);
        Some(written)
    }
}

/// Hears what is sent; gives a refusal if there is one.
async fn send(app: &App, names: &Names, payload: &str) -> Option<Response> {
    let (_, name) = &names.0;
    let found = app.live.sessions.find(name).filter(|_| are_names(names));
    let Some(session) = found else {
        return Some(missing());
    };
    if payload.is_empty() {
        return Some(failed("Payload expected."));
    }
    let Some(messages) = frame::parse(payload) else {
        return Some(failed("Broken JSON encoding."));
    };
    for message in messages {
        session.conversation().hear(&message).await;
    }
    None
}

/// The function that a script is to call.
fn callback(uri: &Uri) -> Result<String, &'static str> {
    let query = uri.query().unwrap_or_default();
    let given = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "c");
    let callback = given.map(|(_, value)| value.into_owned());
    let callback = callback.filter(|callback| !callback.is_empty());
    let callback = callback.ok_or("\"callback\" parameter required")?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if callback.bytes().all(is_name) && callback.len() <= NAME {
        Ok(callback)
    } else {
        Err("invalid \"callback\" parameter")
    }
}

fn failed(text: &'static str) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, TEXT, text).into_response()
}
