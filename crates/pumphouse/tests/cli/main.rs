//! The commands of a person, as that person runs them: what they print, what they say, and with which
//! status they end.
#![cfg(all(feature = "client", feature = "server"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod access;
mod backup;
mod calls;
mod editor;
mod feeds;
mod hostile;
mod lists;
mod manuals;
mod nothing;
mod others;
#[path = "../../../client/tests/it/person.rs"]
mod person;
mod profile;
mod references;
#[cfg(target_os = "linux")]
mod screens;
mod session;
mod support;
mod switch;
#[cfg(target_os = "linux")]
#[path = "../server/terminal.rs"]
mod terminal;
#[cfg(target_os = "linux")]
mod terminals;
mod tls;
mod watch;
mod writing;
