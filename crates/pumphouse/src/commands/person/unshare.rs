//! `pumphouse unshare`: takes a share back.

use super::doing::{self, OnThing};
use crate::error::Error;

/// Take back a share.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse unshare 3
  pumphouse unshare https://pump.example/api/note/x")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let place = doing::place(Some(&object));
    let already = format!("You have not shared {place}.");
    let said = format!("No longer shared: {place}");
    doing::send_unless_so(session.unshare(&object), &said, &already, args.on.format).await
}
