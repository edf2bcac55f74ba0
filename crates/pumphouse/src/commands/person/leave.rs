//! `pumphouse leave`: leaves a group.

use super::doing::{self, OnThing};
use crate::error::Error;

/// Leave a group.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse leave https://pump.example/api/group/x
  pumphouse leave 3")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let group = args.on.group(&session).await?;
    let place = doing::place(Some(&group));
    let already = format!("You are no member of {place}.");
    let said = format!("Left: {place}");
    doing::send_unless_so(session.leave(&group), &said, &already, args.on.format).await
}
