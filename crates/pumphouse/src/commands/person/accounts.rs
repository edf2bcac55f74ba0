//! `pumphouse accounts`: whose accounts this program knows.

use pumphouse_client::Record;
use serde_json::json;

use crate::account::{DefaultAccount, client_here};
use crate::error::Error;
use crate::output::{self, Format};

/// List the accounts that this program knows, logged in or not.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse accounts")]
pub(crate) struct Args {
    #[command(flatten)]
    format: Format,
}

/// Lists them; nothing is sent.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let client = client_here()?;
    let default = DefaultAccount::here()?.get()?;
    let is_default = |record: &Record| default.as_ref() == Some(&record.account);
    let mut records = Vec::new();
    for account in client.accounts().await? {
        records.extend(client.record(&account).await?);
    }
    if args.format.is_json {
        let list: Vec<serde_json::Value> = records
            .iter()
            .map(|record| {
                json!({
                    "account": record.account,
                    "server": record.endpoints.base,
                    "state": state(record),
                    "default": is_default(record),
                })
            })
            .collect();
        return output::line(&serde_json::Value::from(list).to_string());
    }
    if records.is_empty() {
        output::note("No account is known here; log in with: pumphouse login user@host");
    }
    for record in &records {
        let mut state = state(record).to_owned();
        if is_default(record) {
            state.push_str(", used when none is named");
        }
        output::line(&format!("{}  {}", record.account, output::dim(&state)))?;
    }
    Ok(())
}

fn state(record: &Record) -> &'static str {
    match record {
        Record { token: Some(_), .. } => "logged in",
        Record {
            pending: Some(_), ..
        } => "log-in begun",
        _ => "logged out",
    }
}
