//! `POST /api/dialback`: whether a request that another server got is ours (pump.io protocol,
//! section 9.3).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{Html, IntoResponse};
use http::StatusCode;

use crate::app::App;
use crate::domain::dialback;
use crate::wire::{Incoming, Reply};

pub(super) async fn dialback(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let (parameters, now) = (incoming.parameters().await?, app.now());
    let outcome = app
        .store
        .read(|snapshot| dialback::confirm(snapshot, &app.site, &parameters, now))?;
    // Bare texts typed as HTML, as peers know them; none of them repeats what was sent.
    Ok(match outcome {
        Ok(()) => Html("OK").into_response(),
        Err(text) => (StatusCode::BAD_REQUEST, Html(text)).into_response(),
    })
}
