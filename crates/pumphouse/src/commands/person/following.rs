//! `pumphouse following`: whom somebody follows.

use super::feed::{List, ListArgs, OfArgs, PlaceArgs};
use crate::account::Account;
use crate::error::Error;

/// List whom you or somebody else follows, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse following
  pumphouse following --of friend@pump.example --all")]
pub(crate) struct Args {
    #[command(flatten)]
    of: OfArgs,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    place: PlaceArgs,

    #[command(flatten)]
    account: Account,
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let mut list = List::new(
        &session,
        "following",
        &args.account,
        args.list,
        Some(args.place),
    );
    let following = match list.of(&args.of).await? {
        Some(person) => session.person(person).following(),
        None => session.following(),
    };
    list.show(|| following.items()).await
}
