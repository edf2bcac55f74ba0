//! `pumphouse post`: writes a note, or posts a file.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use pumphouse_client::Upload;

use super::doing;
use super::recipients::Recipients;
use super::writing::Written;
use crate::account::Account;
use crate::error::Error;
use crate::memory::MemoryFile;
use crate::output::Format;
use crate::progress::Bar;

/// Write a note, or post a picture or another file.
///
/// Without recipients it goes to your followers. Others see a file only with its words, in one step.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse post 'Hello, world'
  pumphouse post --title News --to public --cc followers 'It works.'
  pumphouse post --to friend@pump.example < letter.txt
  pumphouse post --image cat.jpg --alt 'A cat asleep on a keyboard' 'Monday.'")]
pub(crate) struct Args {
    #[command(flatten)]
    written: Written,

    /// A title
    #[arg(long)]
    title: Option<String>,

    /// A picture, sound, film or any other file to post; then a text may be left out
    #[arg(long, short, visible_alias = "image", value_name = "PATH")]
    file: Option<PathBuf>,

    /// What is to be seen or heard in the file, for those who do not see or hear it
    #[arg(long, value_name = "TEXT", requires = "file", value_parser = NonEmptyStringValueParser::new())]
    alt: Option<String>,

    #[command(flatten)]
    recipients: Recipients,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Posts, and prints where it is.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let found = args.recipients.find(&session).await?;
    let (posted, text) = match args.file {
        None => {
            let text = args.written.read().await?;
            let mut note = session.note(text.content());
            if let Some(title) = args.title {
                note = note.title(title);
            }
            (doing::send(found.address(note)).await?, Some(text))
        }
        Some(path) => {
            let bar = Bar::bytes(&path);
            let upload = Upload::from_path(path).await?.on_progress(bar.hear());
            let text = args.written.read_if_given().await?;
            let mut file = session.file(upload).change(|act| found.address(act));
            if let Some(title) = args.title {
                file = file.title(title);
            }
            if let Some(text) = &text {
                file = file.content(text.content());
            }
            // The protocol has no property for it. A summary is the short text that every object may
            // have, which servers keep and clean; title and text are shown to everybody already.
            if let Some(alt) = args.alt {
                file = file.change(|act| act.summary(alt));
            }
            let posted = file.send().await;
            drop(bar);
            (posted.map_err(doing::in_doubt)?, text)
        }
    };
    if let Some(text) = text {
        text.sent();
    }
    MemoryFile::of(session.account())?.posted(&posted);
    args.format
        .received(posted.raw(), || {
            format!("Posted: {}", doing::place(posted.object.as_deref()))
        })
        .map_err(|error| error.with_hint("it is posted all the same; do not post it again"))
}
