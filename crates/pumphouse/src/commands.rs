//! The commands, one file each: those of a person with an account, of somebody who runs a server, of
//! somebody who signs requests, and those that are about this program.

mod completions;
#[cfg(all(feature = "client", feature = "server"))]
mod demo;
mod man;
#[cfg(feature = "oauth1")]
mod oauth1;
#[cfg(feature = "client")]
mod person;
#[cfg(feature = "server")]
mod serve;
#[cfg(feature = "server")]
mod server;

use clap::Subcommand;

use crate::error::Error;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[cfg(feature = "client")]
    #[command(flatten)]
    Person(Box<person::Command>),
    #[cfg(feature = "server")]
    Serve(Box<serve::Args>),
    #[cfg(feature = "server")]
    Server(Box<server::Args>),
    #[cfg(feature = "oauth1")]
    Oauth1(Box<oauth1::Args>),
    #[cfg(all(feature = "client", feature = "server"))]
    Demo(demo::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Command {
    /// Does it.
    pub(crate) async fn run(self) -> Result<(), Error> {
        match self {
            #[cfg(feature = "client")]
            Self::Person(command) => command.run().await,
            #[cfg(feature = "server")]
            Self::Serve(args) => serve::run(*args).await,
            #[cfg(feature = "server")]
            Self::Server(args) => server::run(*args).await,
            #[cfg(feature = "oauth1")]
            Self::Oauth1(args) => oauth1::run(*args),
            #[cfg(all(feature = "client", feature = "server"))]
            Self::Demo(args) => demo::run(args).await,
            Self::Completions(args) => completions::run(&args),
            Self::Man(args) => man::run(&args),
        }
    }

    /// Whether it answers many at once, and not one person alone.
    pub(crate) fn serves(&self) -> bool {
        match self {
            #[cfg(feature = "server")]
            Self::Serve(_) | Self::Server(_) => true,
            #[cfg(all(feature = "client", feature = "server"))]
            Self::Demo(_) => true,
            _ => false,
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
