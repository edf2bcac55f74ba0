//! What the commands that write a text have in common: where the text comes from.

use std::io::{self, IsTerminal as _, Read as _};

use pumphouse_client::Content;

use crate::error::Error;
use crate::output;

/// A text, however it is given.
#[derive(Debug, clap::Args)]
pub(super) struct Written {
    /// The text; without it, what comes on standard input
    text: Option<String>,

    /// The text is HTML
    #[arg(long)]
    html: bool,
}

impl Written {
    /// The text.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) async fn read(self) -> Result<Content, Error> {
        let text = match self.text {
            Some(text) if text != "-" => text,
            _ => from_stdin().await?,
        };
        if text.trim().is_empty() {
            return Err(Error::usage("there is no text to post"));
        }
        Ok(if self.html {
            Content::html(text)
        } else {
            Content::text(text.trim_end())
        })
    }
}

async fn from_stdin() -> Result<String, Error> {
    if io::stdin().is_terminal() {
        output::note("Write the text; end it with Ctrl-D on a line of its own.");
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    });
    read.await
        .map_err(io::Error::from)
        .flatten()
        .map_err(|error| Error::usage("the text cannot be read").with_source(error))
}
