//! Verifying requests (RFC 5849, section 3.2): the server's side.
//!
//! A request goes through three types, and only the last says who sent it:
//! [`Unverified`], parsed and within all limits; [`Authentic`], its signature right; [`Verified`], its nonce new too.

mod parse;
mod policy;
mod states;

pub use self::policy::{BodyHashRule, Limits, Policy, TlsRule};
pub use self::states::{Authentic, BodyCoverage, NonceUse, Unverified, Verified};
