//! `pumphouse delete`: deletes something of one's own.

use std::io::{self, IsTerminal as _};

use super::doing::{self, OnThing};
use crate::error::Error;
use crate::output;

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

    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

/// Deletes, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    let object = args.on.item.object(&session).await?;
    let place = doing::place(Some(&object));
    if !args.yes {
        let kind = object.object_type.as_deref().unwrap_or("thing");
        let kind = crate::text::one_line(kind);
        confirm(format!("Delete the {kind} {place}? [y/N]")).await?;
    }
    doing::send_and_say(session.delete(&object), "Deleted", &place, args.on.format).await
}

/// Asks; fails unless the answer is yes, or if there is nobody to ask.
async fn confirm(question: String) -> Result<(), Error> {
    if !io::stdin().is_terminal() {
        return Err(
            Error::usage("there is no terminal to ask whether it is to be deleted")
                .with_hint("say so with --yes"),
        );
    }
    let answer = tokio::task::spawn_blocking(move || {
        output::note(&question);
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).map(|_| answer)
    });
    let answer = answer
        .await
        .map_err(io::Error::from)
        .flatten()
        .map_err(|error| Error::usage("the answer cannot be read").with_source(error))?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Error::usage("nothing was deleted"))
    }
}
