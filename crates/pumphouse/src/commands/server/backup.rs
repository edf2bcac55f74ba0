//! `pumphouse server backup`: everything, as of one moment, while the server runs or not.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use pumphouse_server::Progress;
use serde_json::json;

use super::place::Place;
use crate::error::Error;
use crate::output;

/// Make a backup in a new directory, while the server runs or not.
///
/// Everything that was acknowledged before it began is in it. It is a data directory: to go back to
/// it, copy it to where the data belongs and start the server, or try it with pumphouse serve
/// --data-dir. Uploaded files are linked rather than copied if it is on the same disk, so keep a copy
/// elsewhere, too. A running server writes it, so its user has to be able to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse server backup /var/backups/pumphouse-monday
  pumphouse serve --data-dir /var/backups/pumphouse-monday    to go back to it")]
pub(super) struct Args {
    /// The directory to make; it must not be there yet
    destination: PathBuf,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    let destination = std::path::absolute(&args.destination).map_err(|error| {
        Error::usage(format!("{} is no place", args.destination.display())).with_source(error)
    })?;
    let control = args.place.control().await?;
    let bar = Bar::new();
    let made = control.back_up(&destination, |far| bar.show(far)).await;
    bar.clear();
    let made = made?;
    for path in &made.missing {
        output::complain(&format!(
            "warning: the uploaded file {path} is lost: the database names it, and it is not there"
        ));
    }
    if args.json {
        let told = json!({
            "destination": destination,
            "uploads": made.uploads,
            "missing": made.missing,
        });
        return output::line(&told.to_string());
    }
    output::line(&format!(
        "The backup is in {}, with {} uploaded files.",
        destination.display(),
        made.uploads
    ))
}

/// Shows on a terminal how far it is; nothing elsewhere.
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        // It goes to standard error, and hides where that is no terminal.
        Self(ProgressBar::new(0))
    }

    fn show(&self, far: Progress) {
        let (template, done, of) = match far {
            Progress::Database { done, of } => {
                ("database  {wide_bar} {bytes}/{total_bytes}", done, of)
            }
            Progress::Uploads { done, of } => {
                ("uploads   {wide_bar} {pos}/{len}", done.into(), of.into())
            }
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.0.set_style(style);
        }
        self.0.set_length(of);
        self.0.set_position(done);
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}
