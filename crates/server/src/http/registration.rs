//! `POST /api/client/register` (pump.io protocol, section 2).

use std::sync::Arc;

use axum::extract::{Request, State};
use http::header;

use crate::app::App;
use crate::domain::clients::{self, Registration};
use crate::error::Error;
use crate::wire::{Incoming, Reply, json};

pub(super) async fn register(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    if incoming.headers.contains_key(header::AUTHORIZATION) {
        return Err(Error::unauthorized("This server does not take part in federation yet: register without an Authorization header.").into());
    }
    let registration = Registration::parse(&incoming.parameters()?)?;
    let (site, now) = (app.site.clone(), app.now());
    let registered = app
        .store
        .write(move |tx| clients::register(tx, &site, registration, now))
        .await?;
    Ok(json(&serde_json::json!({
        "client_id": registered.id,
        "client_secret": registered.secret,
        "expires_at": 0,
    })))
}
