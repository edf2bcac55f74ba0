//! A feed as an event stream (`text/event-stream`): what `EventSource` reads in browsers, and programs
//! as plain lines. The data of each event is an activity, its id is the activity's, which is also what
//! `since` takes in pages of the feed; so a reader goes on where a page or a lost stream has ended.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::HEARTBEAT;
use super::batches::{Batch, Update};
use super::follow::Follow;
use super::seats::Seat;
use crate::app::App;
use crate::auth::Credential;
use crate::domain::streams::Stream;
use crate::edge::Remote;
use crate::error::{Error, Result};
use crate::wire::{Incoming, Reply};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// The id that stands before the first activity of an empty feed.
const START: &str = "start";

/// How long a reader should wait before they come back, in milliseconds.
const RETRY: u32 = 3_000;

/// Answers reads of feeds that ask for events; leaves all others as they are.
pub(crate) async fn events(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if *request.method() != Method::GET || !accepts_events(request.headers()) {
        return next.run(request).await;
    }
    let target = request.uri().path_and_query();
    let url = format!(
        "{}{}",
        app.site.urls.base(),
        target.map_or("/", |t| t.as_str())
    );
    match find(&app, &url) {
        Ok(Some(stream)) => open(app, stream, request).await.into_response(),
        Ok(None) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

/// The feed at an address. Only a group's has a query of its own; in others `since` may stand there.
fn find(app: &App, url: &str) -> Result<Option<Stream>> {
    app.store.read(|snapshot| {
        let found = Stream::find(snapshot, &app.site, url)?;
        match (found, url.split_once('?')) {
            (None, Some((path, _))) => Stream::find(snapshot, &app.site, path),
            _ => Ok(found),
        }
    })
}

async fn open(app: Arc<App>, stream: Stream, request: Request) -> Reply {
    let remote = request.extensions().get::<Remote>().copied();
    let incoming = Incoming::read(request).await?;
    let credential = Credential::of(&app, &incoming).await?;
    let after = last_seen(&incoming);
    let now = app.now();
    let (position, newest) = app.store.read(|snapshot| {
        let viewer = credential.viewer(snapshot, now)?;
        let viewer = viewer.ok_or_else(|| Error::unauthorized("Not logged in."))?;
        stream.require(snapshot, &app.site, &viewer)?;
        let position = match after.as_deref() {
            None => None,
            Some(START) => Some(0),
            Some(id) => Some(stream.position(snapshot, id)?.ok_or_else(|| {
                Error::bad_request(format!(
                    "id '{id}' not found in stream '{}'",
                    incoming.uri.path()
                ))
            })?),
        };
        let newest = match stream.newest(snapshot)? {
            0 => Some(START.to_owned()),
            _ => stream.newest_id(snapshot, &app.site, &viewer)?,
        };
        Ok::<_, Error>((position, newest))
    })?;
    let seat = app.live.seats.take("events", remote)?;
    let wake = Arc::default();
    let follow = Follow::begin(&app, stream, position, &wake)?;
    let place = after.or(newest);
    let events = Events {
        pending: VecDeque::from([greeting(place.as_deref())]),
        follow,
        credential,
        wake,
        app,
        _seat: seat,
    };
    let body = stream::unfold(events, |mut events| async {
        let piece = events.next().await?;
        Some((Ok::<_, Infallible>(piece), events))
    });
    let mut response = Response::new(Body::from_stream(body));
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    Ok(response)
}

const HEADERS: [(HeaderName, &str); 3] = [
    (header::CONTENT_TYPE, "text/event-stream"),
    (header::CACHE_CONTROL, "no-store"),
    // Proxies must not wait until they have a buffer full.
    (HeaderName::from_static("x-accel-buffering"), "no"),
];

/// One reader's stream.
struct Events {
    pending: VecDeque<Bytes>,
    follow: Follow,
    credential: Credential,
    wake: Arc<Notify>,
    app: Arc<App>,
    /// Given back last, when nothing of the server is held any more.
    _seat: Seat,
}

impl Events {
    /// What is sent next; nothing when the stream ends: with the server, or when the reader's right to
    /// it does.
    async fn next(&mut self) -> Option<Bytes> {
        let ending = self.app.live.ending();
        tokio::pin!(ending);
        loop {
            if let Some(piece) = self.pending.pop_front() {
                return Some(piece);
            }
            if self.follow.is_due() {
                let batch = self.follow.take(&self.app, &self.credential).ok()??;
                self.pending.extend(written(&batch));
                continue;
            }
            tokio::select! {
                () = &mut ending => return None,
                () = self.wake.notified() => {}
                () = sleep(HEARTBEAT) => {
                    self.check()?;
                    return Some(Bytes::from_static(b":\n\n"));
                }
            }
        }
    }

    /// Whether the reader may still read.
    fn check(&self) -> Option<()> {
        let now = self.app.now();
        let viewer = self
            .app
            .store
            .read(|snapshot| self.credential.viewer(snapshot, now));
        viewer.ok()?.map(drop)
    }
}

/// The beginning of a stream: it tells a reader at which place they are, even before anything is new.
fn greeting(place: Option<&str>) -> Bytes {
    let place = place.filter(|id| is_line(id));
    let id = place.map_or_else(String::new, |id| format!("id: {id}\n"));
    Bytes::from(format!("retry: {RETRY}\n{id}\n"))
}

/// A batch as it is sent; nothing if it is empty.
fn written(batch: &Batch) -> Option<Bytes> {
    let mut text = String::new();
    for Update { id, activity } in &batch.updates {
        if is_line(id) {
            text.extend(["id: ", id, "\n"]);
        }
        // JSON as it is written here has no line breaks.
        text.extend(["data: ", activity, "\n\n"]);
    }
    (!text.is_empty()).then(|| Bytes::from(text))
}

/// Whether an id fits into a line. Those that are made here do.
fn is_line(id: &str) -> bool {
    !id.contains(['\r', '\n', '\0'])
}

/// The last activity that a reader has seen: what `EventSource` says when it comes back, or `since`.
fn last_seen(incoming: &Incoming) -> Option<String> {
    let header = incoming.headers.get(LAST_EVENT_ID);
    let header = header.and_then(|id| Some(id.to_str().ok()?.to_owned()));
    header
        .or_else(|| incoming.query("since"))
        .filter(|id| !id.is_empty())
}

fn accepts_events(headers: &HeaderMap) -> bool {
    let lists = headers.get_all(header::ACCEPT).iter();
    lists
        .filter_map(|list| list.to_str().ok())
        .flat_map(|list| list.split(','))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case("text/event-stream"))
}
