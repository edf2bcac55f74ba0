//! A logged-in account: reading and writing on its server.

mod account;
mod act;
mod address;
mod addressing;
mod connect;
mod content;
mod download;
mod feed;
mod finish;
mod item;
mod items;
mod page;
mod people;
mod profile;
mod react;
mod read;
mod received;
mod recipient;
mod request;
mod upload;
mod watch;
mod write;

pub use self::account::Session;
pub use self::act::{Act, Done, Written};
pub use self::content::Content;
pub use self::download::{Download, Downloaded};
pub use self::feed::{Feed, Inbox, Outbox};
pub use self::item::Item;
pub use self::items::{ItemStream, Items};
pub use self::page::{Page, PageRequest};
pub use self::people::{Person, PersonRef};
pub use self::received::Received;
pub use self::recipient::Recipient;
pub use self::request::{Request, Response};
pub use self::upload::{PostFile, Upload};
pub use self::watch::{Reach, Watch};
