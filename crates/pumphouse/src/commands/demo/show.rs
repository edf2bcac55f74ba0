//! What the demo prints: numbered steps, facts, and one line for each exchange on the wire.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use pumphouse_client::{Exchange, Observer, SignedWith};

use crate::error::Error;
use crate::output;

/// Prints the demo as it happens.
#[derive(Clone, Default)]
pub(super) struct Show {
    steps: Arc<AtomicU32>,
}

impl Show {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn text(&self, text: &str) -> Result<(), Error> {
        output::line(text)
    }

    /// The heading of the next step.
    pub(super) fn step(&self, title: &str) -> Result<(), Error> {
        let number = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        output::line(&format!("\n{number:>2}. {title}"))
    }

    pub(super) fn fact(&self, name: &str, value: &str) -> Result<(), Error> {
        output::line(&format!("      {name}: {value}"))
    }

    /// One exchange: method, path, status, sizes, and who signed it.
    pub(super) fn exchange(
        &self,
        method: &str,
        path: &str,
        status: u16,
        received: u64,
        note: &str,
    ) -> Result<(), Error> {
        output::line(&format!(
            "    > {method:<4} {path}  {status}  {received} B  {note}"
        ))
    }
}

impl Observer for Show {
    fn on_exchange(&self, exchange: &Exchange<'_>) {
        let signed = match exchange.signed_with {
            SignedWith::Nothing => "unsigned",
            SignedWith::Client => "signed by the client",
            SignedWith::TemporaryCredentials => "signed by the client with temporary credentials",
            SignedWith::Token => "signed by the client with the person's token",
        };
        let status = exchange.status.map_or(0, |status| status.as_u16());
        // A line that cannot be printed is missed when the next one is.
        let _ = self.exchange(
            exchange.method.as_str(),
            exchange.url.path(),
            status,
            exchange.bytes_received,
            signed,
        );
    }
}
