//! Offering OAuth 1.0 (RFC 5849, sections 2 and 3.2): the checks of the three endpoints and of protected resources.
//!
//! A [`Provider`] does no I/O of its own: it asks a [`Store`], which is yours, and says what to answer. What to do with a
//! person who must agree (log-in, page, buttons) is yours too; [`Provider::pending`], [`Provider::new_verifier`] and
//! [`Callback::redirect`] help with it.
//!
//! The order of the checks costs an attacker more than us: limits, form and time first; then one look-up; then the
//! signature, computed with dummy secrets when client or token are unknown, so that the time tells nothing; and the nonce
//! is written last, so that nobody without keys can fill the store.

mod answer;
mod authenticated;
mod callback;
mod endpoints;
mod memory;
mod public_origin;
mod rejection;
mod store;
mod tokens;

pub use self::answer::Answer;
pub use self::authenticated::Authenticated;
pub use self::callback::{Callback, CallbackRule};
pub use self::endpoints::{Legs, Provider};
pub use self::memory::MemoryStore;
pub use self::public_origin::PublicOrigin;
pub use self::rejection::Rejection;
pub use self::store::{
    Access, Client, Exchange, Issued, NewTemporary, Pending, PendingAccess, Store, TemporaryAccess,
    TemporaryState,
};
pub use self::tokens::{TokenSource, UrlSafeTokens};
