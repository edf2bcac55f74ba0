//! `pumphouse whoami`: what the server thinks of us.

use crate::account::Account;
use crate::error::Error;
use crate::{output, text};

/// Ask the server who you are.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse whoami")]
pub(crate) struct Args {
    /// Print the profile as JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    account: Account,
}

/// Asks and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let me = session.whoami().await?;
    if args.json {
        return output::line(&text::json(me.raw()));
    }
    output::line(&output::bold(&session.account().to_string()))?;
    let user = session.account().user();
    let name = me.display_name.as_deref().filter(|name| *name != user);
    for line in [name, me.url.as_deref()].into_iter().flatten() {
        output::line(&text::one_line(line))?;
    }
    if let Some(summary) = &me.summary {
        output::line(&text::of_html(summary, output::width()))?;
    }
    Ok(())
}
