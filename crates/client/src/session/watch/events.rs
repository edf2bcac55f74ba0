//! A feed's own event stream, where the server offers one: a read of the feed that asks for
//! `text/event-stream` is answered by the activities themselves, as they arrive.

use std::time::Duration;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use pumphouse_activity::Activity;

use super::super::page::{Cursor, PageRequest};
use super::frames::Frames;
use crate::error::Result;
use crate::transport::{Opened, Outgoing, same_origin};

/// The place before the first activity of an empty feed.
const START: &str = "start";
/// Whoever is silent for so long is gone: servers give a sign of life every 25 s.
const SILENCE: Duration = Duration::from_secs(60);

/// A stream of events that is open.
pub(super) struct Events {
    opened: Opened,
    frames: Frames,
    /// How much has come since something new did, in bytes.
    idle: usize,
}

impl Events {
    /// Listens behind a place, or from the start; gives nothing if the server does not offer it.
    pub(super) async fn open(
        request: &PageRequest<Activity>,
        place: Option<&str>,
    ) -> Result<Option<Self>> {
        let since = Cursor::Since(place.unwrap_or(START).to_owned());
        let session = request.session();
        let url = request.at(Some(since)).url().await?;
        if !same_origin(&session.endpoints().base, &url) {
            return Ok(None);
        }
        let mut listening = Outgoing::new("listening to a feed", Method::GET, url);
        let events = HeaderValue::from_static("text/event-stream");
        listening.headers.insert(ACCEPT, events);
        let transport = session.client().transport();
        let opened = transport.open(listening, Some(session.signature())).await?;
        Ok(is_events(opened.headers()).then(|| Self {
            opened: opened.ended_by_silence(SILENCE),
            frames: Frames::default(),
            idle: 0,
        }))
    }

    /// The next activity; `None` when the stream has ended.
    pub(super) async fn next(&mut self) -> Result<Option<Activity>> {
        loop {
            if let Some(data) = self.frames.next() {
                return self.opened.part(data.into()).fitting().map(Some);
            }
            let Some(piece) = self.opened.next().await? else {
                return Ok(None);
            };
            self.idle += piece.len();
            // Whatever is in it: a line without end, empty events, or the same ones for ever.
            if self.idle > self.opened.answer_size() {
                return Err(self.opened.too_large());
            }
            self.frames.take(&piece);
        }
    }

    /// What has come last was new.
    pub(super) fn bring(&mut self) {
        self.idle = 0;
    }
}

fn is_events(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
    let essence = media_type.and_then(|it| it.split(';').next());
    essence.is_some_and(|it| it.trim().eq_ignore_ascii_case("text/event-stream"))
}
