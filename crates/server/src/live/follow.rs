//! One feed that one reader follows: their place in it, and what is new behind that.

use std::sync::Arc;

use tokio::sync::Notify;

use super::batches::{Batch, Reading};
use super::hub::Watch;
use crate::app::App;
use crate::auth::Credential;
use crate::domain::Viewer;
use crate::domain::streams::Stream;
use crate::error::Result;

/// A feed that is followed.
pub(super) struct Follow {
    stream: Stream,
    /// The position up to which it was read.
    position: i64,
    watch: Watch,
}

impl Follow {
    /// Follows a feed: after a position, or from now on.
    pub(super) fn begin(
        app: &App,
        stream: Stream,
        position: Option<i64>,
        wake: &Arc<Notify>,
    ) -> Result<Self> {
        // In this order nothing can arrive unseen in between.
        let watch = app.live.hub.watch(stream.source(), wake);
        let position = match position {
            Some(position) => {
                watch.raise();
                position
            }
            None => app.store.read(|snapshot| stream.newest(snapshot))?,
        };
        Ok(Self {
            stream,
            position,
            watch,
        })
    }

    /// Whether there may be something new.
    pub(super) fn is_due(&self) -> bool {
        self.watch.is_due()
    }

    /// Takes some of what is new for whom the credential stands for; nothing if it does not hold any
    /// more. Nobody else is waited for.
    pub(super) fn take(
        &mut self,
        app: &App,
        credential: &Credential,
    ) -> Result<Option<Arc<Batch>>> {
        self.watch.clear();
        let batch = self.read(app, credential)?;
        if let Some(batch) = &batch {
            self.position = batch.position;
            if batch.more {
                self.watch.raise();
            }
        }
        Ok(batch)
    }

    fn read(&self, app: &App, credential: &Credential) -> Result<Option<Arc<Batch>>> {
        let (batches, now) = (&app.live.batches, app.now());
        let commits = app.store.numbers().commits;
        let reading = |viewer: &Viewer| Reading {
            stream: self.stream,
            viewer: viewer.person(),
            position: self.position,
        };
        if let Credential::Nothing = credential
            && let Some(batch) = batches.kept(commits, &reading(&Viewer::Public))
        {
            return Ok(Some(batch));
        }
        app.store.read(|snapshot| {
            let Some(viewer) = credential.viewer(snapshot, now)? else {
                return Ok(None);
            };
            let reading = reading(&viewer);
            if let Some(batch) = batches.kept(commits, &reading) {
                return Ok(Some(batch));
            }
            let batch = Arc::new(Batch::read(app, snapshot, &viewer, reading)?);
            batches.keep(commits, reading, &batch);
            Ok(Some(batch))
        })
    }
}
