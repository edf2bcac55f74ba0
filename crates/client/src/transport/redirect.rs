//! Whether a redirect is followed, and where to.

use http::header::LOCATION;
use http::{Method, StatusCode};
use url::Url;

use super::hop::Hop;
use super::origin::{check_scheme, same_origin};
use super::outgoing::{Outgoing, Redirects};
use crate::error::{Error, ErrorKind, Result};

/// Where the answer sends this request, if it does and may.
pub(super) fn next_hop(
    request: &Outgoing,
    url: &Url,
    answer: &Hop,
    plain_http: bool,
) -> Result<Option<Url>> {
    let keeps_method = matches!(
        answer.status(),
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    let drops_method = matches!(
        answer.status(),
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER
    );
    if !keeps_method && !drops_method {
        return Ok(None);
    }
    let refuse = |kind, why: &str| {
        Error::new(kind, format!("{}: {why}", request.describe(url)))
            .with_answer(answer.status(), None)
    };
    let mut next = answer
        .headers()
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .and_then(|location| url.join(location).ok())
        .filter(Url::has_host)
        .ok_or_else(|| refuse(ErrorKind::Redirect, "redirected to no usable address"))?;
    // Names and passwords in addresses would become an Authorization header of their own.
    if next.set_username("").is_err() || next.set_password(None).is_err() {
        return Err(refuse(
            ErrorKind::Redirect,
            "redirected to no usable address",
        ));
    }
    if drops_method && request.method != Method::GET && request.method != Method::HEAD {
        return Err(refuse(
            ErrorKind::Redirect,
            "a redirect would turn this into another request",
        ));
    }
    if url.scheme() == "https" && next.scheme() != "https" {
        return Err(refuse(
            ErrorKind::PlainHttp,
            &format!("redirected from https to {next}"),
        ));
    }
    if request.redirects == Redirects::Nowhere {
        return Err(refuse(
            ErrorKind::Redirect,
            &format!("unexpectedly redirected to {next}"),
        ));
    }
    if request.redirects == Redirects::SameOrigin && !same_origin(url, &next) {
        return Err(refuse(
            ErrorKind::ForeignOrigin,
            &format!("redirected to {next}, where these credentials do not belong"),
        ));
    }
    check_scheme(&next, plain_http, request.purpose)?;
    Ok(Some(next))
}
