//! Forms are taken from our own pages only, and so is whatever changes something and comes with
//! the cookie of a session.

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};

use crate::app::App;
use crate::auth::Session;
use crate::error::{Error, Result};

/// Refuses what another site's page has a browser change with the session that it holds.
pub(crate) fn guard(app: &App, request: &Request) -> Option<Response> {
    let reads = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if !reads
        && Session::is_named(app, request.headers())
        && let Err(error) = check(app, request.headers())
    {
        return Some(error.into_response());
    }
    None
}

/// Refuses a form that another site's page sent, by what browsers say of where it comes from.
/// Programs that are no browsers say nothing, and hold no cookies that others could use.
pub(super) fn check(app: &App, headers: &HeaderMap) -> Result<()> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let foreign = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => !matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin != app.site.urls.origin(),
        (None, None) => false,
    };
    if foreign {
        return Err(Error::forbidden(
            "This form was sent by another site's page. Open the page on this server and try again.",
        ));
    }
    Ok(())
}
