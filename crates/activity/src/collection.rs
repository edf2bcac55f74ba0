//! Collections: feeds, lists, and the short form of them inside objects.

use serde::{Deserialize, Serialize};

use crate::{Extra, Links, Object, PumpIo};

/// A page of a collection, or the mention of one inside an object
/// (then often only `url` and `totalItems`). Pump.io protocol, section 5.3.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

    /// The address of the page with older items.
    pub fn next(&self) -> Option<&str> {
        self.links.href("next")
    }

    /// The address of the page with newer items.
    pub fn prev(&self) -> Option<&str> {
        self.links.href("prev")
    }
}
