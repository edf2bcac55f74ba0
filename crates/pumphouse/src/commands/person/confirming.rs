//! Asking before something is done that cannot be undone.

use std::io::{self, IsTerminal as _};

use crate::error::Error;
use crate::output;

/// The consent of a person.
#[derive(Debug, clap::Args)]
pub(super) struct Consent {
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
}

impl Consent {
    /// Whether somebody will be asked.
    pub(super) fn asks(&self) -> bool {
        !self.yes && io::stdin().is_terminal()
    }

    /// Asks whether something is to be deleted, unless that was said already; fails unless the answer
    /// is yes, or if there is nobody to ask.
    pub(super) async fn to_delete(&self, what: &str) -> Result<(), Error> {
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(
                Error::usage("there is no terminal to ask whether it is to be deleted")
                    .with_hint("say so with --yes"),
            );
        }
        let question = format!("Delete {what}? [y/N]");
        let answer = tokio::task::spawn_blocking(move || {
            output::question(&question);
            let mut answer = String::new();
            let read = io::stdin().read_line(&mut answer);
            // Whoever leaves by Ctrl-D has not ended the line.
            if !answer.ends_with('\n') {
                output::note("");
            }
            read.map(|_| answer)
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
}
