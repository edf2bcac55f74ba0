//! Addresses at which there is nothing, and methods that an address does not have.

use http::{Method, StatusCode, Uri};

use crate::auth::AnyRead;
use crate::error::{Error, Result};

pub(super) async fn unknown(method: Method, uri: Uri) -> Error {
    Error::not_found(format!("Cannot {method} {}", uri.path()))
}

/// What is read where things are only sent: to readers it is an object of an unknown type (pump.io
/// protocol, section 13.2).
pub(super) async fn unknown_type(read: AnyRead) -> Error {
    let path = read.incoming.uri.path();
    let object_type = path.split('/').nth(2).unwrap_or_default();
    Error::not_found(format!("Unknown type: {object_type}"))
}

/// As pump.io says it; the methods that the address has stand in `Allow`.
pub(super) async fn wrong_method(method: Method, uri: Uri) -> Result<StatusCode> {
    if method == Method::OPTIONS {
        return Ok(StatusCode::OK);
    }
    Err(Error::not_found(format!("Cannot {method} {}", uri.path())))
}
