//! `pumphouse inbox`: what came.

use super::feed::{self, Half, PageArgs};
use crate::account::Account;
use crate::error::Error;

/// Read your inbox, newest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse inbox
  pumphouse inbox --major --count 50
  pumphouse inbox --direct --json")]
pub(crate) struct Args {
    /// Only what was addressed to you alone
    #[arg(long)]
    direct: bool,

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
    let mut inbox = session.inbox();
    let mut words = vec!["inbox"];
    if args.direct {
        inbox = inbox.direct();
        words.push("--direct");
    }
    if args.half.major {
        inbox = inbox.major();
        words.push("--major");
    }
    if args.half.minor {
        inbox = inbox.minor();
        words.push("--minor");
    }
    let account = args.account.option();
    words.extend(account.as_deref());
    feed::show(session.account(), inbox.page(), args.page, &words).await
}
