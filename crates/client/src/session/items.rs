//! Collections item by item, over all their pages, on servers of every quality.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};

use super::item::Item;
use super::page::{Cursor, Page, PageRequest};
use crate::error::Result;

/// How many items are asked for at once, unless it is said.
const PAGE: u16 = 50;
/// No stream is longer, unless it is said: a server that invents items has to end somewhere.
const LONGEST: u64 = 1_000_000;
/// No more is turned round, unless it is said, because it is all kept until then.
const LONGEST_TURNED: u64 = 10_000;

/// Asks for the items of a collection one by one. Made by the `items` methods of collections.
///
/// Newest first; [`since`](Self::since) and [`oldest_first`](Self::oldest_first) turn it round. An item comes once, however often the
/// server lists it. It ends with the items, and also where a server gives the same page for ever.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let mut newest = session.inbox().major().items().limit(100).stream();
/// while let Some(activity) = newest.next().await {
///     println!("{:?}", activity?.content);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Items<T> {
    request: PageRequest<T>,
    ascending: bool,
    oldest_first: bool,
    limit: Option<u64>,
}

/// The items of a collection as they come. Made by [`Items::stream`] and
/// [`Watch::stream`](super::Watch::stream).
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// // It is a `Stream`, too.
/// let mut people = session.following().items().stream();
/// while let Some(person) = people.next().await {
///     println!("{:?}", person?.acct());
/// }
/// # Ok(())
/// # }
/// ```
pub struct ItemStream<T> {
    inner: Pin<Box<dyn Stream<Item = Result<T>> + Send>>,
}

impl<T: Item> Items<T> {
    pub(super) fn new(request: PageRequest<T>) -> Self {
        Self {
            request,
            ascending: false,
            oldest_first: false,
            limit: None,
        }
    }

    /// No more than so many.
    #[must_use]
    pub fn limit(mut self, items: u64) -> Self {
        self.limit = Some(items);
        self
    }

    /// How many are asked for at once: at most 200.
    #[must_use]
    pub fn page_size(mut self, items: u16) -> Self {
        self.request = self.request.count(items);
        self
    }

    /// Only what is older than the item with this id, newest first. Takes back `since`.
    #[must_use]
    pub fn before(mut self, id: impl Into<String>) -> Self {
        self.request = self.request.before(id);
        self.ascending = false;
        self
    }

    /// Only what is newer than the item with this id, **oldest first**. Takes back `before`.
    ///
    /// Not for favourites, uploads, replies, shares and documents, where old servers know no ids
    /// (pump.io protocol, section 5.2).
    #[must_use]
    pub fn since(mut self, id: impl Into<String>) -> Self {
        self.request = self.request.since(id);
        self.ascending = true;
        self
    }

    /// The oldest of them first, also in collections where servers know no [`since`](Self::since):
    /// they are all read before the first is given. If there are more than the
    /// [limit](Self::limit), here 10 000 unless said otherwise, it is the newest that are given.
    #[must_use]
    pub fn oldest_first(mut self) -> Self {
        self.oldest_first = true;
        self
    }

    /// How long each page may take, see [`PageRequest::timeout`].
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.request = self.request.timeout(timeout);
        self
    }

    /// How often a page is asked for again, see [`PageRequest::retries`].
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.request = self.request.retries(retries);
        self
    }

    /// Begins. Pages are asked for when their items are.
    ///
    /// After an error the stream has ended.
    pub fn stream(self) -> ItemStream<T> {
        let size = self.request.asked().unwrap_or(PAGE);
        // What is newer than something comes in this order anyway.
        let turns = self.oldest_first && !self.ascending;
        let longest = if turns { LONGEST_TURNED } else { LONGEST };
        let limit = self.limit.unwrap_or(longest);
        let few = u16::try_from(limit).unwrap_or(size).clamp(1, size.max(1));
        let walk = Walk {
            cursor: self.request.cursor(),
            request: self.request.count(few),
            ascending: self.ascending,
            turns,
            left: limit,
            more: true,
            seen: HashSet::new(),
            ready: VecDeque::new(),
        };
        ItemStream::new(stream::try_unfold(walk, Walk::next))
    }

    /// All of them at once.
    ///
    /// # Errors
    ///
    /// Those of the pages.
    pub async fn collect(self) -> Result<Vec<T>> {
        let mut stream = self.stream();
        let mut items = Vec::new();
        while let Some(item) = stream.next().await {
            items.push(item?);
        }
        Ok(items)
    }
}

impl<T> ItemStream<T> {
    pub(super) fn new(stream: impl Stream<Item = Result<T>> + Send + 'static) -> Self {
        Self {
            inner: Box::pin(stream),
        }
    }

    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T>> {
        self.inner.next().await
    }
}

impl<T> Stream for ItemStream<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.inner.as_mut().poll_next(cx)
    }
}

impl<T> fmt::Debug for ItemStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ItemStream")
    }
}

/// On the way through a collection.
struct Walk<T> {
    request: PageRequest<T>,
    /// Where the next page begins.
    cursor: Option<Cursor>,
    /// Whether there is a next page.
    more: bool,
    ascending: bool,
    /// Whether all is to be read first, and then turned round.
    turns: bool,
    left: u64,
    /// Ids of all items so far.
    seen: HashSet<String>,
    ready: VecDeque<T>,
}

impl<T: Item> Walk<T> {
    async fn next(mut self) -> Result<Option<(T, Self)>> {
        loop {
            if self.left == 0 {
                return Ok(None);
            }
            if self.turns {
                self.turn().await?;
            }
            if let Some(item) = self.ready.pop_front() {
                self.left -= 1;
                return Ok(Some((item, self)));
            }
            if !self.more {
                return Ok(None);
            }
            self.read().await?;
        }
    }

    async fn read(&mut self) -> Result<()> {
        let page = self.request.at(self.cursor.take()).send().await?;
        self.take(page);
        Ok(())
    }

    /// Reads all, as far as it goes, and turns it round.
    async fn turn(&mut self) -> Result<()> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        while self.more && self.ready.len() < left {
            self.read().await?;
        }
        self.ready.truncate(left);
        self.ready.make_contiguous().reverse();
        (self.turns, self.more) = (false, false);
        Ok(())
    }

    /// Takes over what is new on a page. A page without anything new is the last, whatever the
    /// server says.
    fn take(&mut self, page: Page<T>) {
        self.cursor = if self.ascending {
            let newest = page.items().first().and_then(Item::id);
            newest.map(|id| Cursor::Since(id.to_owned()))
        } else {
            page.older().cloned()
        };
        let known = self.seen.len();
        for item in page.into_items() {
            let is_new = item.id().is_none_or(|id| self.seen.insert(id.to_owned()));
            match (is_new, self.ascending) {
                (false, _) => {}
                (true, true) => self.ready.push_front(item),
                (true, false) => self.ready.push_back(item),
            }
        }
        self.more = self.cursor.is_some() && self.seen.len() > known;
    }
}
