//! `pumphouse register`: makes this program known to a server.

use pumphouse_client::{Acct, Registration};
use serde_json::json;

use crate::account::Connection;
use crate::error::Error;
use crate::output::{self, Format};

/// Register this program with the server of an account.
///
/// Logging in does this by itself; the command shows what servers say to it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse register you@pump.example")]
pub(crate) struct Args {
    /// The address of the account
    #[arg(value_name = "USER@HOST")]
    account: Acct,

    /// Register anew even if the program is registered; ends a log-in made before
    #[arg(long)]
    new: bool,

    /// Print the client's secret, too
    #[arg(long)]
    show_secret: bool,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    connection: Connection,
}

/// Registers, unless that is done already.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let server = args.connection.client()?.discover(&args.account).await?;
    let recalled = if args.new {
        None
    } else {
        server.recall().await?
    };
    let known = recalled.is_some();
    let registration = match recalled {
        Some(registration) => registration,
        None => server.register().await?,
    };
    if args.format.is_json {
        return output::line(&as_json(&registration, args.show_secret).to_string());
    }
    let how = if known { "is already" } else { "is now" };
    let server = registration.server().endpoints().base.as_str();
    output::line(&format!("This program {how} registered with {server}"))?;
    output::line(&format!("client key     {}", registration.key()))?;
    if args.show_secret {
        let secret = registration.secret().expose();
        output::line(&format!("client secret  {secret}"))?;
    }
    let expiry = registration
        .expires_at()
        .map_or_else(|| "never".to_owned(), |time| format!("{time} s after 1970"));
    output::line(&format!("expires        {expiry}"))
}

fn as_json(registration: &Registration, show_secret: bool) -> serde_json::Value {
    let mut value = json!({
        "account": registration.server().account(),
        "server": registration.server().endpoints().base,
        "client_id": registration.key(),
        "expires_at": registration.expires_at().unwrap_or(0),
    });
    if show_secret {
        value["client_secret"] = registration.secret().expose().into();
    }
    value
}
