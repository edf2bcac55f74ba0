//! A feed as it grows, as one stream, by the best way that its server offers.
//!
//! Whatever the way, everything is known by reading the feed behind a place ([`place`]). A live
//! link ([`link`]) only makes it quicker: the feed's own [`events`], or a [`bell`] that says when to
//! read. When it ends, for whatever reason, the feed is read, and what that says decides
//! ([`patience`]).

mod bell;
mod events;
mod frames;
mod link;
mod patience;
mod pause;
mod place;
mod reach;
mod watching;

use std::time::Duration;

use futures_util::stream;
use pumphouse_activity::Activity;

use self::pause::Pause;
use self::reach::OnReach;
pub use self::reach::Reach;
use self::watching::Watching;
use super::items::ItemStream;
use super::page::PageRequest;

/// Asks for the activities of a feed as they arrive. Made by [`Inbox::watch`], [`Outbox::watch`]
/// and, for groups, [`Feed::watch`].
///
/// The stream tells every activity once, oldest first, and has no end but an error. Servers that
/// send events are listened to, by the feed's own event stream or by pump.io's WebSocket (pump.io
/// protocol, section 8). Others are asked again and again, the more seldom the less there is, and no
/// sooner than they say; every ten minutes it is seen whether they send events now.
/// Failures that pass, such as a server that starts anew, are waited out: nothing is lost, nothing
/// told twice. Activities without an id are passed over.
///
/// A client whose [idle timeout](crate::ClientBuilder::idle_timeout) is shorter than 25 s, in which
/// servers give a sign of life, does not listen for long.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let mut arriving = session.inbox().major().watch().stream();
/// while let Some(activity) = arriving.next().await {
///     println!("{:?}", activity?.content);
/// }
/// # Ok(())
/// # }
/// ```
///
/// [`Inbox::watch`]: super::Inbox::watch
/// [`Outbox::watch`]: super::Outbox::watch
/// [`Feed::watch`]: super::Feed::watch
#[derive(Clone, Debug)]
#[must_use = "nothing is watched before `stream`"]
pub struct Watch {
    request: PageRequest<Activity>,
    since: Option<String>,
    polling_only: bool,
    shortest_pause: Duration,
    longest_pause: Duration,
    on_reach: Option<OnReach>,
}

impl Watch {
    pub(super) fn new(request: PageRequest<Activity>) -> Self {
        Self {
            request,
            since: None,
            polling_only: false,
            shortest_pause: Duration::from_secs(5),
            longest_pause: Duration::from_secs(60),
            on_reach: None,
        }
    }

    /// Begins with what is newer than the activity with this id; else with what arrives from now on,
    /// whether or not the server can be reached yet.
    pub fn since(mut self, id: impl Into<String>) -> Self {
        self.since = Some(id.into());
        self
    }

    /// Does not listen, even where the server sends events.
    pub fn polling_only(mut self) -> Self {
        self.polling_only = true;
        self
    }

    /// The pause between two reads when there was something new: 5 s unless said otherwise, and at
    /// least 0.1 s.
    pub fn shortest_pause(mut self, pause: Duration) -> Self {
        self.shortest_pause = pause;
        self
    }

    /// The pause between two reads when there was nothing new for long, or the server failed: 60 s
    /// unless said otherwise.
    pub fn longest_pause(mut self, pause: Duration) -> Self {
        self.longest_pause = pause;
        self
    }

    /// Tells when the feed was read for the first time, when it can be read no more, and when it can
    /// again; each once.
    ///
    /// ```no_run
    /// # use pumphouse_client::{Reach, Session};
    /// # fn example(session: Session) {
    /// let watch = session.inbox().watch().on_reach(|reach| match reach {
    ///     Reach::Lost(error) => eprintln!("trying again: {error}"),
    ///     _ => eprintln!("watching"),
    /// });
    /// # drop(watch.stream());
    /// # }
    /// ```
    pub fn on_reach(mut self, hear: impl Fn(Reach<'_>) + Send + Sync + 'static) -> Self {
        self.on_reach = Some(OnReach::new(hear));
        self
    }

    /// Begins. Nothing is sent before the first item is asked for.
    ///
    /// The stream ends after an error, which is one that waiting does not mend:
    ///
    /// - the credentials are [refused](crate::ErrorKind::TokenRefused), or the feed is
    ///   [forbidden](crate::ErrorKind::Forbidden), [not found](crate::ErrorKind::NotFound),
    ///   [gone](crate::ErrorKind::Gone) or [too large](crate::ErrorKind::TooLarge);
    /// - the server [refuses](crate::ErrorKind::Refused) the id given to [`since`](Self::since);
    /// - before anything was read: whatever says that this is the wrong server, such as
    ///   [an unknown host](crate::ErrorKind::UnknownHost) or [no JSON](crate::ErrorKind::InvalidAnswer);
    /// - after that: answers that cannot be used, five times in a row.
    pub fn stream(self) -> ItemStream<Activity> {
        let pause = Pause::between(self.shortest_pause, self.longest_pause);
        let watching = Watching::new(
            self.request,
            self.since,
            pause,
            !self.polling_only,
            self.on_reach,
        );
        ItemStream::new(stream::try_unfold(watching, Watching::next))
    }
}
