//! `pumphouse oauth1`: OAuth 1.0 (RFC 5849) by hand, for any provider.

mod advice;
mod credentials;
mod curl;
mod explain;
mod input;
mod method;
mod parameters;
mod received;
mod refused;
mod report;
mod request;
mod sign;
mod verify;

use clap::Subcommand;

use crate::error::Error;

/// Sign, verify and explain OAuth 1.0 requests, to whatever provider.
///
/// Nothing is sent: the commands only compute. Secrets need not stand on the command line, where
/// the history of the shell keeps them: they are also taken from the environment variables
/// PUMPHOUSE_OAUTH1_CONSUMER_SECRET and PUMPHOUSE_OAUTH1_TOKEN_SECRET, or asked for.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse oauth1 sign --url 'https://api.example/photos?size=small' --consumer-key key")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Sign(sign::Args),
    Verify(verify::Args),
    Explain(explain::Args),
}

/// Does it.
pub(crate) fn run(args: Args) -> Result<(), Error> {
    match args.command {
        Command::Sign(args) => sign::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Explain(args) => explain::run(&args),
    }
}
