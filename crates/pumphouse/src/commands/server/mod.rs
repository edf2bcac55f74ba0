//! `pumphouse server`: for those who run a server, on the machine that it runs on.

mod backup;
mod doctor;
mod invite;
mod password;
mod place;
mod user;

use clap::Subcommand;

use crate::error::Error;

/// Look after a server: accounts, invitations, backups, and what is wrong.
///
/// All of this works while the server runs and while it does not, on the machine that it runs on and as
/// the user whose data it is.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse server user add alice
  pumphouse server backup /var/backups/pumphouse-monday
  pumphouse server doctor")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    User(user::Args),
    Invite(invite::Args),
    Backup(backup::Args),
    Doctor(Box<doctor::Args>),
}

pub(crate) async fn run(args: Args) -> Result<(), Error> {
    match args.command {
        Command::User(args) => user::run(args).await,
        Command::Invite(args) => invite::run(args).await,
        Command::Backup(args) => backup::run(args).await,
        Command::Doctor(args) => doctor::run(*args).await,
    }
}
