//! Files on their way to the server, with a bar on terminals.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use pumphouse_client::Upload;

use crate::error::Error;

/// A file to be sent, and the bar that shows how far it is.
///
/// # Errors
///
/// If the file cannot be read.
pub(super) async fn file(path: PathBuf) -> Result<(Upload, ProgressBar), Error> {
    let upload = Upload::from_path(path).await?;
    // It goes to standard error, and hides where that is no terminal.
    let bar = ProgressBar::new(upload.len());
    if let Ok(style) = ProgressStyle::with_template("sending  {bar:40} {bytes}/{total_bytes}") {
        bar.set_style(style);
    }
    let shown = bar.clone();
    Ok((
        upload.on_progress(move |progress| shown.set_position(progress.done)),
        bar,
    ))
}
