//! Forms are taken from our own pages only.

use http::{HeaderMap, header};

use crate::app::App;
use crate::error::{Error, Result};

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
