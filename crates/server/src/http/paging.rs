//! Paging arguments (pump.io protocol, section 5.2).

use crate::domain::paging::{PageRequest, Start};
use crate::error::{Error, Result};
use crate::wire::Incoming;

const DEFAULT_COUNT: u32 = 20;
const LARGEST_COUNT: u32 = 200;

/// Reads `count`, `offset`, `before`, `since` and `q`. What `type` says is known of each cursor.
pub(super) fn page_request(incoming: &Incoming) -> Result<PageRequest> {
    let count = match incoming.query("count") {
        None => DEFAULT_COUNT,
        Some(text) => integer(&text)
            .filter(|count| *count <= LARGEST_COUNT)
            .ok_or_else(|| Error::bad_request("Count must be between 0 and 200"))?,
    };
    let offset = match incoming.query("offset") {
        None => None,
        Some(text) => Some(integer(&text).ok_or_else(|| {
            Error::bad_request("Offset must be an integer greater than or equal to zero")
        })?),
    };
    let cursor = |name| match incoming.query(name) {
        Some(id) if id.is_empty() => Err(Error::bad_request(format!("'{name}' is empty"))),
        given => Ok(given),
    };
    let both = |one, other| {
        Err(Error::bad_request(format!(
            "Can't have both '{one}' and '{other}' parameters"
        )))
    };
    let start = match (cursor("before")?, cursor("since")?, offset) {
        (Some(_), Some(_), _) => return both("before", "since"),
        (Some(_), None, Some(_)) => return both("before", "offset"),
        (None, Some(_), Some(_)) => return both("since", "offset"),
        (Some(id), None, None) => Start::Before(id),
        (None, Some(id), None) => Start::Since(id),
        (None, None, offset) => Start::Offset(offset.unwrap_or(0)),
    };
    let search = incoming.query("q").filter(|text| !text.is_empty());
    Ok(PageRequest {
        count,
        start,
        search,
    })
}

/// A number without fraction or exponent; a plus sign and zeros in front do not matter.
fn integer(text: &str) -> Option<u32> {
    text.trim().parse().ok()
}
