//! A client for pump.io servers: discover, register, authorise, read and write.
//!
//! # Connect for the first time
//!
//! Give an address, let the person agree, and take what a later start needs: the client's key,
//! secret and expiry, and the token and its secret.
//!
//! ```no_run
#![doc = include_str!("../examples/connect_first_time.rs")]
//! ```
//!
//! # Connect again
//!
//! With all four given, nobody is asked and nothing is registered.
//!
//! ```no_run
#![doc = include_str!("../examples/connect_again.rs")]
//! ```
//!
//! Programs that want none of this to be their concern give the client a [`FileStore`], or with the
//! feature `keyring` the system's keyring, and call [`Client::connect`]: the first time it asks, later
//! it does not.
//!
//! # How it is built
//!
//! A log-in is a chain of values, each made by the one before it and by nothing else, so that a
//! step out of order does not compile:
//!
//! | step | value | made by |
//! |---|---|---|
//! | the program | [`Client`] | [`Client::builder`] |
//! | its server is found | [`Server`] | [`Client::discover`] |
//! | the program is registered | [`Registration`] | [`Server::register`], [`Server::recall`] |
//! | the person is to agree | [`PendingAuthorization`] | [`Registration::authorise`] |
//! | logged in | [`Session`] | [`PendingAuthorization::finish`] |
//!
//! The verifier can be pasted ([`PendingAuthorization::verifier_from_paste`]), caught by a
//! [`LoopbackListener`], or come from a web application's callback
//! ([`PendingAuthorization::verifier_from_callback`]). A client with a [`CredentialStore`] keeps
//! every step there, so that another process can go on; without one, each step is also a
//! [`Record`] that can be saved in any way.
//!
//! # What can be done
//!
//! A [`Session`] has a method for everything: [`note`](Session::note), [`file`](Session::file),
//! [`like`](Session::like), [`follow`](Session::follow), … give an [`Act`], which takes recipients
//! and is done by [`send`](Act::send); [`inbox`](Session::inbox),
//! [`followers`](Session::followers), [`replies`](Session::replies), … give what is read page by
//! page ([`PageRequest`]), item by item ([`Items`]), or as it arrives ([`Watch`]); [`person`](Session::person) gives others;
//! [`download`](Session::download) fetches files; and [`request`](Session::request) sends whatever
//! has no method.
//!
//! Web applications log people in with [`WebLogins`]; programs without async use the module
//! `blocking`, behind the feature of that name. The directory `examples` has a bot, a backup, a
//! cross-poster and a web application.
//!
//! # What it promises
//!
//! - Credentials stay on their origin: a redirect to another host, or from https to http, is an
//!   error and not followed. Plain http is spoken with this machine only, unless
//!   [asked for](ClientBuilder::plain_http).
//! - Every call ends within one total time and within a limit of memory.
//! - Only what changes nothing is sent twice: what could not be sent at all, and a GET whose
//!   connection failed or whose server asked to come again.
//! - Secrets do not print, are not logged, and stand in no [`Error`].
//!
//! # Coming from PyPump
//!
#![doc = include_str!("pypump.md")]

mod application;
#[cfg(feature = "blocking")]
pub mod blocking;
mod client;
mod discovery;
mod error;
mod login;
mod met;
mod session;
mod store;
mod transport;
mod web;

pub use http::{Method, StatusCode};
pub use pumphouse_activity as activity;
pub use pumphouse_activity::Acct;
pub use pumphouse_oauth1::nonce::NonceSource;
pub use pumphouse_oauth1::{
    ClientCredentials, Clock, Secret, SystemClock, TemporaryCredentials, TokenCredentials,
};
pub use url::Url;

pub use self::application::{Application, ApplicationType};
pub use self::client::{Client, ClientBuilder};
pub use self::discovery::Endpoints;
pub use self::error::{Error, ErrorKind, Result};
pub use self::login::{
    Callback, LoopbackListener, PendingAuthorization, Registration, Server, Verifier,
};
pub use self::session::{
    Act, Content, Done, Download, Downloaded, Feed, Inbox, Item, ItemStream, Items, Outbox, Page,
    PageRequest, Person, PersonRef, PostFile, Reach, Received, Recipient, Request, Response,
    Session, Upload, Watch, Written,
};
#[cfg(feature = "keyring")]
pub use self::store::KeyringStore;
pub use self::store::{
    CredentialStore, FileStore, KeptClient, KeptPending, MemoryStore, Record, RecordKey, ServerKey,
    ServerRecord,
};
pub use self::transport::{Exchange, Observer, Progress, SignedWith};
pub use self::web::{WebLogin, WebLogins};
