//! Feeds told as they grow (pump.io protocol, section 8): as a plain event stream, and to clients of
//! pump.io by SockJS.
//!
//! A reader is a loop that owns its place in every feed that it follows. The store says which feeds
//! have grown, the [`hub`] wakes those who follow them, and they read from the store what is newer
//! than their place. So nothing is lost or told twice, whatever is missed on the way; a reader who
//! takes nothing costs no memory, because nothing is read for them; and what many would read at the
//! same moment is read and rendered once ([`batches`]).

mod batches;
mod challenge;
mod conversation;
mod events;
mod follow;
mod hub;
mod seats;
mod sockjs;

use std::sync::Arc;
use std::time::Duration;

use pumphouse_store::Arrival;
use tokio::sync::{broadcast, watch};
use tokio::time::{sleep, timeout};

pub(crate) use events::events;
pub(crate) use sockjs::routes as sockjs_routes;

use self::batches::Batches;
use self::hub::Hub;
use self::seats::Seats;
use self::sockjs::Sessions;
use crate::edge::Places;
use crate::observe::Metrics;

/// Where clients of pump.io connect.
const PATH: &str = "/main/realtime/sockjs";
/// How often something is sent to readers for whom there is nothing new, so that proxies keep the
/// connection, and is looked whether they may still read. SockJS's usual interval.
const HEARTBEAT: Duration = Duration::from_secs(25);
/// How often is looked for sessions that were left.
const SWEEP: Duration = Duration::from_secs(1);
/// How long streams may take to end when the server stops.
const GRACE: Duration = Duration::from_secs(5);

/// All streams of a server.
pub(crate) struct Live {
    hub: Arc<Hub>,
    batches: Batches,
    seats: Seats,
    sessions: Sessions,
    /// Turns to true when they are to end.
    ending: watch::Sender<bool>,
}

impl Live {
    pub(crate) fn new(places: Places, metrics: &Metrics) -> Self {
        Self {
            hub: Arc::default(),
            batches: Batches::default(),
            seats: Seats::new(places, metrics),
            sessions: Sessions::default(),
            ending: watch::Sender::new(false),
        }
    }

    /// Wakes readers, and forgets those who have gone away, until the store is closed.
    pub(crate) async fn run(&self, arrivals: broadcast::Receiver<Arc<Arrival>>) {
        let sweeping = async {
            loop {
                sleep(SWEEP).await;
                self.sessions.sweep();
            }
        };
        tokio::select! {
            () = self.hub.run(arrivals) => {}
            () = sweeping => {}
        }
    }

    /// Tells all streams to end.
    pub(crate) fn end(&self) {
        self.ending.send_replace(true);
        self.sessions.end();
    }

    /// Waits until they have.
    pub(crate) async fn ended(&self) {
        if timeout(GRACE, self.seats.empty()).await.is_err() {
            tracing::warn!("streams that took too long to end were left");
        }
    }

    /// Waits until the streams are to end.
    fn ending(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut ending = self.ending.subscribe();
        async move { drop(ending.wait_for(|ending| *ending).await) }
    }
}
