//! A logged-in account: reading and writing on its server.

mod account;
mod connect;
mod content;
mod feed;
mod finish;
mod page;
mod post;
mod received;
mod recipient;
mod request;

pub use self::account::Session;
pub use self::content::Content;
pub use self::feed::{Inbox, Outbox};
pub use self::page::{Item, Page, PageRequest};
pub use self::post::Post;
pub use self::received::Received;
pub use self::recipient::Recipient;
pub use self::request::{Request, Response};
