//! A pump.io server as a library.
//!
//! A request goes through four floors: `http` (routes, what comes in and goes out) → `auth` (who is
//! asking) → `domain` (what it means; no HTTP) → [`pumphouse_store`] (what is kept). `web` holds the
//! pages for people, beside `http` and over the same `domain`.
//!
//! ```no_run
//! use pumphouse_server::Server;
//!
//! # async fn run() -> Result<(), pumphouse_server::StartError> {
//! let server = Server::builder("/var/lib/pumphouse")
//!     .hostname("pump.example")
//!     .public_port(443)
//!     .listen("127.0.0.1:8080")
//!     .start()
//!     .await?;
//! println!("{} on {}", server.base_url(), server.address());
//! server.wait().await;
//! # Ok(())
//! # }
//! ```

mod answers;
mod app;
mod auth;
mod builder;
mod clock;
mod connections;
mod control;
mod domain;
mod edge;
mod error;
mod http;
mod ids;
mod jobs;
mod live;
mod mail;
mod observe;
mod outbound;
mod presets;
mod provider;
mod registration;
mod serve;
mod settings;
mod uploading;
mod urls;
mod web;
mod wire;

pub use builder::{Builder, StartError};
pub use clock::{Clock, SetClock, SystemClock};
pub use control::{
    Account, BackedUp, Backup, Control, ControlError, Invitation, NewUser, Progress, Running,
};
pub use edge::Certificate;
pub use serve::Server;
pub use settings::{PresetClient, PresetToken, PresetUser, Registration, Smtp, SmtpSecurity};
