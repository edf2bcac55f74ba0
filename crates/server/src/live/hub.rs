//! Who follows what, and waking them when something arrives there.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pumphouse_store::Arrival;
use tokio::sync::Notify;
use tokio::sync::broadcast::{self, error::RecvError};

use crate::domain::streams::Source;

/// All that is followed.
#[derive(Default)]
pub(super) struct Hub {
    /// By what is followed; the number tells apart those who follow the same.
    signals: Mutex<BTreeMap<(Source, u64), Arc<Signal>>>,
    next: AtomicU64,
}

/// Tells one reader that something may be new in one feed.
struct Signal {
    due: AtomicBool,
    /// Wakes the reader, whatever else they follow.
    wake: Arc<Notify>,
}

/// That something is followed; ends when it is dropped.
pub(super) struct Watch {
    hub: Arc<Hub>,
    key: (Source, u64),
    signal: Arc<Signal>,
}

impl Hub {
    /// Follows a source from now on.
    pub(super) fn watch(self: &Arc<Self>, source: Source, wake: &Arc<Notify>) -> Watch {
        let key = (source, self.next.fetch_add(1, Ordering::Relaxed));
        let signal = Arc::new(Signal {
            due: AtomicBool::new(false),
            wake: Arc::clone(wake),
        });
        self.signals().insert(key, Arc::clone(&signal));
        Watch {
            hub: Arc::clone(self),
            key,
            signal,
        }
    }

    pub(super) async fn run(&self, mut arrivals: broadcast::Receiver<Arc<Arrival>>) {
        loop {
            match arrivals.recv().await {
                Ok(arrival) => self.wake(&arrival),
                // What was missed is in the feeds.
                Err(RecvError::Lagged(_)) => self.wake_all(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn wake(&self, arrival: &Arrival) {
        let outbox = arrival.outbox.map(Source::Outbox);
        let inboxes = arrival.inboxes.iter().map(|user| Source::Inbox(*user));
        let groups = arrival.groups.iter().map(|group| Source::Group(*group));
        let signals = self.signals();
        for source in outbox.into_iter().chain(inboxes).chain(groups) {
            for (_, signal) in signals.range((source, 0)..=(source, u64::MAX)) {
                signal.raise();
            }
        }
    }

    fn wake_all(&self) {
        for signal in self.signals().values() {
            signal.raise();
        }
    }

    fn signals(&self) -> MutexGuard<'_, BTreeMap<(Source, u64), Arc<Signal>>> {
        // The map is whole whatever happened while it was locked.
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Signal {
    fn raise(&self) {
        self.due.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

impl Watch {
    /// Wakes the reader as if something had arrived.
    pub(super) fn raise(&self) {
        self.signal.raise();
    }

    pub(super) fn is_due(&self) -> bool {
        self.signal.due.load(Ordering::Acquire)
    }

    /// To be called before the feed is looked at: what arrives while it is looked at is due again.
    pub(super) fn clear(&self) {
        self.signal.due.store(false, Ordering::Release);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.hub.signals().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(outbox: Option<i64>, inboxes: &[i64], groups: &[i64]) -> Arrival {
        Arrival {
            activity: 1,
            outbox,
            inboxes: inboxes.to_vec(),
            groups: groups.to_vec(),
        }
    }

    #[test]
    fn an_arrival_wakes_those_who_follow_where_it_arrives() {
        let (hub, wake) = (Arc::<Hub>::default(), Arc::default());
        let sources = [
            Source::Outbox(7),
            Source::Inbox(7),
            Source::Group(7),
            Source::Inbox(8),
        ];
        let watches = sources.map(|source| hub.watch(source, &wake));
        let due = || {
            let due = watches.each_ref().map(Watch::is_due);
            watches.iter().for_each(Watch::clear);
            due
        };
        hub.wake(&arrival(Some(7), &[8], &[]));
        assert_eq!(due(), [true, false, false, true]);
        hub.wake(&arrival(None, &[7], &[7]));
        assert_eq!(due(), [false, true, true, false]);
        hub.wake(&arrival(Some(9), &[9], &[9]));
        assert_eq!(due(), [false; 4]);
        drop(watches);
        assert!(hub.signals().is_empty());
    }

    #[tokio::test]
    async fn who_missed_arrivals_wakes_everybody() {
        let (hub, wake) = (Arc::<Hub>::default(), Arc::default());
        let watch = hub.watch(Source::Inbox(1), &wake);
        let sender = broadcast::Sender::new(2);
        let arrivals = sender.subscribe();
        for _ in 0..5 {
            sender.send(Arc::new(arrival(Some(3), &[2], &[]))).unwrap();
        }
        drop(sender);
        hub.run(arrivals).await;
        assert!(watch.is_due());
    }
}
