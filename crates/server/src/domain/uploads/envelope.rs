//! A file within a JSON document: `{"mimeType": …, "data": BASE64}` (pump.io protocol, section 7.6).

use std::borrow::Cow;
use std::fs;
use std::io::Write as _;

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;

use super::files::{Received, Uploads};
use crate::error::{Error, Result};

/// Padding may be left out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, rename = "mimeType")]
    media_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    data: Option<Cow<'a, str>>,
}

/// Takes the file out if it is within a JSON document, and gives it back as it is otherwise.
pub(super) fn open(received: Received, uploads: &Uploads) -> Result<Received> {
    let declared = received.media_type.as_deref().unwrap_or_default();
    let essence = declared.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/json") {
        return Ok(received);
    }
    let document = fs::read(received.file.path())?;
    let (media_type, content) = read(&document)?;
    let mut file = uploads.begin()?;
    file.write_all(&content)?;
    Ok(Received {
        file,
        media_type: Some(media_type),
        ..received
    })
}

fn read(document: &[u8]) -> Result<(String, Vec<u8>)> {
    let envelope: Envelope<'_> = serde_json::from_slice(document)
        .map_err(|error| Error::bad_request(format!("Invalid JSON: {error}")))?;
    let media_type = envelope
        .media_type
        .ok_or_else(|| Error::bad_request("No mime type"))?;
    let data = envelope.data.ok_or_else(|| Error::bad_request("No data"))?;
    // The alphabet for addresses is taken too.
    let data = data.replace('-', "+").replace('_', "/");
    let content = BASE64
        .decode(data)
        .map_err(|error| Error::bad_request(format!("The data is not base64: {error}")))?;
    Ok((media_type.into_owned(), content))
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn both_alphabets_of_base64_are_taken() {
        for data in ["+/+/AA==", "-_-_AA==", "-_-_AA"] {
            let document = format!(r#"{{"mimeType": "image/png", "data": "{data}"}}"#);
            let read = read(document.as_bytes()).unwrap();
            assert_eq!(read, ("image/png".to_owned(), b"\xfb\xff\xbf\x00".to_vec()));
        }
    }

    #[test]
    fn what_is_missing_or_broken_is_named() {
        let refused = |document: &str| read(document.as_bytes()).unwrap_err().text;
        assert_eq!(refused(r#"{"data": ""}"#), "No mime type");
        assert_eq!(refused(r#"{"mimeType": "image/png"}"#), "No data");
        assert!(refused(r#"{"mimeType": "image/png", "data": "*"}"#).contains("not base64"));
        assert!(refused("{").starts_with("Invalid JSON"));
    }
}
