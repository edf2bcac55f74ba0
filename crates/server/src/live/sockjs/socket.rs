//! Conversations over a WebSocket: as they are, or in frames of SockJS.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use tokio::time::{Instant, interval_at, timeout};

use super::{are_names, frame, missing};
use crate::app::App;
use crate::edge::Remote;
use crate::error::Result;
use crate::live::HEARTBEAT;
use crate::live::conversation::{Close, Conversation, LARGEST};
use crate::wire::Path;

/// A client from which nothing comes for so long, no answer to a ping either, is gone.
const SILENCE: Duration = Duration::from_secs(75);
/// How long a client may take to agree that the connection ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// What stands in the messages of the socket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Framing {
    /// The conversation's own.
    Raw,
    /// Frames of SockJS.
    Framed,
}

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

pub(super) async fn raw(
    app: State<Arc<App>>,
    caller: Option<Extension<Remote>>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response> {
    open(app, caller, &headers, upgrade, Framing::Raw)
}

pub(super) async fn framed(
    app: State<Arc<App>>,
    names: Path<(String, String)>,
    caller: Option<Extension<Remote>>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response> {
    if !are_names(&names) {
        return Ok(missing());
    }
    open(app, caller, &headers, upgrade, Framing::Framed)
}

fn open(
    State(app): State<Arc<App>>,
    caller: Option<Extension<Remote>>,
    headers: &HeaderMap,
    upgrade: Upgrade,
    framing: Framing,
) -> Result<Response> {
    let Ok(upgrade) = upgrade else {
        let wanted = headers.get(header::UPGRADE);
        let is_socket = wanted.is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
        let text = match is_socket {
            true => "\"Connection\" must be \"Upgrade\".",
            false => "Can \"Upgrade\" only to \"WebSocket\".",
        };
        return Ok((StatusCode::BAD_REQUEST, text).into_response());
    };
    let remote = caller.map(|Extension(remote)| remote);
    let conversation = Conversation::begin(app, "websocket", remote)?;
    // What is a little too large is told so; more is not read.
    let upgrade = upgrade
        .max_message_size(4 * LARGEST)
        .max_frame_size(4 * LARGEST)
        .read_buffer_size(4_096)
        .write_buffer_size(0);
    Ok(upgrade.on_upgrade(move |socket| converse(conversation, socket, framing)))
}

async fn converse(conversation: Conversation, mut socket: WebSocket, framing: Framing) {
    let ended = match talk(&conversation, &mut socket, framing).await {
        Ok(Some(close)) => part(&mut socket, framing, close).await,
        Ok(None) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a WebSocket ended early");
    }
}

/// Tells and hears until one side ends it; gives how, if it is this one.
async fn talk(
    conversation: &Conversation,
    socket: &mut WebSocket,
    framing: Framing,
) -> Result<Option<Close>, axum::Error> {
    if framing == Framing::Framed {
        socket.send(Message::text(frame::OPEN)).await?;
    }
    let mut beat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            message = conversation.next() => match message {
                Ok(message) => socket.send(framing.write(message)).await?,
                Err(close) => return Ok(Some(close)),
            },
            incoming = socket.recv() => {
                heard = Instant::now();
                match incoming.transpose()? {
                    None | Some(Message::Close(_)) => return Ok(None),
                    Some(Message::Text(text)) => framing.hear(conversation, &text).await,
                    Some(Message::Binary(_)) => conversation.close(Close::NORMAL),
                    Some(Message::Ping(_) | Message::Pong(_)) => {}
                }
            }
            _ = beat.tick() => {
                if heard.elapsed() > SILENCE {
                    return Ok(Some(Close::INTERRUPTED));
                }
                conversation.check();
                if framing == Framing::Framed {
                    socket.send(Message::text(frame::HEARTBEAT)).await?;
                }
                socket.send(Message::Ping(Bytes::new())).await?;
            }
        }
    }
}

/// Says how it ends, and waits a little until the client has heard that.
async fn part(socket: &mut WebSocket, framing: Framing, close: Close) -> Result<(), axum::Error> {
    if framing == Framing::Framed {
        socket.send(Message::text(frame::close(close))).await?;
    }
    let frame = CloseFrame {
        code: close.code,
        reason: close.reason.into(),
    };
    socket.send(Message::Close(Some(frame))).await?;
    let heard = async { while let Some(Ok(_)) = socket.recv().await {} };
    let _ = timeout(FAREWELL, heard).await;
    Ok(())
}

impl Framing {
    fn write(self, message: String) -> Message {
        match self {
            Self::Raw => Message::text(message),
            Self::Framed => Message::text(frame::messages(&[message])),
        }
    }

    async fn hear(self, conversation: &Conversation, text: &str) {
        match self {
            Self::Raw => conversation.hear(text).await,
            // Nothing is said by nothing.
            Self::Framed if text.is_empty() => {}
            Self::Framed => match frame::parse(text) {
                Some(messages) => {
                    for message in messages {
                        conversation.hear(&message).await;
                    }
                }
                None => conversation.close(Close::NORMAL),
            },
        }
    }
}
