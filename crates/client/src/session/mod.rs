//! A logged-in account: reading and writing on its server.

mod account;
mod act;
mod addressing;
mod connect;
mod content;
mod feed;
mod finish;
mod page;
mod profile;
mod react;
mod received;
mod recipient;
mod request;
mod upload;
mod write;

pub use self::account::Session;
pub use self::act::{Act, Done, Written};
pub use self::content::Content;
pub use self::feed::{Inbox, Outbox};
pub use self::page::{Item, Page, PageRequest};
pub use self::received::Received;
pub use self::recipient::Recipient;
pub use self::request::{Request, Response};
pub use self::upload::{PostFile, Upload};
