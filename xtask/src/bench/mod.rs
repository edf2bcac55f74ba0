//! Benchmarks. Machines are noisy: what counts is a figure next to its baseline of the same run.

pub(crate) mod cli;
mod load;
pub(crate) mod oauth1;
pub(crate) mod server;
