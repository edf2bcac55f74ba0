//! Bearer tokens (pump.io protocol, section 3.6; RFC 6750).

use std::borrow::Cow;

use http::{HeaderMap, header};
use pumphouse_store::Bearer;

use crate::app::App;
use crate::ids;
use crate::wire::{BearerFault, Failure};

/// Whom the bearer token of a request speaks for; `None` if there is none.
pub(super) fn find(app: &App, headers: &HeaderMap) -> Result<Option<Bearer>, Failure> {
    let Some(token) = token(headers) else {
        return Ok(None);
    };
    if token.is_empty() {
        return Err(Failure::Bearer(BearerFault::Absent));
    }
    let digest = ids::digest(&token);
    let bearer = app.store.read(|snapshot| snapshot.bearer(&digest))?;
    match bearer {
        Some(bearer) => Ok(Some(bearer)),
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
