//! The log-in, step by step: each step is a value that only the step before it makes.
//!
//! [`Client`](crate::Client) → [`Server`] → [`Registration`] → [`PendingAuthorization`] →
//! [`Session`](crate::Session). Every one can be saved as a [`Record`](crate::Record) and taken up
//! again by another process. A step stands in the file of what it makes.

mod begin;
mod dance;
mod foreign;
mod loopback;
mod pending;
mod registration;
mod server;
mod verifier;

pub use self::loopback::LoopbackListener;
pub use self::pending::PendingAuthorization;
pub use self::registration::Registration;
pub use self::server::Server;
pub use self::verifier::{Callback, Verifier};
