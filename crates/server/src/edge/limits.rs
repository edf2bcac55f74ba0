//! How much one address may ask for: connections at a time, and requests a second.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::remote::Remote;
use crate::app::App;
use crate::error::Error;

/// The rates of all addresses. Those of this machine, and of proxies that do not say for whom they
/// ask, have none.
pub(crate) struct Limits {
    requests: Option<DefaultKeyedRateLimiter<IpAddr>>,
}

impl Limits {
    /// Up to `a_second` requests from one address, and as many as in ten seconds at once; 0 is no limit.
    pub(crate) fn new(a_second: u32) -> Self {
        let quota = NonZeroU32::new(a_second)
            .map(|rate| Quota::per_second(rate).allow_burst(rate.saturating_mul(BURST_SECONDS)));
        Self {
            requests: quota.map(DefaultKeyedRateLimiter::keyed),
        }
    }

    /// After how many seconds an address may ask again; nothing if it may now.
    fn wait(&self, remote: Remote) -> Option<u64> {
        let requests = self.requests.as_ref()?;
        let refused = requests.check_key(&remote.network()).err()?;
        let wait = refused.wait_time_from(DefaultClock::default().now());
        Some(wait.as_secs() + 1)
    }

    /// Forgets the addresses that have been quiet.
    pub(crate) fn purge(&self) {
        if let Some(requests) = &self.requests {
            requests.retain_recent();
            requests.shrink_to_fit();
        }
    }
}

/// How many seconds' worth of requests may come at once: a page with all its pictures.
const BURST_SECONDS: NonZeroU32 = NonZeroU32::new(10).unwrap();

/// Refuses requests of an address that asks too much.
pub(crate) fn limit(app: &App, request: &Request) -> Option<Response> {
    let remote = request.extensions().get::<Remote>()?;
    let seconds = app.limits.wait(*remote)?;
    let refusal = Error::too_many("Too many requests from your address", seconds);
    Some(refusal.into_response())
}

/// The connections that are open, by address.
#[derive(Clone)]
pub(crate) struct Places {
    taken: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// For one address; 0 is no limit.
    each: usize,
}

/// One connection's place, given back when it is dropped.
pub(crate) struct Place {
    places: Places,
    network: Option<IpAddr>,
}

impl Places {
    pub(crate) fn new(each: usize) -> Self {
        Self {
            taken: Arc::default(),
            each,
        }
    }

    /// A place for a connection from an address; none if it holds all that it may. Whose address is
    /// unknown is not counted.
    pub(crate) fn take(&self, remote: Option<Remote>) -> Option<Place> {
        let network = remote.map(Remote::network).filter(|_| self.each > 0);
        if let Some(network) = network {
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            let count = taken.entry(network).or_default();
            if *count >= self.each {
                return None;
            }
            *count += 1;
        }
        Some(Place {
            places: self.clone(),
            network,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(network) = self.network else { return };
        let taken = self.places.taken.lock();
        let mut taken = taken.unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&network) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_for_each_address_and_given_back() {
        let places = Places::new(2);
        let remote = |text: &str| Some(Remote(text.parse().unwrap()));
        let first = places.take(remote("203.0.113.5")).unwrap();
        let second = places.take(remote("203.0.113.5")).unwrap();
        assert!(places.take(remote("203.0.113.5")).is_none());
        assert!(places.take(remote("203.0.113.6")).is_some());
        assert!(places.take(None).is_some());
        drop(first);
        assert!(places.take(remote("203.0.113.5")).is_some());
        drop(second);
        assert!(places.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn without_a_rate_nothing_is_refused() {
        let limits = Limits::new(0);
        let remote = Remote("203.0.113.5".parse().unwrap());
        assert!((0..1_000).all(|_| limits.wait(remote).is_none()));
    }
}
