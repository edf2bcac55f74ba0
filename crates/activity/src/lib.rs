//! ActivityStreams 1.0 as pump.io speaks it.
//!
//! Data types only: no I/O, no rules. Every property is optional, because servers
//! leave out whatever they please, and what these types do not know is kept in
//! `extra` and comes back when they are serialised.
//!
//! ```
//! use pumphouse_activity::Activity;
//!
//! let json = r#"{"verb":"post","object":{"objectType":"note","content":"Hello","mood":"sunny"}}"#;
//! let activity: Activity = serde_json::from_str(json)?;
//! let note = activity.object.as_deref().expect("posted with an object");
//! assert_eq!(note.content.as_deref(), Some("Hello"));
//! assert_eq!(note.extra["mood"], "sunny");
//! assert_eq!(serde_json::to_string(&activity)?, json);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod acct;
mod activity;
pub mod as2;
mod duplicates;
mod extra;
mod identity;
mod kind;
mod links;
mod merge;
mod nesting;
mod object;
mod position;
mod time;
mod user;

pub use acct::{Acct, InvalidAcct};
pub use activity::Activity;
pub use extra::{Extra, PumpIo};
pub use kind::{ObjectType, Verb};
pub use links::{Link, Links, MediaLink};
pub use nesting::nesting;
pub use object::{Collection, Object, PUBLIC};
pub use position::{InvalidPosition, Position};
pub use user::User;
