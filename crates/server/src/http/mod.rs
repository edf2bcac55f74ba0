//! HTTP: routes, what comes in, what goes out. No rules: those are in [`crate::domain`].

mod activities;
mod collections;
mod feeds;
mod incoming;
mod oauth;
mod objects;
mod outgoing;
mod paging;
mod registration;
mod router;
mod users;
mod well_known;

pub(crate) use incoming::Incoming;
pub(crate) use oauth::page_failure;
pub(crate) use outgoing::{Failure, Refusal, Reply, json};
pub(crate) use router::router;
