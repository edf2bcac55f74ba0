//! A conversation with a client of pump.io (pump.io protocol, sections 8.1 and 8.2), whatever it
//! travels on: what the client says is heard, what it is to be told is asked for.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota};
use serde_json::{Value, json};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::batches::Batch;
use super::challenge::{Answer, Challenge};
use super::follow::Follow;
use super::seats::Seat;
use crate::app::App;
use crate::auth::Credential;
use crate::domain::Viewer;
use crate::domain::streams::Stream;
use crate::edge::Remote;
use crate::error::{Error, Result};

/// The largest message, in bytes.
pub(super) const LARGEST: usize = 16 * 1_024;
/// How many feeds one client may follow.
const FOLLOWS: usize = 100;
/// How many messages may wait to be taken.
const WAITING: usize = 64;
/// How many messages a second a client may send in the long run, and how many at once.
const RATE: Quota =
    Quota::per_second(NonZeroU32::new(20).unwrap()).allow_burst(NonZeroU32::new(200).unwrap());
/// Who follows nothing and says nothing for so long is let go.
const IDLE: Duration = Duration::from_secs(600);

/// One client.
pub(super) struct Conversation {
    app: Arc<App>,
    state: Mutex<State>,
    /// Wakes whoever waits for something to tell.
    wake: Arc<Notify>,
    rate: DefaultDirectRateLimiter,
    /// Given back last, when nothing of the server is held any more.
    _seat: Seat,
}

struct State {
    credential: Credential,
    /// The challenge that was not answered yet.
    challenge: Option<Challenge>,
    /// By the address that the client gave. Who was told something last stands last.
    follows: Vec<(String, Follow)>,
    /// What is to be told next.
    messages: VecDeque<String>,
    heard: Instant,
    closed: Option<Close>,
}

/// How a conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

impl Close {
    /// Whatever a client does wrong (section 8.2), and when its credentials end.
    pub(super) const NORMAL: Self = Self::new(1000, "Normal closure");
    pub(super) const GOING_AWAY: Self = Self::new(1001, "Going away");
    pub(super) const INTERRUPTED: Self = Self::new(1002, "Connection interrupted");
    pub(super) const TOO_MUCH: Self = Self::new(1008, "Too many messages or feeds");
    pub(super) const TOO_LARGE: Self = Self::new(1009, "Message too big");
    const FAILED: Self = Self::new(1011, "The server could not do this");
    pub(super) const STILL_OPEN: Self = Self::new(2010, "Another connection still open");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }
}

impl Conversation {
    /// Begins with a challenge. `kind` is what it travels on.
    pub(super) fn begin(app: Arc<App>, kind: &'static str, remote: Option<Remote>) -> Result<Self> {
        let seat = app.live.seats.take(kind, remote)?;
        let conversation = Self {
            state: Mutex::new(State {
                credential: Credential::Nothing,
                challenge: None,
                follows: Vec::new(),
                messages: VecDeque::new(),
                heard: Instant::now(),
                closed: None,
            }),
            wake: Arc::default(),
            rate: DefaultDirectRateLimiter::direct(RATE),
            app,
            _seat: seat,
        };
        conversation.challenge()?;
        Ok(conversation)
    }

    /// What is to be told next; waits until there is something.
    pub(super) async fn next(&self) -> Result<String, Close> {
        let ending = self.app.live.ending();
        tokio::pin!(ending);
        loop {
            if let Some(message) = self.ready()? {
                return Ok(message);
            }
            tokio::select! {
                () = &mut ending => return Err(Close::GOING_AWAY),
                () = self.wake.notified() => {}
            }
        }
    }

    /// What is to be told next, if there is something.
    pub(super) fn ready(&self) -> Result<Option<String>, Close> {
        let mut state = self.lock();
        if let Some(close) = state.closed {
            return Err(close);
        }
        if let Some(message) = state.messages.pop_front() {
            return Ok(Some(message));
        }
        while let Some(due) = state.follows.iter().position(|(_, follow)| follow.is_due()) {
            let (url, mut follow) = state.follows.remove(due);
            let close = match follow.take(&self.app, &state.credential) {
                Ok(Some(batch)) => {
                    state.messages.extend(updates(&url, &batch));
                    None
                }
                Ok(None) => Some(Close::NORMAL),
                Err(_) => Some(Close::FAILED),
            };
            if let Some(close) = close {
                state.closed = Some(close);
                return Err(close);
            }
            state.follows.push((url, follow));
            if let Some(message) = state.messages.pop_front() {
                return Ok(Some(message));
            }
        }
        Ok(None)
    }

    /// Hears a message of the client. What is no JSON ends the conversation; what is no command is
    /// nothing.
    pub(super) async fn hear(&self, text: &str) {
        if self.rate.check().is_err() {
            return self.close(Close::TOO_MUCH);
        }
        if text.len() > LARGEST {
            return self.close(Close::TOO_LARGE);
        }
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return self.close(Close::NORMAL);
        };
        self.lock().heard = Instant::now();
        let url = message["url"].as_str();
        let done = match (message["cmd"].as_str(), url) {
            (Some("follow"), Some(url)) => self.follow(url),
            (Some("unfollow"), Some(url)) => {
                self.lock().follows.retain(|(followed, _)| followed != url);
                Ok(())
            }
            (Some("request"), _) => self.challenge(),
            (Some("rise"), _) => self.rise(message["message"].clone()).await,
            _ => Ok(()),
        };
        if let Err(error) = done {
            self.close(if error.status.is_server_error() {
                Close::FAILED
            } else {
                Close::NORMAL
            });
        }
    }

    /// Ends it, unless it has ended.
    pub(super) fn close(&self, close: Close) {
        self.lock().closed.get_or_insert(close);
        self.wake.notify_one();
    }

    /// Looks from time to time whether the client may still listen, and does.
    pub(super) fn check(&self) {
        let (credential, is_idle) = {
            let state = self.lock();
            let is_idle = state.follows.is_empty() && state.heard.elapsed() > IDLE;
            (state.credential.clone(), is_idle)
        };
        match self.viewer(&credential) {
            Ok(Some(_)) if !is_idle => {}
            Ok(_) => self.close(Close::NORMAL),
            Err(_) => self.close(Close::FAILED),
        }
    }

    /// Follows a feed from now on. Whether the client may read it is looked at whenever something
    /// arrives there, because the client may say later who it is.
    fn follow(&self, url: &str) -> Result<()> {
        let app = &self.app;
        let found = app
            .store
            .read(|snapshot| Stream::find(snapshot, &app.site, url))?;
        let mut state = self.lock();
        let is_followed = state.follows.iter().any(|(followed, _)| followed == url);
        let Some(stream) = found.filter(|_| !is_followed) else {
            return Ok(());
        };
        if state.follows.len() == FOLLOWS {
            drop(state);
            self.close(Close::TOO_MUCH);
            return Ok(());
        }
        let follow = Follow::begin(app, stream, None, &self.wake)?;
        state.follows.push((url.to_owned(), follow));
        Ok(())
    }

    /// Asks the client who it is. A challenge before that can no longer be answered.
    fn challenge(&self) -> Result<()> {
        let challenge = Challenge::new(&self.app)?;
        let message = json!({"cmd": "challenge", "url": challenge.url(), "method": "GET"});
        self.lock().challenge = Some(challenge);
        self.tell(&message);
        Ok(())
    }

    /// Takes the answer to a challenge, once.
    async fn rise(&self, answer: Value) -> Result<()> {
        let challenge = self.lock().challenge.take();
        let challenge = challenge.ok_or_else(|| Error::bad_request("No challenge"))?;
        let answer = serde_json::from_value::<Answer>(answer)
            .map_err(|error| Error::bad_request(error.to_string()))?;
        let credential = challenge.check(&self.app, &answer).await?;
        let authenticated = match self.viewer(&credential)? {
            Some(Viewer::User(user)) => json!({"cmd": "authenticated", "user": user.nickname}),
            Some(Viewer::Public) => json!({"cmd": "authenticated"}),
            None => return Err(Error::unauthorized("Not logged in.")),
        };
        self.lock().credential = credential;
        self.tell(&authenticated);
        Ok(())
    }

    /// Puts a message behind those that wait. Who lets too many wait is not told any more.
    fn tell(&self, message: &Value) {
        let mut state = self.lock();
        if state.messages.len() >= WAITING {
            state.closed.get_or_insert(Close::TOO_MUCH);
        } else {
            state.messages.push_back(message.to_string());
        }
        self.wake.notify_one();
    }

    fn viewer(&self, credential: &Credential) -> Result<Option<Viewer>> {
        let now = self.app.now();
        self.app
            .store
            .read(|snapshot| credential.viewer(snapshot, now))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The messages that tell of a batch. `url` is the feed as the client named it.
fn updates(url: &str, batch: &Batch) -> impl Iterator<Item = String> {
    let url = Value::from(url);
    let activities = batch.updates.iter().map(|update| &update.activity);
    activities
        .map(move |activity| format!(r#"{{"cmd":"update","url":{url},"activity":{activity}}}"#))
}
