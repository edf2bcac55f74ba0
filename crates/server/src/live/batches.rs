//! What is new in a feed, read and rendered once for all who read it as the same viewer from the same
//! place, as a thousand strangers do who follow one outbox.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pumphouse_store::{ObjectKey, Snapshot};

use crate::app::App;
use crate::domain::Viewer;
use crate::domain::streams::Stream;
use crate::error::{Error, Result};

/// How many activities are looked through at once. A reader holds no more than this in memory.
const COUNT: u32 = 16;
/// How many batches are kept at most.
const KEPT: usize = 1_024;

/// Activities that are new for one viewer in one feed.
pub(super) struct Batch {
    /// Oldest first.
    pub(super) updates: Vec<Update>,
    /// The position after which what comes next stands.
    pub(super) position: i64,
    /// Whether something may be behind it already.
    pub(super) more: bool,
}

/// A new activity.
pub(super) struct Update {
    pub(super) id: String,
    /// JSON, as the viewer sees it.
    pub(super) activity: String,
}

/// Who reads, what, and from where.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Reading {
    pub(super) stream: Stream,
    /// The person, if it is one.
    pub(super) viewer: Option<ObjectKey>,
    pub(super) position: i64,
}

/// The batches that were read since the store last changed.
#[derive(Default)]
pub(super) struct Batches(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// How many commits there had been before any of them was read.
    commits: u64,
    batches: HashMap<Reading, Arc<Batch>>,
}

impl Batches {
    /// What was read already. `commits` is their number now.
    pub(super) fn kept(&self, commits: u64, reading: &Reading) -> Option<Arc<Batch>> {
        let kept = self.lock();
        let batch = kept.batches.get(reading);
        batch.filter(|_| kept.commits == commits).map(Arc::clone)
    }

    /// Keeps what was read. `commits` is their number before the snapshot was made.
    pub(super) fn keep(&self, commits: u64, reading: Reading, batch: &Arc<Batch>) {
        let mut kept = self.lock();
        if kept.commits != commits || kept.batches.len() >= KEPT {
            if commits < kept.commits {
                return;
            }
            kept.commits = commits;
            kept.batches.clear();
        }
        kept.batches.insert(reading, Arc::clone(batch));
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Every entry is whole by itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Batch {
    /// Reads what is new. Who may not read the feed gets nothing of it, now or later.
    pub(super) fn read(
        app: &App,
        snapshot: &Snapshot<'_>,
        viewer: &Viewer,
        reading: Reading,
    ) -> Result<Self> {
        let (stream, site) = (reading.stream, &app.site);
        match stream.require(snapshot, site, viewer) {
            Ok(()) => {}
            Err(refusal) if refusal.status.is_client_error() => {
                return Ok(Self {
                    updates: Vec::new(),
                    position: stream.newest(snapshot)?,
                    more: false,
                });
            }
            Err(error) => return Err(error),
        }
        let growth = stream.since(snapshot, site, viewer, reading.position, COUNT)?;
        let update = |(id, activity)| {
            let activity = serde_json::to_string(&activity)
                .map_err(|error| Error::internal("update", error))?;
            Ok(Update { id, activity })
        };
        Ok(Self {
            updates: growth
                .activities
                .into_iter()
                .map(update)
                .collect::<Result<_>>()?,
            position: growth.position,
            more: growth.more,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_before_a_commit_is_not_given_after_it() {
        let batches = Batches::default();
        let reading = |position| Reading {
            stream: Stream::Group(1),
            viewer: None,
            position,
        };
        let batch = Arc::new(Batch {
            updates: Vec::new(),
            position: 2,
            more: false,
        });
        batches.keep(5, reading(1), &batch);
        assert!(batches.kept(5, &reading(1)).is_some());
        assert!(batches.kept(5, &reading(2)).is_none());
        assert!(batches.kept(6, &reading(1)).is_none());
        batches.keep(6, reading(2), &batch);
        assert!(batches.kept(6, &reading(1)).is_none());
        // Whoever was slow does not bring the past back.
        batches.keep(5, reading(1), &batch);
        assert!(batches.kept(6, &reading(1)).is_none());
        assert!(batches.kept(6, &reading(2)).is_some());
        for position in 0..5_000 {
            batches.keep(6, reading(position), &batch);
            assert!(batches.lock().batches.len() <= KEPT);
        }
    }
}
