//! `pumphouse edit`: changes something of one's own.

use super::doing::{self, OnThing};
use crate::error::Error;

/// Change the text or title of something of yours.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse edit last 'Hello, whole world'
  pumphouse edit 3 --title 'Better'")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,

    /// The new text
    #[arg(required_unless_present = "title")]
    text: Option<String>,

    /// The new title
    #[arg(long)]
    title: Option<String>,

    /// The text is HTML
    #[arg(long, requires = "text")]
    html: bool,
}

/// Changes it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let mut change = session.update(&object);
    if let Some(text) = args.text {
        change = change.content(if args.html {
            pumphouse_client::Content::html(text)
        } else {
            text.into()
        });
    }
    if let Some(title) = args.title {
        change = change.title(title);
    }
    let place = doing::place(Some(&object));
    doing::send_and_say(change, "Changed", &place, args.on.format).await
}
