//! Addresses at which there is nothing, and methods that an address does not have.

use http::{Method, StatusCode, Uri};

use crate::error::{Error, Result};

pub(super) async fn unknown(method: Method, uri: Uri) -> Error {
    Error::not_found(format!("Cannot {method} {}", uri.path()))
}

/// As pump.io says it; the methods that the address has stand in `Allow`.
pub(super) async fn wrong_method(method: Method, uri: Uri) -> Result<StatusCode> {
    if method == Method::OPTIONS {
        return Ok(StatusCode::OK);
    }
    Err(Error::not_found(format!("Cannot {method} {}", uri.path())))
}
