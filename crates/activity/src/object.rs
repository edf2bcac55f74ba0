//! Objects: people, notes, comments, images, lists and everything else; and collections, which
//! stand in objects and hold them.

use serde::{Deserialize, Serialize};

use crate::extra::{Extra, PumpIo};
use crate::links::{Links, MediaLink};

/// The id of the collection that stands for everybody (pump.io protocol, section 6.6).
pub const PUBLIC: &str = "http://activityschema.org/collection/public";

/// An object of any type (pump.io protocol, sections 4.2 and 7).
///
/// ```
/// use pumphouse_activity::Object;
///
/// let note = r#"{"objectType":"note","content":"Hello","likes":{"totalItems":2},"mood":"sunny"}"#;
/// let note: Object = serde_json::from_str(note)?;
/// assert!(note.is_a("note") && note.author.is_none());
/// assert_eq!((note.like_count(), &note.extra["mood"]), (Some(2), &"sunny".into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Object {
    /// `note`, `comment`, `person`, `collection`, …, or a URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_type: Option<String>,
    /// Globally unique id: a URL, an `acct:` address, or any URI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Title or name, in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The name of a person on its server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_username: Option<String>,
    /// The text, as HTML.
    #[serde(
        deserialize_with = "crate::extra::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub content: Option<String>,
    /// A short text, as HTML.
    #[serde(
        deserialize_with = "crate::extra::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub summary: Option<String>,
    /// Who made it; left out inside `post` activities, where it is the actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Box<Object>>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Box<Object>>,
    /// The types of the members of a collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_types: Option<Vec<String>>,
    /// A picture of it, small.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<MediaLink>,
    /// A picture of it, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full_image: Option<MediaLink>,
    /// The sound or film.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<MediaLink>,
    /// Where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Box<Object>>,
    /// Objects that belong to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<Object>>,
    /// Subjects and people that it mentions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Object>>,
    /// Ids of what it is a copy of.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::duplicates::deserialize"
    )]
    pub upstream_duplicates: Option<Vec<String>>,
    /// Ids of its copies.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::duplicates::deserialize"
    )]
    pub downstream_duplicates: Option<Vec<String>>,
    /// Its page, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `self`, `activity-inbox`, `activity-outbox` and others.
    #[serde(skip_serializing_if = "Links::is_empty")]
    pub links: Links,
    /// When it was published, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// When it was deleted, RFC 3339; then little else is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
    /// People who like it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<Box<Collection>>,
    /// What answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<Box<Collection>>,
    /// People who shared it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<Box<Collection>>,
    /// People who follow a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<Box<Collection>>,
    /// People whom a person follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub following: Option<Box<Collection>>,
    /// What a person likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub favorites: Option<Box<Collection>>,
    /// The lists of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lists: Option<Box<Collection>>,
    /// The members of a list or group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Box<Collection>>,
    /// The documents of a group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents: Option<Box<Collection>>,
    /// Whether the reader likes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liked: Option<bool>,
    /// What pump.io adds for the reader.
    #[serde(rename = "pump_io", skip_serializing_if = "Option::is_none")]
    pub pump_io: Option<Box<PumpIo>>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Object {
    /// An object of a type, and nothing else.
    pub fn new(object_type: impl Into<String>) -> Self {
        Self {
            object_type: Some(object_type.into()),
            ..Self::default()
        }
    }

    /// The mention of an object: its type and id.
    pub fn reference(object_type: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::new(object_type)
        }
    }

    /// The collection that stands for everybody.
    pub fn public() -> Self {
        Self::reference("collection", PUBLIC)
    }

    /// Whether the object is of this type.
    pub fn is_a(&self, object_type: &str) -> bool {
        self.object_type.as_deref() == Some(object_type)
    }
}

/// A page of a collection, or the mention of one inside an object
/// (then often only `url` and `totalItems`). Pump.io protocol, section 5.3.
///
/// ```
/// use pumphouse_activity::{Activity, Collection};
///
/// let page = r#"{"totalItems":9,"items":[{"verb":"like"}],"links":{"next":{"href":"https://a/?before=x"}}}"#;
/// let page: Collection<Activity> = serde_json::from_str(page)?;
/// assert_eq!((page.total_items, page.next()), (Some(9), Some("https://a/?before=x")));
/// assert_eq!(page.items.unwrap_or_default()[0].verb.as_deref(), Some("like"));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    default,
    bound(deserialize = "T: Deserialize<'de>")
)]
pub struct Collection<T = Object> {
    /// A phrase that names the collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// Its address, without paging arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Set on the collection of all users only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What the items are: `activity`, `person`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object_types: Option<Vec<String>>,
    /// `next` is older, `prev` is newer.
    #[serde(skip_serializing_if = "Links::is_empty")]
    pub links: Links,
    /// The items of this page, newest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<T>>,
    /// Whose collection it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Box<Object>>,
    /// How many items it has, on all pages, whether or not the reader may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u64>,
    /// What pump.io adds.
    #[serde(rename = "pump_io", skip_serializing_if = "Option::is_none")]
    pub pump_io: Option<Box<PumpIo>>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

// Written out because a derived `Default` would ask for `T: Default`.
impl<T> Default for Collection<T> {
    fn default() -> Self {
        Self {
            display_name: None,
            url: None,
            id: None,
            object_types: None,
            links: Links::default(),
            items: None,
            author: None,
            total_items: None,
            pump_io: None,
            extra: Extra::default(),
        }
    }
}

impl<T> Collection<T> {
    /// The mention of a collection by its address.
    pub fn at(url: impl Into<String>) -> Self {
        Self {
            url: Some(url.into()),
            ..Self::default()
        }
    }

    /// Whether all its items have come along, so that none needs to be asked for.
    ///
    /// ```
    /// use pumphouse_activity::Collection;
    ///
    /// let likes: Collection = serde_json::from_str(r#"{"totalItems":1,"items":[{"id":"acct:bob@a"}]}"#)?;
    /// assert!(likes.is_whole());
    /// let likes: Collection = serde_json::from_str(r#"{"totalItems":1}"#)?;
    /// assert!(!likes.is_whole());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_whole(&self) -> bool {
        let came = self.items.as_ref().map(|items| items.len() as u64);
        came.is_some_and(|came| self.total_items.is_some_and(|total| came >= total))
    }

    /// The address of the page with older items.
    pub fn next(&self) -> Option<&str> {
        self.links.href("next")
    }

    /// The address of the page with newer items.
    pub fn prev(&self) -> Option<&str> {
        self.links.href("prev")
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;
    use crate::activity::Activity;
    use crate::user::User;

    fn again<T: Serialize + DeserializeOwned>(document: &Value) -> Value {
        let read: T = serde_json::from_value(document.clone()).unwrap();
        serde_json::to_value(read).unwrap()
    }

    #[test]
    fn nothing_has_to_be_there() {
        let empty = json!({});
        assert_eq!(again::<Object>(&empty), empty);
        assert_eq!(again::<Activity>(&empty), empty);
        assert_eq!(again::<User>(&empty), empty);
        assert_eq!(again::<Collection<Activity>>(&empty), empty);
        let hollow = json!({"object": {"author": {}, "likes": {}}, "actor": {}, "to": [{}]});
        assert_eq!(again::<Activity>(&hollow), hollow);
    }

    #[test]
    fn documents_come_back_as_they_were_with_what_is_unknown() {
        let note = json!({
            "objectType": "note", "id": "https://a/api/note/1", "displayName": "Title",
            "content": "<b>text</b>", "summary": "short", "author": {"id": "acct:evan@a"},
            "inReplyTo": {"objectType": "image", "id": "https://b/2"},
            "image": {"url": "https://a/i.png", "width": 3, "height": 4.5, "alt": "a cat"},
            "fullImage": {"url": "https://a/f.png"}, "stream": {"url": "https://a/s", "duration": 9},
            "location": {"objectType": "place", "displayName": "Montreal", "position": "+45.5-073.6/"},
            "attachments": [{"objectType": "file", "fileUrl": "https://a/x"}],
            "tags": [{"objectType": "hashtag", "displayName": "rust"}],
            "upstreamDuplicates": ["https://c/1"], "downstreamDuplicates": ["https://d/1"],
            "url": "https://a/evan/note/1", "links": {"self": {"href": "https://a/1", "rel": "x"}},
            "published": "2013-08-01T12:00:00Z", "updated": "2013-08-02T12:00:00Z",
            "likes": {"totalItems": 1, "url": "https://a/likes", "items": [{"id": "acct:bob@a"}]},
            "liked": true, "pump_io": {"shared": true, "proxyURL": "https://a/p", "more": [1]},
            "license": "https://x/by", "embedCode": "<i/>", "mood": {"now": ["sunny", null, 1.5]},
        });
        assert_eq!(again::<Object>(&note), note);
        let activity = json!({
            "verb": "post", "actor": {"id": "acct:evan@a", "followers": {"url": "https://a/f"}},
            "object": note, "target": {"objectTypes": ["person"]}, "generator": {"id": "urn:x"},
            "to": [{"objectType": "collection", "id": PUBLIC}], "bcc": [{"alias": "x"}],
            "received": "2013-08-01T12:00:01Z", "title": "t", "weather": "fine",
        });
        assert_eq!(again::<Activity>(&activity), activity);
        let page = json!({"items": [activity], "totalItems": 7, "more": true});
        assert_eq!(again::<Collection<Activity>>(&page), page);
    }
}
