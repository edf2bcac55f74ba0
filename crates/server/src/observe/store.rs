//! The store's own numbers, asked for when somebody looks.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use pumphouse_store::{Error, Store};

/// Reads the numbers of a store.
pub(super) struct StoreNumbers(pub(super) Store);

impl Collector for StoreNumbers {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let numbers = self.0.numbers();
        let mut counter = |name: &str, help: &str, value: u64| {
            let encoder = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(encoder)
        };
        counter(
            "store_commits",
            "Transactions written to disk",
            numbers.commits,
        )?;
        counter(
            "store_writes",
            "Changes in these transactions; writes by commits is the size of a group",
            numbers.writes,
        )?;
        counter(
            "store_failed_commits",
            "Transactions that could not be written",
            numbers.failed_commits,
        )?;
        let largest = encoder.encode_descriptor(
            "store_largest_group",
            "The most changes that one transaction took",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(signed(numbers.largest_group)).encode(largest)?;
        let Ok(waiting) = self.waiting_jobs() else {
            // A store that cannot be read shows in the log and at /healthz.
            return Ok(());
        };
        let jobs = encoder.encode_descriptor(
            "jobs_waiting",
            "Work that has been promised and is not done",
            None,
            MetricType::Gauge,
        )?;
        ConstGauge::new(waiting).encode(jobs)
    }
}

impl StoreNumbers {
    fn waiting_jobs(&self) -> Result<i64, Error> {
        self.0.read(|snapshot| {
            let waiting = snapshot.waiting_jobs()?;
            Ok(waiting)
        })
    }
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl fmt::Debug for StoreNumbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoreNumbers")
    }
}
