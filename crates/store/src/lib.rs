//! Everything a Pumphouse server keeps, and the one crate that knows SQL.
//!
//! A [`Store`] is a directory with an SQLite database. Work on it is a closure over a
//! [`Snapshot`] (reading) or a [`Transaction`] (reading and writing):
//!
//! - [`Store::read`] runs beside the writer and never waits for it.
//! - [`Store::write`] answers when its transaction is on disk (`synchronous=FULL`). Writes that
//!   wait at the same time share one sync; each is undone alone when it fails.
//!
//! The queries stand in one file per subject, each with plain SQL that numbers its
//! parameters (`?1`); what is particular to SQLite is in `sql` and `migrate`.
//!
//! Documents are strings here: what they mean is the server's affair.

mod accounts;
mod activities;
mod backup;
mod bearer;
mod cache;
mod changes;
mod clients;
mod codes;
mod dialbacks;
mod edges;
mod error;
mod groups;
mod inbox;
mod inspection;
mod jobs;
mod micros;
mod migrate;
mod nonces;
mod numbers;
mod objects;
mod page;
mod sessions;
mod settings;
mod sql;
mod store;
mod tokens;
mod uploads;
mod users;
mod versions;
mod writer;

pub use activities::{NewActivity, Outbox, StoredActivity};
pub use bearer::{Bearer, GivenCode, NewAuthorizationCode};
pub use cache::{Cache, Weigh};
pub use changes::Arrival;
pub use clients::{Client, ClientFields};
pub use codes::{Code, CodeKind, NewCode};
pub use dialbacks::Dialback;
pub use edges::{Edge, End};
pub use error::{Error, ErrorKind};
pub use inbox::{Delivery, Inbox};
pub use inspection::Inspection;
pub use jobs::StoredJob;
pub use micros::Micros;
pub use nonces::Nonce;
pub use numbers::Numbers;
pub use objects::{NewObject, ObjectKey, StoredObject, Tallies};
pub use page::{Paging, Position};
pub use sql::{Snapshot, Transaction};
pub use store::Store;
pub use tokens::{Credentials, Exchange, TemporaryCredentials, TokenCredentials};
pub use uploads::Upload;
pub use users::{FeedTallies, NewUser, User, UserKey};
