//! Addresses at which there is nothing, and methods that an address does not have.

use http::{Method, StatusCode, Uri};

use crate::error::{Error, Result};

pub(super) async fn unknown(method: Method, uri: Uri) -> Error {
    Error::not_found(format!("Cannot {method} {}", uri.path()))
}

/// The methods that an address has stand in `Allow` in either case.
pub(super) async fn wrong_method(method: Method, uri: Uri) -> Result<StatusCode> {
    if method == Method::OPTIONS {
        return Ok(StatusCode::OK);
    }
    Err(Error::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("Cannot {method} {}", uri.path()),
    ))
}
