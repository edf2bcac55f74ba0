//! `pumphouse switch`: which account is meant when none is named.

use pumphouse_client::Acct;
use serde_json::json;

use crate::account::{DefaultAccount, client_here};
use crate::error::Error;
use crate::output::Format;

/// Choose the account that is used when none is named.
///
/// `--account` and `PUMPHOUSE_ACCOUNT` still come first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse switch you@pump.example")]
pub(crate) struct Args {
    /// An account that is logged in here
    #[arg(value_name = "USER@HOST")]
    account: Acct,

    #[command(flatten)]
    format: Format,
}

/// Switches; nothing is sent.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let account = args.account;
    let record = client_here()?.record(&account).await?;
    if record.is_none_or(|record| record.token.is_none()) {
        return Err(
            Error::not_logged_in(format!("{account} is not logged in here")).about(&account),
        );
    }
    DefaultAccount::here()?.set(&account)?;
    args.format.own(
        || json!({"account": account, "default": true}),
        || format!("{account} is used when no account is named."),
    )
}
