//! Requests read whole, and answers in the shapes of the protocol: what `auth`, `http` and `web` share.

mod incoming;
mod outgoing;
mod path;

pub(crate) use incoming::Incoming;
pub(crate) use outgoing::{Failure, Refusal, Reply, json, plain, token_refusal};
pub(crate) use path::Path;
