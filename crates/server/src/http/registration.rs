//! `POST /api/client/register` (pump.io protocol, section 2).

use std::sync::Arc;

use axum::extract::{Request, State};
use http::header;

use crate::app::App;
use crate::auth::dialback;
use crate::domain::clients::{self, Registration};
use crate::wire::{Incoming, Reply, json};

pub(super) async fn register(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let identity = match incoming.headers.contains_key(header::AUTHORIZATION) {
        true => {
            let url = app.site.urls.registration();
            Some(dialback::verify(&app, &incoming.headers, &url).await?)
        }
        false => None,
    };
    let registration = Registration::parse(&incoming.parameters().await?)?;
    app.attempts.client(&incoming)?;
    let (site, now) = (app.site.clone(), app.now());
    let registered = app
        .store
        .write(move |tx| clients::register(tx, &site, registration, identity.as_ref(), now))
        .await?;
    Ok(json(&serde_json::json!({
        "client_id": registered.id,
        "client_secret": registered.secret,
        "expires_at": 0,
    })))
}
