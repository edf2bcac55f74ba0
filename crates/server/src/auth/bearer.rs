//! Bearer tokens (pump.io protocol, section 3.6; RFC 6750).

use std::borrow::Cow;

use http::{HeaderMap, header};
use pumphouse_store::Bearer;

use crate::app::App;
use crate::ids;
use crate::wire::{BearerFault, Failure};

/// A bearer token that is known.
pub(super) struct Known {
    /// What is kept of it.
    pub(super) digest: [u8; 32],
    /// Whom it speaks for.
    pub(super) bearer: Bearer,
}

/// The bearer token of a request; `None` if there is none.
pub(super) fn find(app: &App, headers: &HeaderMap) -> Result<Option<Known>, Failure> {
    let Some(token) = token(headers) else {
        return Ok(None);
    };
    if token.is_empty() {
        return Err(Failure::Bearer(BearerFault::Absent));
    }
    let digest = ids::digest(&token);
    let bearer = app.store.read(|snapshot| snapshot.bearer(&digest))?;
    match bearer {
        Some(bearer) => Ok(Some(Known { digest, bearer })),
        None => Err(Failure::Bearer(BearerFault::Unknown)),
    }
}

/// What stands behind the scheme. A proxy may have taken away the space at the end.
fn token(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, rest) = value.split_at_checked("Bearer".len())?;
    let is_bearer =
        scheme.eq_ignore_ascii_case(b"Bearer") && rest.first().is_none_or(|c| *c == b' ');
    is_bearer.then(|| String::from_utf8_lossy(rest.trim_ascii()))
}
