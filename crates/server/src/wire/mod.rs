//! Requests read whole, and answers in the shapes of the protocol: what `auth`, `http` and `web` share.

mod form;
mod incoming;
mod outgoing;
mod path;

pub(crate) use form::{Choice, FORMS, Form, choose};
pub(crate) use incoming::{Incoming, PublicTarget};
pub(crate) use outgoing::{
    Failure, Refusal, Reply, in_form, json, negotiated, plain, token_refusal,
};
pub(crate) use path::Path;
