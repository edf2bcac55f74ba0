//! Forms as `multipart/form-data`.

use bytes::Bytes;
use multer::Multipart;
use serde_json::{Map, Value};

use crate::error::{Error, Result};

/// More fields than any form of ours has.
const MOST_FIELDS: usize = 100;

/// The fields of a form that was read whole; files are left out.
pub(super) async fn fields(content_type: &str, body: &Bytes) -> Result<Map<String, Value>> {
    let broken = |error: multer::Error| Error::bad_request(format!("Invalid form: {error}"));
    let boundary = multer::parse_boundary(content_type).map_err(broken)?;
    let mut form = Multipart::with_reader(&body[..], boundary);
    let mut fields = Map::new();
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if fields.len() >= MOST_FIELDS {
            return Err(Error::bad_request("Invalid form: it has too many fields"));
        }
        let Some(name) = field.name().map(str::to_owned) else {
            continue;
        };
        if field.file_name().is_none() {
            let text = field.text().await.map_err(broken)?;
            fields.insert(name, Value::String(text));
        }
    }
    Ok(fields)
}
