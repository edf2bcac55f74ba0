//! `pumphouse import-pypump`: goes on with the log-ins of another program.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::account::client_here;
use crate::error::Error;
use crate::files;
use crate::output::Format;

/// Take over the log-ins that programs with PyPump keep.
///
/// Their file stays as it is, and accounts that are logged in here already are left alone. Nothing is
/// sent.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse import-pypump
  pumphouse import-pypump old-home/.config/PyPump/credentials.json")]
pub(crate) struct Args {
    /// The file [default: PyPump/credentials.json in the directory for settings]
    file: Option<PathBuf>,

    #[command(flatten)]
    format: Format,
}

/// Imports, and says which accounts.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let file = match args.file {
        Some(file) => file,
        None => usual_place()?,
    };
    let imported = client_here()?.import_pypump(&file).await;
    let imported = imported.map_err(|error| {
        let is_missing = !file.exists();
        let error = Error::from(error);
        if is_missing {
            error.with_hint("say where it is: pumphouse import-pypump FILE")
        } else {
            error
        }
    })?;
    args.format.own(
        || json!(imported),
        || {
            if imported.is_empty() {
                let file = file.display();
                return format!("There is no log-in in {file} that is not here already.");
            }
            let lines = imported
                .iter()
                .map(|account| format!("{account} is logged in."));
            lines.collect::<Vec<_>>().join("\n")
        },
    )
}

fn usual_place() -> Result<PathBuf, Error> {
    let own = files::config_directory()?;
    let settings = own.parent().unwrap_or(Path::new("."));
    Ok(settings.join("PyPump/credentials.json"))
}
