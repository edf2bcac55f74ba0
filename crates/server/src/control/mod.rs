//! How those who run a server change it from the machine that it runs on: accounts, invitations,
//! backups.
//!
//! A running server listens on a Unix socket that only its own user can open, and speaks HTTP there
//! (`routes.rs`). When none runs, the same routes are called in this process, over the opened data
//! directory. [`Control`] is the way to both.

mod backup;
mod client;
mod office;
mod routes;
#[cfg(unix)]
mod socket;
#[cfg(not(unix))]
#[path = "no_socket.rs"]
mod socket;
mod stream;
mod wire;

pub use client::{Control, ControlError};
pub use wire::{Account, BackedUp, Backup, Invitation, NewUser, Progress, Running};

pub(crate) use office::Office;
pub(crate) use routes::routes;
pub(crate) use socket::Door;
