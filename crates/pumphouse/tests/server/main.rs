//! `pumphouse serve` and `pumphouse server`, as those who run a server use them.
#![cfg(all(feature = "server", unix))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod backup;
mod doctor;
mod presets;
#[cfg(target_os = "linux")]
mod prompts;
mod serve;
mod support;
#[cfg(target_os = "linux")]
mod terminal;
mod users;
