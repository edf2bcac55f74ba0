//! `pumphouse unfollow`: follows a person no longer.

use super::doing::{self, OnPerson};
use crate::error::Error;

/// Follow a person no longer.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse unfollow friend@pump.example
  pumphouse unfollow 3")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnPerson,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let person = args.on.person.recipient(&session).await?;
    let name = args.on.person.to_string();
    let already = format!("You do not follow {name}.");
    let said = format!("No longer followed: {name}");
    doing::send_unless_so(session.unfollow(person), &said, &already, args.on.format).await
}
