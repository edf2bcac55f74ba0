//! `pumphouse edit`: changes something of one's own.

use super::doing::{self, OnThing};
use super::writing::Written;
use crate::error::Error;

/// Change the text or title of something of yours.
///
/// Without a new text or title, the text opens in your editor.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse edit last
  pumphouse edit last 'Hello, whole world'
  pumphouse edit 3 --title 'Better'
  pumphouse edit 3 - < letter.txt")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,

    #[command(flatten)]
    written: Written,

    /// The new title
    #[arg(long)]
    title: Option<String>,
}

/// Changes it, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let is_asked = args.title.is_none();
    // The text is read only where it is to be shown.
    let object = if args.written.shows_text(is_asked) {
        args.on.item.whole(&session).await?
    } else {
        args.on.item.object(&session).await?
    };
    let text = args
        .written
        .change(object.content.as_deref(), is_asked)
        .await?;
    if text.is_none() && args.title.is_none() {
        return Err(Error::usage("there is nothing to change")
            .with_hint("give a text, - for standard input, a --title, or --editor"));
    }
    let mut change = session.update(&object);
    if let Some(text) = &text {
        change = change.content(text.content());
    }
    if let Some(title) = args.title {
        change = change.title(title);
    }
    let place = doing::place(Some(&object));
    let changed = doing::send(change).await?;
    if let Some(text) = text {
        text.sent();
    }
    doing::say(&changed, "Changed", &place, args.on.format)
}
