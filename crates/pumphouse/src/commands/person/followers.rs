//! `pumphouse followers`: who follows somebody.

use super::feed::{List, ListArgs, OfArgs, PlaceArgs};
use crate::account::Account;
use crate::error::Error;

/// List who follows you or somebody else, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse followers
  pumphouse followers --of friend@pump.example --all")]
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
        "followers",
        &args.account,
        args.list,
        Some(args.place),
    );
    let followers = match list.of(&args.of).await? {
        Some(person) => session.person(person).followers(),
        None => session.followers(),
    };
    list.show(|| followers.items()).await
}
