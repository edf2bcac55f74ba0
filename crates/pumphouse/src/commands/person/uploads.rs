//! `pumphouse uploads`: the files that were uploaded.

use super::feed::{List, ListArgs};
use crate::account::Account;
use crate::error::Error;

/// List the files that you have uploaded, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse uploads
  pumphouse uploads --all --json")]
pub(crate) struct Args {
    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    account: Account,
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let list = List::new(&session, "uploads", &args.account, args.list, None);
    list.show(|| session.uploads().items()).await
}
