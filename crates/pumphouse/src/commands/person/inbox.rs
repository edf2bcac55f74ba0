//! `pumphouse inbox`: what came.

use pumphouse_client::{Inbox, Session};

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
    #[command(flatten)]
    which: Which,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    place: PlaceArgs,

    #[command(flatten)]
    account: Account,
}

/// Which part of it.
#[derive(Debug, clap::Args)]
pub(super) struct Which {
    /// Only what was addressed to you alone
    #[arg(long)]
    direct: bool,

    #[command(flatten)]
    half: Half,
}

impl Which {
    /// The part of the inbox, and the options that choose it.
    pub(super) fn of(&self, session: &Session) -> (Inbox, Vec<&'static str>) {
        let (mut inbox, mut options) = (session.inbox(), Vec::new());
        if self.direct {
            inbox = inbox.direct();
            options.push("--direct");
        }
        if self.half.major {
            inbox = inbox.major();
            options.push("--major");
        }
        if self.half.minor {
            inbox = inbox.minor();
            options.push("--minor");
        }
        (inbox, options)
    }
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let (inbox, options) = args.which.of(&session);
    let mut list = List::new(
        &session,
        "inbox",
        &args.account,
        args.list,
        Some(args.place),
    );
    for option in options {
        list.option(option);
    }
    list.show(|| inbox.items()).await
}
