//! `/api/activity/UUID` (pump.io protocol, section 6.10).

use std::sync::Arc;

use axum::extract::State;
use pumphouse_activity::Activity;
use pumphouse_store::{Snapshot, StoredActivity};

use super::feeds::write_as;
use crate::app::App;
use crate::auth::{AnyRead, UserWrite};
use crate::domain::clean::{self, Clean};
use crate::domain::render::{Detail, Renderer};
use crate::domain::revise;
use crate::domain::visibility::Sight;
use crate::error::{Error, Result};
use crate::wire::{Path, Reply, json};

pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(uuid): Path<String>,
    read: AnyRead,
) -> Reply {
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let stored = find(snapshot, &uuid)?;
        revise::require_there(&stored)?;
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
    })
}

/// Merges properties into an activity; who did what, and for whom, stays.
pub(super) async fn put(
    State(app): State<Arc<App>>,
    Path(uuid): Path<String>,
    write: UserWrite,
) -> Reply {
    let given: Activity = write.incoming.json()?;
    let given = clean::apart(write.incoming.body.len(), || Clean::of(given)).await?;
    let activity = write_as(&app, write.user, move |posting| {
        let stored = find(posting.tx, &uuid)?;
        revise::change(posting, &stored, &given)?;
        let changed = find(posting.tx, &uuid)?;
        Renderer::new(posting.tx, posting.site, posting.viewer).one_activity(&changed, Detail::Full)
    })
    .await?;
    Ok(json(&activity))
}

pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(uuid): Path<String>,
    write: UserWrite,
) -> Reply {
    write_as(&app, write.user, move |posting| {
        revise::delete(posting, &find(posting.tx, &uuid)?)
    })
    .await?;
    Ok(json("Deleted"))
}

fn find(snapshot: &Snapshot<'_>, uuid: &str) -> Result<StoredActivity> {
    snapshot
        .activity_by_uuid(uuid)?
        .ok_or_else(|| Error::not_found(format!("Can't find an activity with id {uuid}")))
}
