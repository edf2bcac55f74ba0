//! `pumphouse delete`: deletes something of one's own.

use super::confirming::Consent;
use super::doing::{self, OnThing};
use crate::error::Error;
use crate::text;

/// Delete something of yours; what was answered to it stays.
///
/// On a terminal you are asked first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse delete 3
  pumphouse delete --yes last")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,

    #[command(flatten)]
    consent: Consent,
}

/// Deletes, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let place = doing::place(Some(&object));
    let kind = text::one_line(object.object_type.as_deref().unwrap_or("thing"));
    args.consent.to_delete(&format!("{kind} {place}")).await?;
    doing::send_and_say(session.delete(&object), "Deleted", &place, args.on.format).await
}
