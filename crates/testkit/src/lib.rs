//! The whole Pumphouse server in process, for tests.
//!
//! A [`TestServer`] is the real server on a free loopback port, over a temporary directory, with a
//! clock that stands still until a test moves it. Its public address is another one than its socket,
//! as behind a proxy: requests go to the socket and are signed for the public address.
//!
//! Who calls it: [`TestServer::anonymous`], an application ([`TestServer::client`]), a person through
//! an application ([`TestServer::user`]), a [`Browser`] ([`TestServer::browser`]), or bytes on a socket
//! ([`TestServer::send_raw`]).
//!
//! A [`MailCatcher`] is the mail server that it sends to.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what a test cannot do without ends the test"
)]

mod browser;
mod call;
mod caller;
mod door;
mod events;
mod mail;
mod reply;
mod server;

pub use browser::Browser;
pub use call::Call;
pub use caller::{Caller, PASSWORD};
pub use events::{Event, Events, Pieces};
pub use mail::{Mail, MailCatcher};
pub use reply::Reply;
pub use server::{START, TestServer};
