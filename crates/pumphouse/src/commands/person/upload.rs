//! `pumphouse upload`: sends a file without posting it.

use std::path::PathBuf;

use pumphouse_client::Upload;

use super::doing;
use crate::account::Account;
use crate::error::Error;
use crate::output::Format;
use crate::progress::Bar;
use crate::text;

/// Upload a file; nobody but you sees it before it is posted.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse upload cat.jpg")]
pub(crate) struct Args {
    /// The file
    file: PathBuf,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Uploads, and prints the id of what the server made of it.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let bar = Bar::bytes(&args.file);
    let upload = Upload::from_path(args.file).await?.on_progress(bar.hear());
    let uploaded = session.upload(upload).await;
    drop(bar);
    let uploaded = uploaded.map_err(doing::in_doubt)?;
    args.format.received(uploaded.raw(), || {
        text::one_line(uploaded.id.as_deref().unwrap_or("(no id)"))
    })
}
