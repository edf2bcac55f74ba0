//! `pumphouse unlike`: takes a like back.

use super::doing::{self, OnThing};
use crate::error::Error;

/// Like something no longer.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse unlike 3
  pumphouse unlike https://pump.example/api/note/x")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let place = doing::place(Some(&object));
    let already = format!("You do not like {place}.");
    let said = format!("No longer liked: {place}");
    doing::send_unless_so(session.unlike(&object), &said, &already, args.on.format).await
}
