//! `pumphouse inbox`: what came.

use super::feed::{Half, List, ListArgs, PlaceArgs};
use crate::account::Account;
use crate::error::Error;

/// Read your inbox, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse inbox
  pumphouse inbox --major -n 50
  pumphouse inbox --since-last
  pumphouse inbox --direct --json")]
pub(crate) struct Args {
    /// Only what was addressed to you alone
    #[arg(long)]
    direct: bool,

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
        "inbox",
        &args.account,
        args.list,
        Some(args.place),
    );
    let mut inbox = session.inbox();
    if args.direct {
        inbox = inbox.direct();
        list.option("--direct");
    }
    if args.half.major {
        inbox = inbox.major();
        list.option("--major");
    }
    if args.half.minor {
        inbox = inbox.minor();
        list.option("--minor");
    }
    list.show(|| inbox.items()).await
}
