//! Known answers, in `tests/data`: signing and verifying requests, and each building block by itself.
//!
//! A signing case is a request, credentials, what was sent besides the signature, and every intermediate result.
//! A verification case is a request to one server (first line of the file), and its status and code when it must be refused.
//! RSA cases run with the feature `rsa`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod data;
mod signing;
mod tables;
mod verification;
