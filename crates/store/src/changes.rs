//! What transactions change, told to those who listen: when it is on disk, and before the write is
//! acknowledged.

use std::sync::Arc;

use tokio::sync::{Notify, broadcast};

use crate::{Delivery, ObjectKey, UserKey};

/// How many arrivals a receiver may be behind.
const ARRIVALS: usize = 1_024;

/// An activity that has just reached feeds. One that goes to many arrives in several parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The activity's key.
    pub activity: i64,
    /// Whether it is major.
    pub major: bool,
    /// Whose outbox it is new in: the person who did it.
    pub outbox: Option<ObjectKey>,
    /// In whose inboxes it is new, and names the owner.
    pub direct: Vec<UserKey>,
    /// In whose inboxes it is new otherwise.
    pub others: Vec<UserKey>,
}

/// What one transaction changed.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) arrivals: Vec<Arrival>,
    pub(crate) jobs: bool,
}

impl Changes {
    /// Notes a delivery: as a part of the activity's arrival when it is new.
    pub(crate) fn delivered(
        &mut self,
        delivery: &Delivery<'_>,
        direct: Vec<UserKey>,
        others: Vec<UserKey>,
    ) {
        if direct.is_empty() && others.is_empty() {
            return;
        }
        match self.arrivals.last_mut() {
            Some(arrival) if arrival.activity == delivery.activity => {
                arrival.direct.extend(direct);
                arrival.others.extend(others);
            }
            _ => self.arrivals.push(Arrival {
                activity: delivery.activity,
                major: delivery.major,
                outbox: None,
                direct,
                others,
            }),
        }
    }
}

/// Those who listen to a store.
pub(crate) struct Listeners {
    arrivals: broadcast::Sender<Arc<Arrival>>,
    jobs: Notify,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            arrivals: broadcast::Sender::new(ARRIVALS),
            jobs: Notify::new(),
        }
    }
}

impl Listeners {
    /// Tells what has been committed. Waits for nobody.
    pub(crate) fn tell(&self, changes: Changes) {
        for arrival in changes.arrivals {
            // Nobody may listen.
            let _ = self.arrivals.send(Arc::new(arrival));
        }
        if changes.jobs {
            self.jobs.notify_one();
        }
    }

    pub(crate) fn arrivals(&self) -> broadcast::Receiver<Arc<Arrival>> {
        self.arrivals.subscribe()
    }

    pub(crate) async fn job_added(&self) {
        self.jobs.notified().await;
    }
}
