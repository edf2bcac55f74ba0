//! `pumphouse server invite`: a way in where registration needs an invitation.

use serde_json::json;

use super::place::Place;
use crate::error::Error;
use crate::output;

/// Make an invitation, with which one person can make an account within 30 days.
///
/// It is needed where the setting registration is "invitation".
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse server invite")]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let invitation = args.place.control().await?.invite().await?;
    if args.json {
        return output::line(&json!({ "url": invitation.url }).to_string());
    }
    output::line(&invitation.url)
}
