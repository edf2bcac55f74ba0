//! `pumphouse favourites`: what somebody likes.

use super::feed::{List, ListArgs, OfArgs};
use crate::account::Account;
use crate::error::Error;

/// List what you or somebody else likes, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse favourites
  pumphouse favourites --of friend@pump.example -n 50")]
pub(crate) struct Args {
    #[command(flatten)]
    of: OfArgs,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    account: Account,
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let mut list = List::new(&session, "favourites", &args.account, args.list, None);
    let favourites = match list.of(&args.of).await? {
        Some(person) => session.person(person).favourites(),
        None => session.favourites(),
    };
    list.show(|| favourites.items()).await
}
