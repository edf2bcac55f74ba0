//! `pumphouse share`: shows something to others.

use super::doing::{self, OnThing};
use super::recipients::Recipients;
use crate::error::Error;

/// Share something with others.
///
/// Without recipients it is shared with your followers.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse share 3
  pumphouse share --to friend@pump.example last")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,

    #[command(flatten)]
    recipients: Recipients,
}

/// Shares, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let share = session.share(&object);
    let share = args.recipients.address(&session, share).await?;
    let place = doing::place(Some(&object));
    doing::send_and_say(share, "Shared", &place, args.on.format).await
}
