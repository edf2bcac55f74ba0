//! A client of pump.io's realtime endpoint, over a WebSocket.

use futures_util::{SinkExt as _, StreamExt as _};
use pumphouse_testkit::{Call, Caller, TestServer};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

/// Where it is.
pub(crate) const ENDPOINT: &str = "/main/realtime/sockjs";

/// An open connection.
pub(crate) struct Socket(WebSocketStream<TcpStream>);

impl Socket {
    /// Connects without frames of SockJS.
    pub(crate) async fn raw(server: &TestServer) -> Self {
        Self::open(server, "/websocket").await
    }

    /// Connects to an address below the endpoint.
    pub(crate) async fn open(server: &TestServer, path: &str) -> Self {
        let below = server.base().strip_prefix("https://").unwrap();
        let request = format!("ws://{below}{ENDPOINT}{path}");
        let request = request.into_client_request().unwrap();
        let connected = tokio_tungstenite::client_async(request, server.connect().await);
        Self(connected.await.unwrap().0)
    }

    /// Sends text.
    pub(crate) async fn send(&mut self, text: impl Into<String>) {
        // The server may have closed.
        let _ = self.0.send(Message::text(text.into())).await;
    }

    /// Sends bytes.
    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) {
        self.0.send(Message::binary(bytes.to_vec())).await.unwrap();
    }

    /// Sends a message.
    pub(crate) async fn say(&mut self, message: &Value) {
        self.send(message.to_string()).await;
    }

    /// The next text; or else how the connection was closed.
    pub(crate) async fn receive(&mut self) -> Result<String, (u16, String)> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                Some(Ok(Message::Close(Some(frame)))) => {
                    return Err((frame.code.into(), frame.reason.as_str().to_owned()));
                }
                Some(Ok(Message::Close(None)) | Err(_)) | None => {
                    return Err((1006, String::new()));
                }
                Some(Ok(_)) => {}
            }
        }
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> Value {
        let text = self.receive().await.unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// How the connection is closed, which is what comes next.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        self.receive().await.unwrap_err()
    }

    /// The address of the challenge that comes next.
    pub(crate) async fn challenge(&mut self) -> String {
        let challenge = self.hear().await;
        assert_eq!(challenge["cmd"], "challenge", "{challenge}");
        challenge["url"].as_str().unwrap().to_owned()
    }

    /// Answers the challenge that comes next.
    pub(crate) async fn rise(&mut self, caller: &Caller) -> Value {
        let url = self.challenge().await;
        self.say(&rise(&caller.request("GET", &url), &url)).await;
        self.hear().await
    }

    /// Follows a feed of a user. No answer comes, so another command is used to see that it was heard.
    pub(crate) async fn follow(&mut self, url: &str) {
        self.say(&json!({"cmd": "follow", "url": url})).await;
        self.settle().await;
    }

    /// Waits until everything that was said has been heard.
    pub(crate) async fn settle(&mut self) {
        self.say(&json!({"cmd": "request"})).await;
        self.challenge().await;
    }

    /// The id of the activity of the update that comes next, and the feed that it is for.
    pub(crate) async fn update(&mut self) -> (String, String) {
        let update = self.hear().await;
        assert_eq!(update["cmd"], "update", "{update}");
        let id = update["activity"]["id"].as_str().unwrap();
        (update["url"].as_str().unwrap().to_owned(), id.to_owned())
    }
}

/// The answer to a challenge: the parameters of a signed request.
pub(crate) fn rise(call: &Call, url: &str) -> Value {
    json!({"cmd": "rise", "message": {"action": url, "method": "GET", "parameters": parameters(call)}})
}

/// The names and values in the header of a signed request.
pub(crate) fn parameters(call: &Call) -> Vec<(String, String)> {
    let header = call.signature();
    let parameters = header.strip_prefix("OAuth ").unwrap().split(',');
    let decoded = |text: &str| {
        let bytes = pumphouse_oauth1::percent::decode(text.as_bytes()).into_owned();
        String::from_utf8(bytes).unwrap()
    };
    parameters
        .map(|parameter| {
            let (name, value) = parameter.trim().split_once('=').unwrap();
            (decoded(name), decoded(value.trim_matches('"')))
        })
        .collect()
}
