//! `pumphouse lists`: lists of people, and who is on them.

mod change;
mod members;
mod named;

use pumphouse_activity::Object;

pub(super) use self::named::find;
use super::feed::{List, ListArgs};
use crate::account::Account;
use crate::error::Error;
use crate::text;

/// Show your lists of people, make and change them.
///
/// Lists are for addressing: `pumphouse post --to list:NAME`. Only you see them, and nobody is told
/// what you do with them.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  pumphouse lists
  pumphouse lists create Friends
  pumphouse lists add Friends bob friend@pump.example
  pumphouse lists members Friends"
)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    account: Account,
}

/// What to do with a list.
#[derive(Debug, clap::Subcommand)]
enum Command {
    Create(change::Create),
    Rename(change::Rename),
    Delete(change::Delete),
    Add(members::Add),
    Remove(members::Remove),
    Members(members::Members),
}

/// Shows all lists, or does something with one.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    match args.command {
        None => show(args.account, args.list).await,
        Some(Command::Create(args)) => change::create(args).await,
        Some(Command::Rename(args)) => change::rename(args).await,
        Some(Command::Delete(args)) => change::delete(args).await,
        Some(Command::Add(args)) => members::add(args).await,
        Some(Command::Remove(args)) => members::remove(args).await,
        Some(Command::Members(args)) => members::members(args).await,
    }
}

async fn show(account: Account, args: ListArgs) -> Result<(), Error> {
    let session = account.session().await?;
    let lists = session.lists();
    let list = List::new(&session, "lists", &account, args, None);
    list.show(|| lists.items()).await
}

/// The name of a list.
fn name(list: &Object) -> String {
    text::one_line(list.display_name.as_deref().unwrap_or("(no name)"))
}
