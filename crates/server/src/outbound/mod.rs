//! Requests to other servers. All go through one client, which does not follow redirects, waits no
//! longer than it has to, reads no more than it has to, and cannot be led to addresses that only
//! this machine or its network can reach.

mod address;
mod client;
mod discovery;
mod links;

pub(crate) use address::Reach;
pub(crate) use client::Outbound;
pub(crate) use discovery::dialback_address;
