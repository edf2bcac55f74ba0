//! `GET /api/activity/UUID` (pump.io protocol, section 6.10).

use std::sync::Arc;

use axum::extract::State;

use crate::app::App;
use crate::auth::AnyRead;
use crate::domain::render::{Detail, Renderer};
use crate::domain::visibility::Sight;
use crate::error::Error;
use crate::wire::{Path, Reply, json};

pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(uuid): Path<String>,
    read: AnyRead,
) -> Reply {
    let activity = app.store.read(|snapshot| {
        let stored = snapshot
            .activity_by_uuid(&uuid)?
            .ok_or_else(|| Error::not_found(format!("Can't find an activity with id {uuid}")))?;
        let sight = Sight {
            snapshot,
            site: &app.site,
            viewer: &read.viewer,
        };
        if !sight.of_activity(&stored)? {
            return Err(Error::forbidden(
                "Only the actor and recipients can view this activity.",
            ));
        }
        Renderer::new(snapshot, &app.site, &read.viewer).one_activity(&stored, Detail::Full)
    })?;
    Ok(json(&activity))
}
