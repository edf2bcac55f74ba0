//! Answers that go on, read as they come.

use reqwest::Response;
use serde_json::Value;

use crate::reply::Reply;

/// An answer, piece by piece.
pub struct Pieces {
    response: Response,
    buffer: String,
}

/// A stream of events.
pub struct Events {
    pieces: Pieces,
    /// The id of the place at which the stream began.
    pub place: Option<String>,
}

/// What one event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: String,
    /// Its data.
    pub data: Value,
}

impl Pieces {
    pub(crate) fn new(response: Response) -> Self {
        Self {
            response,
            buffer: String::new(),
        }
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.response.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The text up to the next of these ends; nothing if there is no more.
    pub async fn until(&mut self, end: &str) -> Option<String> {
        loop {
            if let Some((text, rest)) = self.buffer.split_once(end) {
                let text = text.to_owned();
                self.buffer = rest.to_owned();
                return Some(text);
            }
            // A server that is dropped does not end its answers well.
            let piece = self.response.chunk().await.ok()??;
            let piece = std::str::from_utf8(&piece).expect("UTF-8");
            self.buffer.push_str(piece);
        }
    }
}

impl Events {
    pub(crate) async fn begin(response: Response) -> Self {
        let mut pieces = Pieces::new(response);
        if pieces.header("content-type") != "text/event-stream" {
            panic!("no events: {:?}", Reply::read(pieces.response).await);
        }
        let greeting = pieces.until("\n\n").await.expect("a greeting");
        Self {
            place: field(&greeting, "id"),
            pieces,
        }
    }

    /// The next event; nothing if the stream has ended. What is there to keep the connection open is
    /// passed over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.pieces.until("\n\n").await?;
            if let Some(data) = field(&block, "data") {
                return Some(Event {
                    id: field(&block, "id").expect("an id"),
                    data: serde_json::from_str(&data).expect("JSON"),
                });
            }
        }
    }

    /// The ids of so many events.
    pub async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < count {
            let event = self.next().await;
            ids.push(event.expect("the stream goes on").id);
        }
        ids
    }
}

fn field(block: &str, name: &str) -> Option<String> {
    let mut lines = block.lines();
    lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
}
