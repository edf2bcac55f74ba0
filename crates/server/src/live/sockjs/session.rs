//! Conversations that outlive a request: one request after the other receives, others send.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::frame;
use crate::app::App;
use crate::edge::Remote;
use crate::error::{Error, Result};
use crate::live::HEARTBEAT;
use crate::live::conversation::{Close, Conversation};

/// A session ends when nobody has received from it for so long.
const LEFT: Duration = Duration::from_secs(5);
/// The most that one frame holds, in bytes, if it is not one message alone.
const FRAME: usize = 64 * 1_024;

/// All sessions.
#[derive(Default)]
pub(in crate::live) struct Sessions(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// By the name that the client chose, which only it knows.
    sessions: HashMap<String, Arc<Session>>,
    ended: bool,
}

/// One of them.
pub(super) struct Session {
    conversation: Conversation,
    place: Mutex<Place>,
}

/// Who receives.
struct Place {
    is_open: bool,
    is_taken: bool,
    /// Since when nobody has received.
    left: Instant,
}

/// Whoever receives from a session; only one at a time.
pub(super) struct Receiver {
    session: Arc<Session>,
    /// Whether what was taken out of the session was sent whole.
    is_done: bool,
}

/// What a receiver gets.
pub(super) enum Received {
    Frame(String),
    /// The last frame.
    Close(String),
}

impl Sessions {
    /// The session of a name; a new one if there is none.
    pub(super) fn open(
        &self,
        app: &Arc<App>,
        name: &str,
        kind: &'static str,
        remote: Option<Remote>,
    ) -> Result<Arc<Session>> {
        let mut kept = self.lock();
        if kept.ended {
            return Err(Error::new(
                http::StatusCode::SERVICE_UNAVAILABLE,
                "The server stops.",
            ));
        }
        Ok(match kept.sessions.entry(name.to_owned()) {
            Entry::Occupied(entry) => Arc::clone(entry.get()),
            Entry::Vacant(entry) => {
                let conversation = Conversation::begin(Arc::clone(app), kind, remote)?;
                Arc::clone(entry.insert(Arc::new(Session::new(conversation))))
            }
        })
    }

    /// The session of a name, if there is one.
    pub(super) fn find(&self, name: &str) -> Option<Arc<Session>> {
        self.lock().sessions.get(name).map(Arc::clone)
    }

    /// Forgets sessions that were left.
    pub(in crate::live) fn sweep(&self) {
        self.lock().sessions.retain(|_, session| {
            let place = session.lock();
            place.is_taken || place.left.elapsed() < LEFT
        });
    }

    /// Forgets all, and takes no more.
    pub(in crate::live) fn end(&self) {
        let mut kept = self.lock();
        kept.ended = true;
        kept.sessions.clear();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Session {
    fn new(conversation: Conversation) -> Self {
        Self {
            conversation,
            place: Mutex::new(Place {
                is_open: false,
                is_taken: false,
                left: Instant::now(),
            }),
        }
    }

    pub(super) fn conversation(&self) -> &Conversation {
        &self.conversation
    }

    /// Begins to receive; nobody may while somebody else does.
    pub(super) fn receive(self: &Arc<Self>) -> Result<Receiver, Close> {
        let mut place = self.lock();
        if place.is_taken {
            return Err(Close::STILL_OPEN);
        }
        place.is_taken = true;
        Ok(Receiver {
            session: Arc::clone(self),
            is_done: false,
        })
    }

    fn lock(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Receiver {
    /// What is sent next; waits for it, but not for longer than a heartbeat.
    pub(super) async fn next(&mut self) -> Received {
        if !std::mem::replace(&mut self.session.lock().is_open, true) {
            return Received::Frame(frame::OPEN.to_owned());
        }
        let conversation = &self.session.conversation;
        let first = match timeout(HEARTBEAT, conversation.next()).await {
            Ok(Ok(first)) => first,
            Ok(Err(close)) => return Received::Close(frame::close(close)),
            Err(_) => {
                conversation.check();
                return Received::Frame(frame::HEARTBEAT.to_owned());
            }
        };
        let mut length = first.len();
        let mut messages = vec![first];
        // The end, if it has come, is told next time.
        while length < FRAME
            && let Ok(Some(message)) = conversation.ready()
        {
            length += message.len();
            messages.push(message);
        }
        Received::Frame(frame::messages(&messages))
    }

    /// Says that what was received will arrive, as far as one can know.
    pub(super) fn done(&mut self) {
        self.is_done = true;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let mut place = self.session.lock();
        place.is_taken = false;
        place.left = Instant::now();
        drop(place);
        if !self.is_done {
            // Who went away in the middle may have missed something.
            self.session.conversation.close(Close::INTERRUPTED);
        }
    }
}
