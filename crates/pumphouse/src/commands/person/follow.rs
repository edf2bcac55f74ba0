//! `pumphouse follow`: follows a person.

use super::doing::{self, OnPerson};
use crate::error::Error;

/// Follow a person.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse follow friend@pump.example
  pumphouse follow 3")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnPerson,
}

/// Does it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let person = args.on.person.recipient(&session).await?;
    let name = args.on.person.to_string();
    let already = format!("You follow {name} already.");
    let said = format!("Followed: {name}");
    doing::send_unless_so(session.follow(person), &said, &already, args.on.format).await
}
