//! The parts of an address.

use axum::extract::FromRequestParts;
use axum::extract::rejection::PathRejection;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// What stands in the address, decoded. What is no UTF-8 is refused in the shape of all refusals.
pub(crate) struct Path<T>(pub(crate) T);

impl<S, T> FromRequestParts<S> for Path<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = axum::extract::Path::from_request_parts(parts, state).await;
        let axum::extract::Path(path) = path.map_err(|rejection: PathRejection| {
            Error::new(rejection.status(), rejection.body_text())
        })?;
        Ok(Self(path))
    }
}
