//! What every request needs.

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderValue;
use pumphouse_oauth1::Origin;
use pumphouse_oauth1::provider::Provider;
use pumphouse_store::Store;

use crate::answers::Answers;
use crate::clock::Clock;
use crate::domain::Site;
use crate::domain::passwords::Hasher;
use crate::domain::signup::Policy;
use crate::domain::uploads::Uploads;
use crate::edge::{Attempts, Canonical, Limits, Proxies};
use crate::live::Live;
use crate::mail::Mailer;
use crate::observe::{Metrics, RequestIds};
use crate::outbound::Outbound;
use crate::provider::Keeper;

/// The server's parts, shared by all requests.
pub(crate) struct App {
    pub(crate) store: Store,
    /// What readers are answered.
    pub(crate) answers: Answers,
    pub(crate) site: Site,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) hasher: Hasher,
    /// Who may make an account.
    pub(crate) policy: Policy,
    /// Sends letters, if there is a mail server.
    pub(crate) mailer: Option<Mailer>,
    /// Whether there are pages and sessions beside the API.
    pub(crate) web: bool,
    pub(crate) uploads: Uploads,
    pub(crate) provider: Provider<Keeper>,
    /// The way to other servers.
    pub(crate) outbound: Outbound,
    /// The public origin, which signatures are made for.
    pub(crate) origin: Origin,
    /// Whose word about where requests come from is taken.
    pub(crate) proxies: Proxies,
    pub(crate) limits: Limits,
    /// How often what could be abused was tried.
    pub(crate) attempts: Attempts,
    /// Which requests are led to the public address.
    pub(crate) canonical: Canonical,
    /// The value of `Strict-Transport-Security`, if browsers are to remember https.
    pub(crate) transport_security: Option<HeaderValue>,
    /// Whether answers are compressed.
    pub(crate) compress: bool,
    pub(crate) favicon: Favicon,
    pub(crate) metrics: Metrics,
    /// Whether clients of pump.io are told what is new.
    pub(crate) sockjs: bool,
    /// Feeds told as they grow.
    pub(crate) live: Live,
    pub(crate) request_ids: RequestIds,
}

/// The site's little picture.
pub(crate) struct Favicon {
    pub(crate) media_type: &'static str,
    pub(crate) image: Bytes,
}

impl App {
    /// Microseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now()
    }
}
