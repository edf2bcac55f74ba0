//! The one way out: every request of this crate passes here and meets its limits.
//!
//! A request is signed anew for every hop and every attempt, is never signed for another origin
//! than the one it was made for, never leaves https for plain http, and ends within one total
//! time, whatever the server does.

mod answer;
mod connection;
mod fitting;
mod hop;
mod observer;
mod origin;
mod outgoing;
mod payload;
mod redirect;
mod refusal;
mod sender;

pub(crate) use self::answer::Answer;
pub(crate) use self::connection::{Network, ProxyChoice};
pub(crate) use self::hop::{Opened, Upgraded};
pub use self::observer::{Exchange, Observer, SignedWith};
pub(crate) use self::origin::{is_loopback, same_origin};
pub(crate) use self::outgoing::{Outgoing, Redirects, Signature};
pub use self::payload::Progress;
pub(crate) use self::payload::{OnProgress, Payload};
pub(crate) use self::sender::{Limits, Transport};
