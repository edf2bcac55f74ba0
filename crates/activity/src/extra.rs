//! What ActivityStreams does not name: pump.io's own properties, and those of others.

use serde::{Deserialize, Deserializer, Serialize};

/// Properties that a type does not know, in the order in which they came.
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// The `pump_io` part of an object: what the server knows about it and the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PumpIo {
    /// Whether the reader shared it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    /// Whether the reader follows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followed: Option<bool>,
    /// Where the reader's own server hands out the remote thing.
    #[serde(rename = "proxyURL", skip_serializing_if = "Option::is_none")]
    pub proxy_url: Option<String>,
    /// Everything else.
    #[serde(flatten)]
    pub extra: Extra,
}

/// Reads a text for which numbers and truth values stand as well: some programs send those
/// (pump.io protocol, section 7.7).
pub(crate) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "expected a text")]
    enum Scalar {
        Words(String),
        Truth(bool),
        Number(serde_json::Number),
    }
    Ok(match Option::deserialize(deserializer)? {
        None => None,
        Some(Scalar::Words(text)) => Some(text),
        Some(Scalar::Truth(truth)) => Some(truth.to_string()),
        Some(Scalar::Number(number)) => Some(number.to_string()),
    })
}
