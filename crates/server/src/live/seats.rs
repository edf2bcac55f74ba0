//! How many streams there may be: in all, and for one address.

use std::sync::Arc;

use http::StatusCode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::edge::{Place, Places, Remote};
use crate::error::{Error, Result};
use crate::observe::{Metrics, StreamLabels};

/// At the same time, in all.
const STREAMS: u32 = 4_096;

/// The places that there are.
pub(super) struct Seats {
    all: Arc<Semaphore>,
    places: Places,
    open: Family<StreamLabels, Gauge>,
}

/// One stream's place, given back when it is dropped.
pub(super) struct Seat {
    open: Gauge,
    _place: Place,
    _permit: OwnedSemaphorePermit,
}

impl Seats {
    pub(super) fn new(places: Places, metrics: &Metrics) -> Self {
        Self {
            all: Arc::new(Semaphore::new(STREAMS as usize)),
            places,
            open: metrics.streams.clone(),
        }
    }

    /// A place for a stream from an address, if that is known.
    pub(super) fn take(&self, kind: &'static str, remote: Option<Remote>) -> Result<Seat> {
        let permit = Arc::clone(&self.all).try_acquire_owned().map_err(|_| {
            Error::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "The server holds as many streams as it can; try again later.",
            )
        })?;
        let place = self.places.take(remote).ok_or_else(|| {
            Error::new(
                StatusCode::TOO_MANY_REQUESTS,
                "Your address holds as many streams as it may.",
            )
        })?;
        let open = self.open.get_or_create(&StreamLabels { kind }).clone();
        open.inc();
        Ok(Seat {
            open,
            _place: place,
            _permit: permit,
        })
    }

    /// Waits until all places have been given back.
    pub(super) async fn empty(&self) {
        // Nobody closes it.
        let _ = self.all.acquire_many(STREAMS).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.open.dec();
    }
}
