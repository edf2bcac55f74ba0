//! What operators see of the server: a log line and numbers for every request.

mod metrics;
mod request;
mod store;

pub(crate) use metrics::{Metrics, StreamLabels, routes as metrics_routes};
pub(crate) use request::{Observed, RequestIds};
