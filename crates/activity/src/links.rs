//! Links to related resources, and to media.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use crate::extra::{Extra, PumpIo};

/// Links by relation: `{"self": {"href": "…"}}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
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
        // `null` stands for no links.
        let links = Option::<BTreeMap<String, Link>>::deserialize(deserializer)?;
        Ok(Self(links.unwrap_or_default()))
    }
}

/// One link.
#[derive(Clone, Debug, PartialEq, Serialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
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
