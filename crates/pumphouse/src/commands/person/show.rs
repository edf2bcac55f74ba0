//! `pumphouse show`: one thing, whole.

use crate::account::Account;
use crate::error::Error;
use crate::extent::Extent;
use crate::output::Format;
use crate::reference::Reference;
use crate::{output, text, time, view};

/// Show a note, picture, comment, person or anything else, with all that is known of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse show 3
  pumphouse show friend@pump.example
  pumphouse show https://pump.example/you/note/Ab12… --json")]
pub(crate) struct Args {
    /// The number of an item that was shown, 'last', a URL, an id, or user@host
    #[arg(value_name = "REF")]
    what: Reference,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let object = args.what.whole(&session).await?;
    if args.format.is_json {
        let json = serde_json::to_string(&object)
            .map_err(|error| Error::failure("it is no JSON").with_source(error))?;
        return output::line(&text::json(&json));
    }
    let words = if object.is_a("person") {
        view::profile(&object)
    } else {
        view::object(&object, time::now(), Extent::Whole)
    };
    output::line(&words)
}
