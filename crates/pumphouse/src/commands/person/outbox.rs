//! `pumphouse outbox`: what you did.

use super::feed::{self, Half, PageArgs};
use crate::account::Account;
use crate::error::Error;

/// Read what you did, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse outbox --major --count 50")]
pub(crate) struct Args {
    #[command(flatten)]
    half: Half,

    #[command(flatten)]
    page: PageArgs,

    #[command(flatten)]
    account: Account,
}

/// Reads a page and prints it.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let mut outbox = session.outbox();
    let mut words = vec!["outbox"];
    if args.half.major {
        outbox = outbox.major();
        words.push("--major");
    }
    if args.half.minor {
        outbox = outbox.minor();
        words.push("--minor");
    }
    let account = args.account.option();
    words.extend(account.as_deref());
    feed::show(session.account(), outbox.page(), args.page, &words).await
}
