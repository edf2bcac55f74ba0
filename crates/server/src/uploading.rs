//! Keeping a file, as the API and the pages do it.

use std::sync::Arc;

use pumphouse_activity::Object;
use pumphouse_store::User;

use crate::app::App;
use crate::domain::uploads::{self, Received};
use crate::error::{Error, Result};

/// Makes an object of a file; to its end, even if the client does not wait for it.
pub(crate) async fn keep(app: Arc<App>, user: User, received: Received) -> Result<Object> {
    let keeping = tokio::spawn(async move {
        let now = app.now();
        uploads::keep(&app.uploads, &app.store, &app.site, user, received, now).await
    });
    keeping
        .await
        .map_err(|error| Error::internal("uploads", error))?
}
