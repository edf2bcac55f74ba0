//! `pumphouse logout`: forgets an account's token.

use serde_json::json;

use crate::account::{Choice, DefaultAccount, client_here};
use crate::error::Error;
use crate::output::Format;

/// Log out: forget the token of an account.
///
/// Servers offer no way to be told; only this program forgets.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse logout --account you@pump.example")]
pub(crate) struct Args {
    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    choice: Choice,
}

/// Forgets; nothing is sent.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let client = client_here()?;
    let account = args.choice.choose(&client).await?;
    if !client.log_out(&account).await? {
        return Err(
            Error::not_logged_in(format!("{account} is not logged in here")).about(&account),
        );
    }
    DefaultAccount::here()?.forget(&account)?;
    args.format.own(
        || json!({"account": account, "logged_out": true}),
        || format!("{account} is logged out."),
    )
}
