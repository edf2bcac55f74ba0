//! Requests read whole, and answers in the shapes of the protocol: what `auth`, `http` and `web` share.

mod cookie;
mod file;
mod form;
mod incoming;
mod multipart;
mod outgoing;
mod path;

pub(crate) use cookie::Cookie;
pub(crate) use file::{FileWriter, not_whole, receive};
pub(crate) use form::{Choice, FORMS, Form, choose};
pub(crate) use incoming::{ArrivedAt, Incoming, PublicTarget};
pub(crate) use outgoing::{
    BearerFault, Document, Failure, Refusal, Reply, entity_tag, in_form, json, plain, token_refusal,
};
pub(crate) use path::Path;
