//! Numbers for Prometheus, on an address of their own.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{Method, header};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::store::StoreNumbers;
use crate::app::App;
use crate::error::Error;
use pumphouse_store::Store;

/// Upper bounds of the classes of durations, in seconds: from a page out of memory to the time limit.
const DURATIONS: [f64; 10] = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0, 30.0,
];

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram>,
    /// Open connections, those that wait for the next request too.
    pub(crate) connections: Gauge,
    /// Feeds that are being followed, by the way in which they are told.
    pub(crate) streams: Family<StreamLabels, Gauge>,
}

/// The way in which feeds are told.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct StreamLabels {
    pub(crate) kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

impl Metrics {
    pub(crate) fn new(store: Store) -> Self {
        let mut registry = Registry::with_prefix("pumphouse");
        let requests = Family::<RequestLabels, Counter>::default();
        registry.register("requests", "Requests answered", requests.clone());
        let durations =
            Family::<RouteLabels, Histogram>::new_with_constructor(|| Histogram::new(DURATIONS));
        registry.register(
            "request_duration_seconds",
            "Time to an answer's head",
            durations.clone(),
        );
        let connections = Gauge::default();
        registry.register("connections", "Open connections", connections.clone());
        let streams = Family::<StreamLabels, Gauge>::default();
        registry.register(
            "streams",
            "Readers who are told what is new",
            streams.clone(),
        );
        registry.register_collector(Box::new(StoreNumbers(store)));
        Self {
            registry,
            requests,
            durations,
            connections,
            streams,
        }
    }

    /// Counts a request. The route is its template, so there are no more of them than routes.
    pub(crate) fn request(&self, method: &Method, route: &str, status: u16, taken: Duration) {
        let labels = RequestLabels {
            method: known(method),
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        let labels = RouteLabels {
            route: labels.route,
        };
        self.durations
            .get_or_create(&labels)
            .observe(taken.as_secs_f64());
    }

    fn text(&self) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// A method's name, as one of a few.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The routes of the metrics' own address.
pub(crate) fn routes(app: Arc<App>) -> Router {
    Router::new().route("/metrics", get(show)).with_state(app)
}

async fn show(State(app): State<Arc<App>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    match app.metrics.text() {
        Ok(text) => ([(header::CONTENT_TYPE, kind)], text).into_response(),
        Err(error) => Error::internal("metrics", error).into_response(),
    }
}
