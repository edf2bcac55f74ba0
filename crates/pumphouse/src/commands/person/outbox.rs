//! `pumphouse outbox`: what somebody did.

use super::feed::{Half, List, ListArgs, OfArgs, PlaceArgs};
use crate::account::Account;
use crate::error::Error;

/// Read what you or somebody else did, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse outbox --major -n 50
  pumphouse outbox --of friend@pump.example --since-last")]
pub(crate) struct Args {
    #[command(flatten)]
    of: OfArgs,

    #[command(flatten)]
    half: Half,

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
        "outbox",
        &args.account,
        args.list,
        Some(args.place),
    );
    let mut outbox = match list.of(&args.of).await? {
        Some(person) => session.person(person).outbox(),
        None => session.outbox(),
    };
    if args.half.major {
        outbox = outbox.major();
        list.option("--major");
    }
    if args.half.minor {
        outbox = outbox.minor();
        list.option("--minor");
    }
    list.show(|| outbox.items()).await
}
