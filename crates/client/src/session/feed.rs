//! Feeds: collections that are read page by page, or item by item.

use pumphouse_activity::{Activity, Object};

use super::account::Session;
use super::address::Address;
use super::item::Item;
use super::items::Items;
use super::page::PageRequest;
use super::watch::Watch;

/// A collection on a server: followers, replies, lists, …. Made by the methods of [`Session`] and
/// [`Person`](super::Person) that are called like what they hold.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let mut people = session.followers().search("ali").items().limit(10).stream();
/// while let Some(person) = people.next().await {
///     println!("{:?}", person?.display_name);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Feed<T = Object> {
    request: PageRequest<T>,
}

impl<T> Feed<T> {
    pub(super) fn new(session: &Session, purpose: &'static str, address: Address) -> Self {
        Self {
            request: PageRequest::new(session.clone(), purpose, address),
        }
    }

    /// A page of it, the newest unless said otherwise.
    pub fn page(&self) -> PageRequest<T> {
        self.request.clone()
    }

    /// Only people whose name contains this text. Servers search among followers, people
    /// followed, people who like something, and members of groups (pump.io protocol, section 5.5).
    #[must_use]
    pub fn search(mut self, text: impl Into<String>) -> Self {
        self.request = self.request.search(text.into());
        self
    }
}

impl<T: Item> Feed<T> {
    /// Its items one by one, over all pages.
    pub fn items(&self) -> Items<T> {
        Items::new(self.page())
    }
}

impl Feed<Activity> {
    /// Its activities as they arrive.
    pub fn watch(&self) -> Watch {
        Watch::new(self.page())
    }
}

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

impl Inbox {
    pub(super) fn new(session: Session) -> Self {
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

    fn feed(&self) -> Feed<Activity> {
        let direct = if self.direct { "/direct" } else { "" };
        let path = format!("/inbox{direct}{}", Half::path(self.half));
        Feed::new(&self.session, "reading the inbox", self.session.own(&path))
    }

    /// A page of it, the newest unless said otherwise.
    pub fn page(&self) -> PageRequest<Activity> {
        self.feed().page()
    }

    /// Its activities one by one, over all pages.
    pub fn items(&self) -> Items<Activity> {
        self.feed().items()
    }

    /// Its activities as they arrive.
    pub fn watch(&self) -> Watch {
        Watch::new(self.page())
    }
}

/// What a person did. Made by [`Session::outbox`] and [`Person::outbox`](super::Person::outbox).
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let mut notes = session.outbox().major().items().limit(10).stream();
/// while let Some(activity) = notes.next().await {
///     println!("{:?}", activity?.content);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Outbox {
    session: Session,
    address: Address,
    half: Option<Half>,
}

impl Outbox {
    pub(super) fn new(session: Session, address: Address) -> Self {
        Self {
            session,
            address,
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

    fn feed(&self) -> Feed<Activity> {
        let address = self.address.clone().part(Half::path(self.half));
        Feed::new(&self.session, "reading the outbox", address)
    }

    /// A page of it, the newest unless said otherwise.
    pub fn page(&self) -> PageRequest<Activity> {
        self.feed().page()
    }

    /// Its activities one by one, over all pages.
    pub fn items(&self) -> Items<Activity> {
        self.feed().items()
    }

    /// Its activities as they arrive.
    pub fn watch(&self) -> Watch {
        Watch::new(self.page())
    }
}
