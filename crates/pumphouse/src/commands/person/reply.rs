//! `pumphouse reply`: writes an answer.

use super::doing;
use super::recipients::Recipients;
use super::writing::Written;
use crate::account::Account;
use crate::error::Error;
use crate::memory::MemoryFile;
use crate::output::Format;
use crate::reference::Reference;

/// Answer something.
///
/// Without recipients it goes to those who got what is answered.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse reply 3 'Nice!'
  pumphouse reply https://pump.example/api/note/x < answer.txt")]
pub(crate) struct Args {
    /// The number of an item that was shown, 'last', or its address or id
    #[arg(value_name = "ITEM")]
    item: Reference,

    #[command(flatten)]
    written: Written,

    #[command(flatten)]
    recipients: Recipients,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Answers, and prints where the answer is.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let object = args.item.object(&session).await?;
    let found = args.recipients.find(&session).await?;
    let text = args.written.read().await?;
    let reply = found.address(session.comment(&object, text.content()));
    let posted = doing::send(reply).await?;
    text.sent();
    MemoryFile::of(session.account())?.posted(&posted);
    args.format
        .received(posted.raw(), || {
            format!("Answered: {}", doing::place(posted.object.as_deref()))
        })
        .map_err(|error| error.with_hint("it is posted all the same; do not post it again"))
}
