//! Feeds: the inbox, the outbox, and their parts.

use pumphouse_activity::Activity;

use super::account::Session;
use super::page::PageRequest;

/// The halves of a feed (pump.io protocol, section 6.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Half {
    /// New notes, images, shares and the like.
    Major,
    /// Comments, likes, follows and everything else.
    Minor,
}

impl Half {
    fn path(half: Option<Self>) -> &'static str {
        match half {
            None => "",
            Some(Self::Major) => "/major",
            Some(Self::Minor) => "/minor",
        }
    }
}

/// What was delivered to the account, and what it did itself. Made by [`Session::inbox`].
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let mut page = Some(session.inbox().direct().major().page().count(50).send().await?);
/// while let Some(this) = page {
///     for activity in this.items() {
///         println!("{:?}", activity.content);
///     }
///     page = this.next().await?;
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Inbox {
    session: Session,
    direct: bool,
    half: Option<Half>,
}

impl Session {
    /// What was delivered to the account, and what it did itself.
    pub fn inbox(&self) -> Inbox {
        Inbox::new(self.clone())
    }

    /// What the account did.
    pub fn outbox(&self) -> Outbox {
        Outbox::new(self.clone())
    }
}

impl Inbox {
    fn new(session: Session) -> Self {
        Self {
            session,
            direct: false,
            half: None,
        }
    }

    /// Only what was addressed to the person alone, not to followers, lists or everybody.
    #[must_use]
    pub fn direct(mut self) -> Self {
        self.direct = true;
        self
    }

    /// Only what matters much: notes, images, shares and the like.
    #[must_use]
    pub fn major(mut self) -> Self {
        self.half = Some(Half::Major);
        self
    }

    /// Only what matters less: comments, likes, follows and the like.
    #[must_use]
    pub fn minor(mut self) -> Self {
        self.half = Some(Half::Minor);
        self
    }

    /// A page of it, the newest unless said otherwise.
    pub fn page(&self) -> PageRequest<Activity> {
        let direct = if self.direct { "/direct" } else { "" };
        let path = format!("/inbox{direct}{}", Half::path(self.half));
        PageRequest::new(self.session.clone(), "reading the inbox", &path)
    }
}

/// What the account did. Made by [`Session::outbox`].
#[derive(Clone, Debug)]
pub struct Outbox {
    session: Session,
    half: Option<Half>,
}

impl Outbox {
    fn new(session: Session) -> Self {
        Self {
            session,
            half: None,
        }
    }

    /// Only what matters much: notes, images, shares and the like.
    #[must_use]
    pub fn major(mut self) -> Self {
        self.half = Some(Half::Major);
        self
    }

    /// Only what matters less: comments, likes, follows and the like.
    #[must_use]
    pub fn minor(mut self) -> Self {
        self.half = Some(Half::Minor);
        self
    }

    /// A page of it, the newest unless said otherwise.
    pub fn page(&self) -> PageRequest<Activity> {
        let path = format!("/feed{}", Half::path(self.half));
        PageRequest::new(self.session.clone(), "reading the outbox", &path)
    }
}
