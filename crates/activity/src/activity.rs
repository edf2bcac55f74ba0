//! Activities: who did what to what.

use serde::{Deserialize, Serialize};

use crate::extra::Extra;
use crate::links::Links;
use crate::object::Object;

/// An activity (pump.io protocol, section 6).
///
/// ```
/// use pumphouse_activity::{Activity, Object, Verb};
///
/// let mut like = Activity::new("like", Object::reference("note", "https://a/api/note/1"));
/// like.to = Some(vec![Object::public()]);
/// assert_eq!((like.kind(), like.recipients().count()), (Verb::Like, 1));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Activity {
    /// What was done: `post`, `follow`, `favorite`, …; servers read a missing verb as `post`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// What it was done to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<Box<Object>>,
    /// The list or group that the object was added to or removed from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Box<Object>>,
    /// Who did it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Box<Object>>,
    /// The application it was done with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generator: Option<Box<Object>>,
    /// The service it was done through.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<Box<Object>>,
    /// What it is about, beside its object.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Box<Object>>,
    /// Where it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Box<Object>>,
    /// Where it was taken from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Box<Object>>,
    /// Primary recipients, seen by everybody who sees the activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<Object>>,
    /// Secondary recipients, seen by everybody who sees the activity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cc: Option<Vec<Object>>,
    /// Primary recipients that only the actor sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bto: Option<Vec<Object>>,
    /// Secondary recipients that only the actor sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bcc: Option<Vec<Object>>,
    /// Globally unique id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The page of the activity, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// A title, in plain text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What happened in words, as HTML.
    #[serde(
        deserialize_with = "crate::extra::text",
        skip_serializing_if = "Option::is_none"
    )]
    pub content: Option<String>,
    /// `self` and others.
    #[serde(skip_serializing_if = "Links::is_empty")]
    pub links: Links,
    /// When it was published, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// When it was last changed, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// When it was received from another server, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<String>,
    /// When it was deleted, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl Activity {
    /// An activity with a verb and an object, and nothing else.
    pub fn new(verb: impl Into<String>, object: Object) -> Self {
        Self {
            verb: Some(verb.into()),
            object: Some(Box::new(object)),
            ..Self::default()
        }
    }

    /// Everybody it is addressed to, in the order `to`, `cc`, `bto`, `bcc`.
    pub fn recipients(&self) -> impl Iterator<Item = &Object> {
        [&self.to, &self.cc, &self.bto, &self.bcc]
            .into_iter()
            .flatten()
            .flatten()
    }
}
