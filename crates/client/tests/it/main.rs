//! The client against servers on this machine, most of them bad.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::panic, reason = "a test fails by panicking")]

mod bell;
#[cfg(target_os = "linux")]
mod browser;
mod discovery;
mod doing;
mod features;
mod file_store;
mod hostile;
mod login;
mod network;
mod patience;
mod peer;
mod person;
mod reading;
mod real;
mod session;
mod tls;
mod transport;
mod watch;
mod web;
