//! Between the network and the router: who calls, how much of it is taken, TLS, and what a request
//! is before routes are looked up.

mod arrival;
mod attempts;
mod bounce;
mod canonical;
mod certificate;
mod limits;
mod remote;
mod rewrite;
mod tls;

pub(crate) use bounce::Bounce;
pub use certificate::Certificate;

pub(crate) use arrival::{Way, arrived_at};
pub(crate) use attempts::Attempts;
pub(crate) use canonical::{Canonical, redirect};
pub(crate) use limits::{Limits, Place, Places, limit};
pub(crate) use remote::{Peer, Proxies, Remote};
pub(crate) use rewrite::rewrite;
pub(crate) use tls::Tls;
