//! The commands, one file each.

#[cfg(feature = "client")]
mod accounts;
#[cfg(all(feature = "client", feature = "server"))]
mod demo;
#[cfg(feature = "client")]
mod feed;
#[cfg(feature = "client")]
mod inbox;
#[cfg(feature = "client")]
mod login;
#[cfg(feature = "client")]
mod logout;
#[cfg(feature = "oauth1")]
mod oauth1;
#[cfg(feature = "client")]
mod outbox;
#[cfg(feature = "client")]
mod post;
#[cfg(feature = "client")]
mod register;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod server;
#[cfg(feature = "client")]
mod whoami;

use clap::Subcommand;

use crate::error::Error;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[cfg(feature = "client")]
    Register(register::Args),
    #[cfg(feature = "client")]
    Login(login::Args),
    #[cfg(feature = "client")]
    Accounts(accounts::Args),
    #[cfg(feature = "client")]
    Whoami(whoami::Args),
    #[cfg(feature = "client")]
    Post(post::Args),
    #[cfg(feature = "client")]
    Inbox(inbox::Args),
    #[cfg(feature = "client")]
    Outbox(outbox::Args),
    #[cfg(feature = "client")]
    Logout(logout::Args),
    #[cfg(feature = "server")]
    Serve(Box<serve::Args>),
    #[cfg(feature = "server")]
    Server(Box<server::Args>),
    #[cfg(feature = "oauth1")]
    Oauth1(Box<oauth1::Args>),
    #[cfg(all(feature = "client", feature = "server"))]
    Demo(demo::Args),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), Error> {
        match self {
            #[cfg(feature = "client")]
            Self::Register(args) => register::run(args).await,
            #[cfg(feature = "client")]
            Self::Login(args) => login::run(args).await,
            #[cfg(feature = "client")]
            Self::Accounts(args) => accounts::run(args).await,
            #[cfg(feature = "client")]
            Self::Whoami(args) => whoami::run(args).await,
            #[cfg(feature = "client")]
            Self::Post(args) => post::run(args).await,
            #[cfg(feature = "client")]
            Self::Inbox(args) => inbox::run(args).await,
            #[cfg(feature = "client")]
            Self::Outbox(args) => outbox::run(args).await,
            #[cfg(feature = "client")]
            Self::Logout(args) => logout::run(args).await,
            #[cfg(feature = "server")]
            Self::Serve(args) => serve::run(*args).await,
            #[cfg(feature = "server")]
            Self::Server(args) => server::run(*args).await,
            #[cfg(feature = "oauth1")]
            Self::Oauth1(args) => oauth1::run(*args),
            #[cfg(all(feature = "client", feature = "server"))]
            Self::Demo(args) => demo::run(args).await,
        }
    }

    /// Whether it begins a log itself, when it has read its settings.
    pub(crate) fn logs_itself(&self) -> bool {
        match self {
            #[cfg(feature = "server")]
            Self::Serve(args) => args.has_log(),
            _ => false,
        }
    }
}
