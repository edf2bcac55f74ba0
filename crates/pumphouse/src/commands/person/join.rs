//! `pumphouse join`: joins a group.

use super::doing::{self, OnThing};
use crate::error::Error;

/// Join a group.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse join https://pump.example/api/group/x
  pumphouse join 3")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let place = doing::place(Some(&object));
    doing::send_and_say(session.join(&object), "Joined", &place, args.on.format).await
}
