//! Whether the server is well: for load balancers and service managers.

use std::sync::Arc;

use axum::extract::State;

use crate::app::App;
use crate::error::Error;

/// `GET /healthz`: `ok` if the store can be read. It tells nothing else, because anybody may ask.
pub(super) async fn health(State(app): State<Arc<App>>) -> Result<&'static str, Error> {
    app.store.read(|snapshot| snapshot.setting("base_url"))?;
    Ok("ok\n")
}
