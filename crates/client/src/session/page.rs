//! Pages of collections.

use std::fmt;
use std::marker::PhantomData;

use http::Method;
use pumphouse_activity::{Activity, Collection, Object};
use serde::de::DeserializeOwned;
use url::{Url, form_urlencoded};

use super::account::Session;
use super::received::Received;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::Outgoing;

/// The most items that servers give at once (pump.io protocol, section 5.2).
const MAX_COUNT: u16 = 200;

/// Where a page begins. Servers refuse two of these at once, so there is one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Cursor {
    /// Older than the item with this id.
    Before(String),
    /// Newer than the item with this id.
    Since(String),
    /// This many items from the newest; only ever taken over from a server's own links.
    Offset(String),
}

/// What collections hold.
pub trait Item: DeserializeOwned {
    /// The id, by which a page can begin after the item or before it.
    fn id(&self) -> Option<&str>;
}

impl Item for Activity {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

impl Item for Object {
    fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// Asks for a page of a collection. Made by the `page` methods of collections.
#[derive(Clone)]
pub struct PageRequest<T> {
    session: Session,
    purpose: &'static str,
    url: Url,
    count: Option<u16>,
    cursor: Option<Cursor>,
    items: PhantomData<fn() -> T>,
}

/// A page of a collection, newest items first.
///
/// The pages of a collection do not depend on each other: several readers may go through it at
/// different speeds, and what is posted in between shifts nothing.
#[derive(Clone, Debug)]
pub struct Page<T> {
    request: PageRequest<T>,
    collection: Received<Collection<T>>,
    older: Option<Cursor>,
    newer: Option<Cursor>,
}

impl<T> PageRequest<T> {
    /// For a collection of the session's account, by its path behind `/api/user/NICK`.
    pub(super) fn new(session: Session, purpose: &'static str, path: &str) -> Self {
        let url = session.endpoints().user(session.account().user(), path);
        Self {
            session,
            purpose,
            url,
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

    /// Only what is older than the item with this id. Takes back `since`.
    #[must_use]
    pub fn before(mut self, id: impl Into<String>) -> Self {
        self.cursor = Some(Cursor::Before(id.into()));
        self
    }

    /// Only what is directly newer than the item with this id. Takes back `before`.
    #[must_use]
    pub fn since(mut self, id: impl Into<String>) -> Self {
        self.cursor = Some(Cursor::Since(id.into()));
        self
    }

    fn at(&self, cursor: Cursor) -> Self {
        Self {
            session: self.session.clone(),
            purpose: self.purpose,
            url: self.url.clone(),
            count: self.count,
            cursor: Some(cursor),
            items: PhantomData,
        }
    }

    fn address(&self) -> Url {
        let mut url = self.url.clone();
        if self.count.is_none() && self.cursor.is_none() {
            return url;
        }
        let mut query = url.query_pairs_mut();
        if let Some(count) = self.count {
            query.append_pair("count", &count.to_string());
        }
        match &self.cursor {
            Some(Cursor::Before(id)) => query.append_pair("before", id),
            Some(Cursor::Since(id)) => query.append_pair("since", id),
            Some(Cursor::Offset(offset)) => query.append_pair("offset", offset),
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
        let request = Outgoing::new(self.purpose, Method::GET, self.address());
        let answer = self.session.send(request).await?.success()?;
        let received = Received::<Collection<T>>::decode(&answer)?;
        let (older, newer) = cursors(&received);
        Ok(Page {
            request: self,
            collection: received,
            older,
            newer,
        })
    }
}

impl<T> Page<T> {
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

    /// Whether the server says that there are older items.
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
        let page = self.request.at(cursor.clone()).send().await?;
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
            "offset" if value.parse::<u64>().is_ok() => Some(Cursor::Offset(value)),
            _ => None,
        }
    })
}

impl<T> fmt::Debug for PageRequest<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageRequest")
            .field("address", &self.address().as_str())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
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
