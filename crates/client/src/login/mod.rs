//! The log-in, step by step: each step is a value that only the step before it makes.
//!
//! [`Server`] → [`Registration`] → [`PendingAuthorization`] → [`Session`]. Every one can be saved
//! as a [`Record`] and taken up again by another process.

mod connect;
mod loopback;
mod pending;
mod registration;
mod server;

pub use self::loopback::LoopbackListener;
pub use self::pending::{PendingAuthorization, Verifier};
pub use self::registration::{Callback, Registration};
pub use self::server::Server;

#[cfg(doc)]
use crate::{Record, Session};
