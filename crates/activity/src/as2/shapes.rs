//! The shapes of ActivityStreams 2.0, as far as pump.io has something to put into them.

use std::borrow::Cow;

use serde::{Serialize, Serializer};

/// A document of its own: with the context that gives its words their meaning.
///
/// ```
/// use pumphouse_activity::as2::{Document, Link};
///
/// let document = serde_json::to_value(Document::new(Link::to("https://a/")))?;
/// assert_eq!(document["@context"], "https://www.w3.org/ns/activitystreams");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Document<T> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(flatten)]
    body: T,
}

impl<T> Document<T> {
    /// The document of an object, an activity or a collection.
    pub fn new(body: T) -> Self {
        Self {
            context: "https://www.w3.org/ns/activitystreams",
            body,
        }
    }
}

/// An object, an actor or an activity: in ActivityStreams 2.0 all of them are objects.
/// What is not there is left out.
///
/// ```
/// use pumphouse_activity::as2::Object;
///
/// let note = Object { type_name: "Note", name: Some("Hello"), ..Object::default() };
/// assert_eq!(serde_json::to_string(&note)?, r#"{"type":"Note","name":"Hello"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Object<'a> {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Cow<'a, str>>,
    /// `Note`, `Person`, `Create`, ….
    #[serde(rename = "type")]
    pub type_name: &'static str,
    /// What it was, if it is a tombstone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub former_type: Option<&'static str>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Box<Object<'a>>>,
    /// Who made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attributed_to: Option<Box<Object<'a>>>,
    /// Secondary recipients that only the actor sees.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_more")]
    pub bcc: Vec<Object<'a>>,
    /// Primary recipients that only the actor sees.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_more")]
    pub bto: Vec<Object<'a>>,
    /// Secondary recipients.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_more")]
    pub cc: Vec<Object<'a>>,
    /// The text, as HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<&'a str>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Box<Object<'a>>>,
    /// When it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
    /// Where the followers of an actor are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<&'a str>,
    /// Where those are whom an actor follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub following: Option<&'a str>,
    /// The application it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<Box<Object<'a>>>,
    /// A picture of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Link<'a>>,
    /// What it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<Box<Object<'a>>>,
    /// Where an actor receives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inbox: Option<&'a str>,
    /// Where the things are that an actor likes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liked: Option<&'a str>,
    /// Where it is, in the world.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Box<Object<'a>>>,
    /// Title or name, in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    /// What it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<Object<'a>>>,
    /// Where the things are that an actor did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outbox: Option<&'a str>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// What answers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replies: Option<Collection<'a, Object<'a>>>,
    /// A short text, or what happened in words, as HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<&'a str>,
    /// Where it was added to or removed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Box<Object<'a>>>,
    /// Primary recipients.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "one_or_more")]
    pub to: Vec<Object<'a>>,
    /// When it was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// Its page, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Link<'a>>,
}

/// Where something is.
///
/// ```
/// use pumphouse_activity::as2::Link;
///
/// let link = serde_json::to_string(&Link::to("https://a/"))?;
/// assert_eq!(link, r#"{"type":"Link","href":"https://a/"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Link<'a> {
    #[serde(rename = "type")]
    pub(super) type_name: &'static str,
    /// Its address.
    pub href: &'a str,
    /// What is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media_type: Option<&'static str>,
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<&'a serde_json::Number>,
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<&'a serde_json::Number>,
}

impl<'a> Link<'a> {
    /// A link to an address.
    pub fn to(href: &'a str) -> Self {
        Self {
            type_name: "Link",
            href,
            media_type: None,
            width: None,
            height: None,
        }
    }
}

/// A collection, newest first, with the page that was asked for.
///
/// ```
/// use pumphouse_activity::as2::{Local, ToAs2 as _};
/// use pumphouse_activity::{Collection, Object};
///
/// let likes = Collection::<Object> { total_items: Some(2), ..Collection::at("https://h/likes") };
/// let form = likes.to_as2(&Local::new("https://h"));
/// assert_eq!((form.id, form.total_items), (Some("https://h/likes"), Some(2)));
/// ```
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Collection<'a, T> {
    /// Its address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    #[serde(rename = "type")]
    pub(super) type_name: &'static str,
    /// The page; there is none in an empty collection.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<Page<'a, T>>,
    /// How many items it has on all pages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_items: Option<u64>,
}

/// A page of a collection.
///
/// ```
/// use pumphouse_activity::as2::{Local, ToAs2 as _};
/// use pumphouse_activity::{Collection, Object};
///
/// let items = Some(vec![Object::reference("note", "https://h/api/note/x")]);
/// let notes = Collection { items, ..Collection::at("https://h/notes") };
/// let page = notes.to_as2(&Local::new("https://h")).first.expect("it has an item");
/// assert_eq!(page.ordered_items[0].type_name, "Note");
/// ```
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<'a, T> {
    #[serde(rename = "type")]
    pub(super) type_name: &'static str,
    /// The items, newest first; left out where only their number is known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ordered_items: Vec<T>,
    /// Where older items are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<&'a str>,
    /// Where newer items are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prev: Option<&'a str>,
}

/// A list with one element is written as the element itself.
fn one_or_more<T: Serialize, S: Serializer>(list: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    match list {
        [one] => one.serialize(serializer),
        more => more.serialize(serializer),
    }
}
