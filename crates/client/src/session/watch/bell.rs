//! pump.io's own way to tell of news (pump.io protocol, section 8): a WebSocket on which a feed is
//! followed. What it tells lacks and shows other things than a read does, and not everything that
//! arrives is told; so it is a bell only, and the feed is read when it rings.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderValue, Method};
use pumphouse_activity::Activity;
use pumphouse_oauth1::header::Authorization;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use url::Url;

use super::super::account::Session;
use super::super::page::PageRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Outgoing, Redirects, Upgraded, same_origin};

/// Where servers take WebSockets without frames of SockJS.
const PATH: &str = "/main/realtime/sockjs/websocket";
/// What is being done, for error texts.
const PURPOSE: &str = "listening to a server";
/// How long the server may take to say who is there.
const OPENING: Duration = Duration::from_secs(30);
/// How often the server is asked for a sign of life, which it gives by itself nowhere.
const PING: Duration = Duration::from_secs(25);
/// Whoever is silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(60);
/// How often it rings at most: what is told in between is rung for together.
const RINGS: Duration = Duration::from_secs(1);
/// How much may be read ahead, in bytes.
const BUFFER: usize = 8 * 1024;

/// A connection that says when there is news.
pub(super) struct Bell {
    socket: WebSocketStream<Upgraded>,
    /// When something was heard last, and asked for.
    heard: Instant,
    asked: Instant,
    /// When it may ring again.
    rings_from: Instant,
}

/// What a server says; the rest of it is not needed here.
#[derive(Deserialize)]
#[serde(tag = "cmd", rename_all = "lowercase")]
enum Said {
    Challenge {
        url: Url,
        method: String,
    },
    Authenticated {
        #[serde(default)]
        user: Option<String>,
    },
    Update {},
    #[serde(other)]
    Other,
}

impl Bell {
    /// Connects, says whose account it is, and follows a feed; gives nothing if that is not on the
    /// account's own server.
    pub(super) async fn open(request: &PageRequest<Activity>) -> Result<Option<Self>> {
        let session = request.session();
        let feed = request.at(None).url().await?;
        if !same_origin(&session.endpoints().base, &feed) {
            return Ok(None);
        }
        let mut bell = Self::connect(session).await?;
        let opening = timeout(OPENING, bell.follow(session, &feed)).await;
        opening
            .map_err(|_| Error::new(ErrorKind::Timeout, format!("{PURPOSE}: it says nothing")))??;
        Ok(Some(bell))
    }

    async fn connect(session: &Session) -> Result<Self> {
        let key = generate_key();
        let mut request = Outgoing::new(PURPOSE, Method::GET, session.endpoints().api(PATH));
        request.redirects = Redirects::Nowhere;
        let invalid = |_| useless("no key for it could be made");
        let headers = [
            (CONNECTION, HeaderValue::from_static("Upgrade")),
            (UPGRADE, HeaderValue::from_static("websocket")),
            (SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
            (SEC_WEBSOCKET_KEY, key.parse().map_err(invalid)?),
        ];
        request.headers = HeaderMap::from_iter(headers);
        let transport = session.client().transport();
        let (headers, upgraded) = transport.upgrade(request).await?;
        let accept = headers.get(SEC_WEBSOCKET_ACCEPT).map(HeaderValue::as_bytes);
        if accept != Some(derive_accept_key(key.as_bytes()).as_bytes()) {
            return Err(useless("it does not speak WebSocket"));
        }
        let largest = Some(transport.answer_size());
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(0)
            .max_message_size(largest)
            .max_frame_size(largest);
        let socket = WebSocketStream::from_raw_socket(upgraded, Role::Client, Some(config)).await;
        let now = Instant::now();
        Ok(Self {
            socket,
            heard: now,
            asked: now,
            rings_from: now,
        })
    }

    /// Answers the challenge, and follows the feed once that was believed.
    async fn follow(&mut self, session: &Session, feed: &Url) -> Result<()> {
        let mut has_risen = false;
        loop {
            match self.hear().await? {
                Some(Said::Challenge { url, method }) if !has_risen => {
                    let rise = rise(session, url, &method)?;
                    self.say(&rise).await?;
                    has_risen = true;
                }
                Some(Said::Authenticated { user: Some(_) }) => break,
                Some(_) => {}
                None => return Err(useless("it does not believe who is there")),
            }
        }
        self.say(&json!({"cmd": "follow", "url": feed.as_str()}))
            .await
    }

    async fn say(&mut self, what: &Value) -> Result<()> {
        let said = self.socket.send(Message::text(what.to_string())).await;
        said.map_err(lost)
    }

    /// What is said next; nothing when the connection has ended.
    async fn hear(&mut self) -> Result<Option<Said>> {
        loop {
            let ask = self.asked.max(self.heard) + PING;
            let Ok(message) = timeout_at(ask, self.socket.next()).await else {
                if self.heard.elapsed() >= SILENCE {
                    return Err(useless("it is silent"));
                }
                self.asked = Instant::now();
                self.socket
                    .send(Message::Ping(Vec::new().into()))
                    .await
                    .map_err(lost)?;
                continue;
            };
            self.heard = Instant::now();
            match message.transpose().map_err(lost)? {
                None | Some(Message::Close(_)) => return Ok(None),
                Some(Message::Text(text)) => {
                    let said = serde_json::from_str(&text);
                    return said
                        .map(Some)
                        .map_err(|error| useless("it says no JSON").with_source(error));
                }
                Some(_) => {}
            }
        }
    }

    /// Waits until there may be news; `false` when the connection has ended.
    ///
    /// It may be left at any time and called again.
    pub(super) async fn ring(&mut self) -> Result<bool> {
        loop {
            match self.hear().await? {
                Some(Said::Update {}) => break,
                Some(_) => {}
                None => return Ok(false),
            }
        }
        while Instant::now() < self.rings_from {
            if let Ok(said) = timeout_at(self.rings_from, self.hear()).await
                && said?.is_none()
            {
                return Ok(false);
            }
        }
        self.rings_from = Instant::now() + RINGS;
        Ok(true)
    }
}

/// The answer to a challenge: the OAuth parameters of a request for its address, which is never sent.
///
/// Only addresses of challenges on the account's own server are signed, which nothing else answers.
fn rise(session: &Session, url: Url, method: &str) -> Result<Value> {
    let base = session.endpoints().api("/main/realtime/sockjs/");
    let is_challenge = url.path().starts_with(base.path()) && url.path().ends_with("/challenge");
    let is_own = same_origin(&base, &url) && url.query().is_none() && is_challenge;
    if !is_own || method != "GET" {
        let message = format!("{PURPOSE}: {url} is no challenge of the account's server");
        return Err(Error::new(ErrorKind::ForeignOrigin, message));
    }
    let request = Outgoing::new(PURPOSE, Method::GET, url);
    let header = request.authorization(&request.url, session.signer())?;
    let header = Authorization::parse(header.as_bytes())
        .map_err(|error| useless("the answer could not be signed").with_source(error))?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let parameters: Vec<[String; 2]> = header
        .params()
        .iter()
        .map(|parameter| [text(&parameter.name()), text(&parameter.value())])
        .collect();
    Ok(json!({"cmd": "rise", "message": {
        "action": request.url.as_str(),
        "method": "GET",
        "parameters": parameters,
    }}))
}

fn useless(why: &str) -> Error {
    Error::new(ErrorKind::InvalidAnswer, format!("{PURPOSE}: {why}"))
}

fn lost(error: tokio_tungstenite::tungstenite::Error) -> Error {
    let message = format!("{PURPOSE}: the connection broke");
    Error::new(ErrorKind::ConnectionLost, message).with_source(error)
}
