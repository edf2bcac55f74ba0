//! Pages of collections.

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

use pumphouse_activity::Collection;
use url::{Url, form_urlencoded};

use super::account::Session;
use super::address::Address;
use super::item::{Item, say_types};
use super::received::Received;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Answer;

/// The most items that servers give at once (pump.io protocol, section 5.2).
const MAX_COUNT: u16 = 200;
/// How many they give if they are not asked for a number.
const DEFAULT_COUNT: u16 = 20;

/// Where a page begins. Servers refuse two of these at once, so there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cursor {
    /// Older than the item with this id.
    Before(String),
    /// Newer than the item with this id.
    Since(String),
    /// Behind this many items from the newest: for collections whose pages do not lead on.
    Offset(u64),
}

/// Asks for a page of a collection. Made by the `page` methods of collections.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let inbox = session.inbox().page().count(100).send().await?;
/// if let Some(last) = inbox.items().last().and_then(|it| it.id.as_deref()) {
///     let older = session.inbox().page().before(last).send().await?;
/// }
/// # Ok(())
/// # }
/// ```
pub struct PageRequest<T> {
    session: Session,
    purpose: &'static str,
    address: Address,
    search: Option<String>,
    count: Option<u16>,
    cursor: Option<Cursor>,
    items: PhantomData<fn() -> T>,
}

/// A page of a collection, newest items first.
///
/// The pages of a collection do not depend on each other: several readers may go through it at
/// different speeds, and what is posted in between shifts nothing.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// let page = session.followers().page().send().await?;
/// println!("{} of {:?}", page.items().len(), page.total_items());
/// if let Some(older) = page.next().await? {
///     println!("and {}", older.items().len());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Page<T> {
    request: PageRequest<T>,
    collection: Received<Collection<T>>,
    older: Option<Cursor>,
    newer: Option<Cursor>,
    date: Option<u64>,
}

impl<T> PageRequest<T> {
    pub(super) fn new(session: Session, purpose: &'static str, address: Address) -> Self {
        Self {
            session,
            purpose,
            address,
            search: None,
            count: None,
            cursor: None,
            items: PhantomData,
        }
    }

    /// How many items to give: at most 200, by default what the server thinks right (20).
    #[must_use]
    pub fn count(mut self, count: u16) -> Self {
        self.count = Some(count);
        self
    }

    /// Only people whose name contains this text.
    pub(super) fn search(mut self, text: String) -> Self {
        self.search = Some(text);
        self
    }

    /// Only what is older than the item with this id. Takes back `since` and `offset`.
    #[must_use]
    pub fn before(mut self, id: impl Into<String>) -> Self {
        self.cursor = Some(Cursor::Before(id.into()));
        self
    }

    /// Only what is directly newer than the item with this id. Takes back `before` and `offset`.
    #[must_use]
    pub fn since(mut self, id: impl Into<String>) -> Self {
        self.cursor = Some(Cursor::Since(id.into()));
        self
    }

    /// Only what stands behind so many items. Takes back `before` and `since`, which are better
    /// where there are ids: what is posted in between shifts all places.
    #[must_use]
    pub fn offset(mut self, items: u64) -> Self {
        self.cursor = Some(Cursor::Offset(items));
        self
    }

    /// How long it may take in all, also where another server has to be met first, in place of what
    /// was said [of the client](crate::ClientBuilder::timeout). The pages before and behind it have
    /// as long.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.session = self.session.with_timeout(timeout);
        self
    }

    /// How often it is asked for again, in place of what was said [of the
    /// client](crate::ClientBuilder::retries).
    #[must_use]
    pub fn retries(mut self, retries: u32) -> Self {
        self.session = self.session.with_retries(retries);
        self
    }

    /// How many items were asked for, if a number was said.
    pub(super) fn asked(&self) -> Option<u16> {
        self.count
    }

    /// Where the page begins.
    pub(super) fn cursor(&self) -> Option<Cursor> {
        self.cursor.clone()
    }

    /// Who asks.
    pub(super) fn session(&self) -> &Session {
        &self.session
    }

    /// Where the page is.
    pub(super) async fn url(&self) -> Result<Url> {
        let has_arguments = self.has_arguments();
        let url = self.session.locate(&self.address, has_arguments).await?;
        Ok(self.with_arguments(url))
    }

    /// The same from elsewhere in the collection.
    pub(super) fn at(&self, cursor: Option<Cursor>) -> Self {
        let mut request = self.clone();
        request.cursor = cursor;
        request
    }

    fn has_arguments(&self) -> bool {
        self.count.is_some() || self.cursor.is_some() || self.search.is_some()
    }

    fn with_arguments(&self, mut url: Url) -> Url {
        if !self.has_arguments() {
            return url;
        }
        let mut query = url.query_pairs_mut();
        match (self.count, &self.cursor) {
            (Some(count), _) => {
                query.append_pair("count", &count.to_string());
            }
            // What is too much on the page can then be told.
            (None, Some(Cursor::Offset(_))) => {
                query.append_pair("count", &DEFAULT_COUNT.to_string());
            }
            (None, _) => {}
        }
        if let Some(text) = &self.search {
            query.append_pair("q", text);
        }
        match &self.cursor {
            Some(Cursor::Before(id)) => query.append_pair("before", id),
            Some(Cursor::Since(id)) => query.append_pair("since", id),
            Some(Cursor::Offset(offset)) => query.append_pair("offset", &offset.to_string()),
            None => &mut query,
        };
        drop(query);
        url
    }
}

impl<T: Item> PageRequest<T> {
    /// Asks for the page.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](ErrorKind::InvalidInput) for a count above 200,
    /// [`Refused`](ErrorKind::Refused) if the server finds no item with the id given, and
    /// whatever can befall a signed request.
    pub async fn send(self) -> Result<Page<T>> {
        if self.count.is_some_and(|count| count > MAX_COUNT) {
            return Err(Error::new(
                ErrorKind::InvalidInput,
                format!("{}: a page has at most {MAX_COUNT} items", self.purpose),
            ));
        }
        let answer = self.session.in_all(self.purpose, self.answer()).await?;
        let mut received = Received::<Collection<T>>::decode(&answer)?;
        let (older, newer) = cursors(&received);
        let older = older.or_else(|| self.behind(&received));
        self.mend(received.value_mut());
        say_types(received.value_mut());
        Ok(Page {
            request: self,
            collection: received,
            older,
            newer,
            date: answer.date(),
        })
    }
}

impl<T> PageRequest<T> {
    async fn answer(&self) -> Result<Answer> {
        let url = self.url().await?;
        self.session.read(self.purpose, url).await
    }

    /// The place behind this page, on servers that lead on from no page of some collections
    /// (pump.io protocol, quirk 57): if there must be more, by their own count.
    fn behind(&self, collection: &Collection<T>) -> Option<Cursor> {
        let place = match self.cursor {
            None => 0,
            Some(Cursor::Offset(place)) => place,
            Some(Cursor::Before(_) | Cursor::Since(_)) => return None,
        };
        let length = collection.items.as_ref().map_or(0, Vec::len);
        let asked = self.count.unwrap_or(DEFAULT_COUNT);
        let next = place.saturating_add(asked.into());
        let is_more = match collection.total_items {
            Some(total) => length > 0 && total > next,
            None => length >= asked.into(),
        };
        is_more.then_some(Cursor::Offset(next))
    }

    /// Some servers give all items from the first, instead of those behind the place
    /// (pump.io protocol, section 5.2, "offset defect").
    fn mend(&self, collection: &mut Collection<T>) {
        let Some(Cursor::Offset(place)) = self.cursor else {
            return;
        };
        let asked = usize::from(self.count.unwrap_or(DEFAULT_COUNT));
        if let Some(items) = &mut collection.items
            && items.len() > asked
        {
            let place = usize::try_from(place).unwrap_or(usize::MAX);
            items.drain(..place.min(items.len()));
            items.truncate(asked);
        }
    }
}

impl<T> Page<T> {
    /// Where the next older page begins.
    pub(super) fn older(&self) -> Option<&Cursor> {
        self.older.as_ref()
    }

    /// When the server gave it, by its own clock, in seconds since 1970.
    pub(super) fn date(&self) -> Option<u64> {
        self.date
    }

    /// The items.
    pub fn items(&self) -> &[T] {
        self.collection.items.as_deref().unwrap_or_default()
    }

    /// The items, without the page.
    pub fn into_items(self) -> Vec<T> {
        self.collection.into_inner().items.unwrap_or_default()
    }

    /// How many items all pages have together, whether or not the reader may see them.
    pub fn total_items(&self) -> Option<u64> {
        self.collection.total_items
    }

    /// The whole document.
    pub fn collection(&self) -> &Collection<T> {
        &self.collection
    }

    /// The JSON of the document as the server sent it.
    pub fn raw(&self) -> &str {
        self.collection.raw()
    }

    /// Whether there seem to be older items. Some servers say so on the last page, too.
    pub fn has_next(&self) -> bool {
        self.older.is_some()
    }
}

impl<T: Item> Page<T> {
    /// The page with the next older items; `None` if there are none.
    ///
    /// # Errors
    ///
    /// As for [`PageRequest::send`].
    pub async fn next(&self) -> Result<Option<Self>> {
        self.turn(self.older.as_ref()).await
    }

    /// The page with the items directly newer than these; `None` if there are none yet.
    ///
    /// # Errors
    ///
    /// As for [`PageRequest::send`].
    pub async fn prev(&self) -> Result<Option<Self>> {
        self.turn(self.newer.as_ref()).await
    }

    async fn turn(&self, cursor: Option<&Cursor>) -> Result<Option<Self>> {
        let Some(cursor) = cursor else {
            return Ok(None);
        };
        let page = self.request.at(Some(cursor.clone())).send().await?;
        // Some servers give a page again, or link to empty ones without end.
        let turned = !page.items().is_empty() && page.raw() != self.raw();
        Ok(turned.then_some(page))
    }
}

/// Where the neighbouring pages begin. Of the server's links only the arguments are used, never
/// the address: a page leads nowhere but into its own collection.
fn cursors<T: Item>(collection: &Collection<T>) -> (Option<Cursor>, Option<Cursor>) {
    let items = collection.items.as_deref().unwrap_or_default();
    let id_of = |item: Option<&T>| item.and_then(Item::id).map(str::to_owned);
    let older = collection
        .next()
        .and_then(|link| cursor_of(link).or_else(|| id_of(items.last()).map(Cursor::Before)));
    let newer = collection
        .prev()
        .and_then(cursor_of)
        .or_else(|| id_of(items.first()).map(Cursor::Since));
    (older, newer)
}

fn cursor_of(link: &str) -> Option<Cursor> {
    let query = link.split_once('?')?.1;
    let query = query.split('#').next().unwrap_or_default();
    form_urlencoded::parse(query.as_bytes()).find_map(|(name, value)| {
        let value = value.into_owned();
        match &*name {
            "before" if !value.is_empty() => Some(Cursor::Before(value)),
            "since" if !value.is_empty() => Some(Cursor::Since(value)),
            "offset" => value.parse().ok().map(Cursor::Offset),
            _ => None,
        }
    })
}

// Written out because a derived `Clone` would ask for `T: Clone`.
impl<T> Clone for PageRequest<T> {
    fn clone(&self) -> Self {
        Self {
            session: self.session.clone(),
            purpose: self.purpose,
            address: self.address.clone(),
            search: self.search.clone(),
            count: self.count,
            cursor: self.cursor.clone(),
            items: PhantomData,
        }
    }
}

impl<T> fmt::Debug for PageRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRequest")
            .field("address", &self.address)
            .field("count", &self.count)
            .field("cursor", &self.cursor)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use pumphouse_activity::Activity;

    use super::*;

    fn cursors_of(json: &str) -> (Option<Cursor>, Option<Cursor>) {
        let collection: Collection<Activity> = serde_json::from_str(json).unwrap();
        cursors(&collection)
    }

    #[test]
    fn only_the_arguments_of_links_count() {
        let (older, newer) = cursors_of(
            r#"{"items": [{"id": "a"}, {"id": "b"}], "links": {
                "next": {"href": "http://evil.example/x?before=http%3A%2F%2Fa%2Fb"},
                "prev": {"href": "http://evil.example/x?since=a"}}}"#,
        );
        assert_eq!(older, Some(Cursor::Before("http://a/b".to_owned())));
        assert_eq!(newer, Some(Cursor::Since("a".to_owned())));
    }

    #[test]
    fn a_link_without_arguments_means_the_last_item() {
        let (older, newer) = cursors_of(
            r#"{"items": [{"id": "a"}, {"id": "b"}], "links": {"next": {"href": "/older"}}}"#,
        );
        assert_eq!(older, Some(Cursor::Before("b".to_owned())));
        assert_eq!(newer, Some(Cursor::Since("a".to_owned())));
    }

    #[test]
    fn the_last_page_has_no_next() {
        let (older, newer) = cursors_of(r#"{"items": [], "links": {}}"#);
        assert_eq!((older, newer), (None, None));
    }
}
