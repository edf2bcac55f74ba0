//! `pumphouse post`: writes a note.

use super::doing;
use super::recipients::Recipients;
use super::writing::Written;
use crate::account::Account;
use crate::error::Error;
use crate::memory::MemoryFile;
use crate::output::Format;

/// Write a note.
///
/// Without recipients it goes to your followers.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse post 'Hello, world'
  pumphouse post --title News --to public --cc followers 'It works.'
  pumphouse post --to friend@pump.example < letter.txt")]
pub(crate) struct Args {
    #[command(flatten)]
    written: Written,

    /// A title
    #[arg(long)]
    title: Option<String>,

    #[command(flatten)]
    recipients: Recipients,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Posts, and prints where the note is.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let content = args.written.read().await?;
    let session = args.account.session().await?;
    let mut post = session.note(content);
    if let Some(title) = args.title {
        post = post.title(title);
    }
    let post = args.recipients.address(&session, post).await?;
    let posted = doing::send(post).await?;
    MemoryFile::of(session.account())?.posted(&posted);
    args.format
        .received(posted.raw(), || {
            format!("Posted: {}", doing::place(posted.object.as_deref()))
        })
        .map_err(|error| error.with_hint("it is posted all the same; do not post it again"))
}
