//! `pumphouse users`: who has an account.

use super::feed::{List, ListArgs};
use crate::account::Account;
use crate::error::Error;

/// List who has an account on your server, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse users
  pumphouse users --all --json")]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    account: Account,
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let list = List::new(&session, "users", &args.account, args.list, None);
    list.show(|| session.users().items()).await
}
