//! `pumphouse like`: says that you like something.

use super::doing::{self, OnThing};
use crate::error::Error;

/// Like something.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse like 3
  pumphouse like https://pump.example/api/note/x")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let place = doing::place(Some(&object));
    let already = format!("You like {place} already.");
    let said = format!("Liked: {place}");
    doing::send_unless_so(session.like(&object), &said, &already, args.on.format).await
}
