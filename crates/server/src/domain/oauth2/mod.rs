//! OAuth 2.0: what programs ask people for, and the tokens that they get (pump.io protocol, section
//! 3.6; RFC 6749, 7636, 8252 and 9700).
//!
//! Tokens read; no scope lets them write, so every token has the scope `read`.

mod challenge;
mod redirect;
mod request;
mod tokens;

pub(crate) use redirect::{RedirectUri, is_out_of_band};
pub(crate) use request::{AuthorizationRequest, Refused};
pub(crate) use tokens::{Exchange, SCOPE, agree, exchange, for_client};
