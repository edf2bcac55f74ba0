//! A stream of events, read as it comes.

use reqwest::Response;
use serde_json::Value;

use crate::reply::Reply;

/// An open stream.
pub struct Events {
    response: Response,
    buffer: String,
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

impl Events {
    pub(crate) async fn begin(response: Response) -> Self {
        let kind = response.headers().get("content-type").cloned();
        if kind.is_none_or(|kind| kind != "text/event-stream") {
            panic!("no events: {:?}", Reply::read(response).await);
        }
        let mut events = Self {
            response,
            buffer: String::new(),
            place: None,
        };
        let greeting = events.block().await.expect("a greeting");
        events.place = field(&greeting, "id");
        events
    }

    /// The next event; nothing if the stream has ended. What is there to keep the connection open is
    /// passed over.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
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

    /// The text up to the next empty line.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.buffer.split_once("\n\n") {
                let block = block.to_owned();
                self.buffer = rest.to_owned();
                return Some(block);
            }
            // A server that is dropped does not end its answers well.
            let piece = self.response.chunk().await.ok()??;
            let piece = std::str::from_utf8(&piece).expect("UTF-8");
            self.buffer.push_str(piece);
        }
    }
}

fn field(block: &str, name: &str) -> Option<String> {
    let mut lines = block.lines();
    lines.find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.to_owned()))
}
