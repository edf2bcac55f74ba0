//! `pumphouse whoami`: what the server thinks of us.

use crate::account::Account;
use crate::error::Error;
use crate::output::Format;
use crate::view;

/// Ask the server who you are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse whoami")]
pub(crate) struct Args {
    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Asks and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let me = session.whoami().await?;
    args.format.received(me.raw(), || view::profile(&me))
}
