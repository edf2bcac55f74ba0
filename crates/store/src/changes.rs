//! What transactions change, told to those who listen: when it is on disk, and before the write is
//! acknowledged.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

use crate::versions::{Changed, Versions};
use crate::{ObjectKey, UserKey};

/// How many arrivals a receiver may be behind.
const ARRIVALS: usize = 1_024;

/// An activity that has just reached feeds. One that goes to many arrives in several parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The activity's key.
    pub activity: i64,
    /// Whose outbox it is new in: the person who did it.
    pub outbox: Option<ObjectKey>,
    /// In whose inboxes it is new.
    pub inboxes: Vec<UserKey>,
    /// In the inboxes of which groups it is new.
    pub groups: Vec<ObjectKey>,
}

/// What one transaction changed.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) jobs: bool,
    pub(crate) things: Changed,
}

impl Changes {
    /// Notes an activity that is new in the outbox of whoever did it.
    pub(crate) fn done(&mut self, activity: i64, actor: ObjectKey) {
        self.arrival(activity).outbox = Some(actor);
    }

    /// Notes a delivery to users.
    pub(crate) fn delivered(&mut self, activity: i64, mut to: Vec<UserKey>) {
        if !to.is_empty() {
            self.arrival(activity).inboxes.append(&mut to);
        }
    }

    /// Notes a delivery to a group.
    pub(crate) fn delivered_to_group(&mut self, activity: i64, group: ObjectKey) {
        self.arrival(activity).groups.push(group);
    }

    /// The activity's arrival: a new one unless the last is its own.
    fn arrival(&mut self, activity: i64) -> &mut Arrival {
        let is_last = self.arrivals.last().map(|last| last.activity) == Some(activity);
        if !is_last {
            self.arrivals.push(Arrival {
                activity,
                ..Arrival::default()
            });
        }
        let last = self.arrivals.len() - 1;
        &mut self.arrivals[last]
    }
}

/// Those who listen to a store.
pub(crate) struct Listeners {
    pub(crate) versions: Versions,
    arrivals: broadcast::Sender<Arc<Arrival>>,
    jobs: Notify,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            versions: Versions::default(),
            arrivals: broadcast::Sender::new(ARRIVALS),
            jobs: Notify::new(),
        }
    }
}

impl Listeners {
    /// Tells what a commit changed. Waits for nobody.
    pub(crate) fn tell(&self, changes: Vec<Changes>) {
        self.versions
            .note(changes.iter().map(|changes| &changes.things));
        for changes in changes {
            for arrival in changes.arrivals {
                // Nobody may listen.
                let _ = self.arrivals.send(Arc::new(arrival));
            }
            if changes.jobs {
                self.jobs.notify_one();
            }
        }
    }

    pub(crate) fn arrivals(&self) -> broadcast::Receiver<Arc<Arrival>> {
        self.arrivals.subscribe()
    }

    pub(crate) async fn job_added(&self) {
        self.jobs.notified().await;
    }
}
