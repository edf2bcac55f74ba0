//! What ActivityStreams does not name: pump.io's own properties, and those of others.

use serde::{Deserialize, Deserializer, Serialize};

/// Properties that a type does not know, in the order in which they came.
///
/// ```
/// use pumphouse_activity::Object;
///
/// let mut image = Object::new("image");
/// image.extra.insert("license".to_owned(), "https://creativecommons.org/licenses/by/4.0/".into());
/// assert!(serde_json::to_string(&image)?.contains(r#""license":"https"#));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub type Extra = serde_json::Map<String, serde_json::Value>;

/// The `pump_io` part of an object: what the server knows about it and the reader.
///
/// ```
/// use pumphouse_activity::Object;
///
/// let evan = r#"{"objectType":"person","pump_io":{"followed":true,"proxyURL":"https://a/api/proxy/x"}}"#;
/// let evan: Object = serde_json::from_str(evan)?;
/// assert_eq!((evan.is_followed(), evan.proxy_url()), (Some(true), Some("https://a/api/proxy/x")));
/// # Ok::<(), serde_json::Error>(())
/// ```
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
