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
    let group = args.on.group(&session).await?;
    let place = doing::place(Some(&group));
    let already = format!("You are a member of {place} already.");
    let said = format!("Joined: {place}");
    doing::send_unless_so(session.join(&group), &said, &already, args.on.format).await
}
