//! Links to related resources, and to media.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::extra::{Extra, PumpIo};

/// Links by relation: `{"self": {"href": "…"}}`.
///
/// ```
/// use pumphouse_activity::Links;
///
/// let mut links = Links::default();
/// links.set("self", "https://a/api/note/1");
/// assert_eq!((links.href("self"), links.href("next")), (Some("https://a/api/note/1"), None));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Links(pub BTreeMap<String, Link>);

impl Links {
    /// Whether there is no link.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The address of a relation.
    pub fn href(&self, rel: &str) -> Option<&str> {
        self.0.get(rel).map(|link| link.href.as_str())
    }

    /// Sets the address of a relation.
    pub fn set(&mut self, rel: impl Into<String>, href: impl Into<String>) {
        let href = href.into();
        self.0.insert(
            rel.into(),
            Link {
                href,
                extra: Extra::new(),
            },
        );
    }
}

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Form)
    }
}

/// Links as they are written: by relation, or as a list in which each names its own. `null` stands for none.
struct Form;

impl<'de> Visitor<'de> for Form {
    type Value = Links;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map")
    }

    fn visit_unit<E>(self) -> Result<Links, E> {
        Ok(Links::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Links, A::Error> {
        BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(Links)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Links, A::Error> {
        #[derive(Deserialize)]
        struct Named {
            rel: String,
            #[serde(flatten)]
            link: Link,
        }
        let mut links = Links::default();
        while let Some(Named { rel, link }) = list.next_element()? {
            // Of several for one relation the first counts.
            links.0.entry(rel).or_insert(link);
        }
        Ok(links)
    }
}

/// One link.
///
/// ```
/// use pumphouse_activity::Link;
///
/// let alone: Link = serde_json::from_str(r#""https://a/""#)?;
/// let link: Link = serde_json::from_str(r#"{"href":"https://a/"}"#)?;
/// assert_eq!(alone, link);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Link {
    /// Where it leads.
    pub href: String,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

impl<'de> Deserialize<'de> for Link {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            // Some servers write the address alone.
            Address(String),
            Link {
                href: String,
                #[serde(flatten)]
                extra: Extra,
            },
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::Address(href) => Self {
                href,
                extra: Extra::new(),
            },
            Form::Link { href, extra } => Self { href, extra },
        })
    }
}

/// A picture, sound or film by its address.
///
/// ```
/// use pumphouse_activity::Object;
///
/// let cat = r#"{"objectType":"image","fullImage":{"url":"https://a/cat.jpg","width":640,"height":480}}"#;
/// let cat: Object = serde_json::from_str(cat)?;
/// let link = cat.original_image().expect("it has a picture");
/// assert_eq!(link.address(), Some("https://a/cat.jpg"));
/// assert_eq!(link.width, Some(640.into()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct MediaLink {
    /// Where the file is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<serde_json::Number>,
    /// In pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<serde_json::Number>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<serde_json::Number>,
    /// What pump.io adds.
    #[serde(rename = "pump_io", skip_serializing_if = "Option::is_none")]
    pub pump_io: Option<Box<PumpIo>>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quirk 89: the list was documented, and refused.
    #[test]
    fn quirk_89_links_may_stand_in_a_list() {
        let list = r#"[{"rel":"self","href":"http://a/"},{"rel":"next","href":"http://b/","type":"x"},
            {"rel":"self","href":"http://c/"}]"#;
        let links: Links = serde_json::from_str(list).unwrap();
        assert_eq!(links.href("self"), Some("http://a/"));
        let written = serde_json::to_string(&links).unwrap();
        assert_eq!(
            written,
            r#"{"next":{"href":"http://b/","type":"x"},"self":{"href":"http://a/"}}"#
        );
        for wrong in [r#"["x"]"#, r#"[{"href":"x"}]"#, r#"[{"rel":"x"}]"#, "7"] {
            assert!(serde_json::from_str::<Links>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            serde_json::from_str::<Links>("null").unwrap(),
            Links::default()
        );
    }

    #[test]
    fn a_plain_address_is_a_link() {
        let links: Links =
            serde_json::from_str(r#"{"self":"http://a/","next":{"href":"http://b/","type":"x"}}"#)
                .unwrap();
        assert_eq!(links.href("self"), Some("http://a/"));
        assert_eq!(links.href("next"), Some("http://b/"));
        assert_eq!(links.0["next"].extra["type"], "x");
    }
}
