//! `pumphouse watch`: what comes, as it comes.

use std::sync::atomic::{AtomicBool, Ordering};

use pumphouse_activity::Activity;
use pumphouse_client::{ErrorKind, Reach};

use super::inbox::Which;
use crate::account::Account;
use crate::error::Error;
use crate::extent::Extent;
use crate::memory::{self, MemoryFile, Shown, WatchNumbers};
use crate::output::Format;
use crate::{output, text, time, view};

/// Show what arrives in your inbox as it arrives, until Ctrl-C.
///
/// What arrives is numbered after what the last list showed, so that both can be named. With --json,
/// one document a line.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse watch
  pumphouse watch --direct --major
  pumphouse watch --since-last --json")]
pub(crate) struct Args {
    #[command(flatten)]
    which: Which,

    /// Begin with what is newer than what was shown last with this option, here and by inbox
    #[arg(long)]
    since_last: bool,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Watches and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let (inbox, options) = args.which.of(&session);
    let place = [&["inbox"], options.as_slice()].concat().join(" ");
    let memory = MemoryFile::of(session.account())?;
    let mut watch = inbox.watch();
    if args.since_last
        && let Some(since) = memory.read().place(&place)
    {
        watch = watch.since(since);
    }
    let host = session.account().host().to_owned();
    let is_again = AtomicBool::new(false);
    let watch = watch.on_reach(move |reach| match reach {
        Reach::Reached if is_again.swap(true, Ordering::Relaxed) => {
            output::note("Watching the inbox again.");
        }
        Reach::Reached => output::note("Watching the inbox; stop with Ctrl-C."),
        Reach::Lost(error) => output::note(&lost(&host, error)),
        _ => {}
    });
    let mut arriving = watch.stream();
    let mut numbers = WatchNumbers::of(session.account());
    let account = args.account.option();
    loop {
        let item = tokio::select! {
            item = arriving.next() => item,
            stopped = tokio::signal::ctrl_c() => {
                return stopped.map_err(|error| {
                    Error::failure("Ctrl-C cannot be waited for").with_source(error)
                });
            }
        };
        let Some(activity) = item.transpose()? else {
            return Ok(());
        };
        print(&activity, args.format, &mut numbers, account.as_deref())?;
        if args.since_last
            && let Some(id) = activity.id.as_deref()
        {
            memory.update(|memory| memory.set_place(&place, id));
        }
    }
}

/// That the inbox cannot be read now, and why.
fn lost(host: &str, error: &pumphouse_client::Error) -> String {
    match error.kind() {
        ErrorKind::Unreachable
        | ErrorKind::UnknownHost
        | ErrorKind::ConnectionLost
        | ErrorKind::Timeout => format!("Cannot reach {host}, trying again."),
        _ => format!("Cannot read the inbox, trying again: {error}"),
    }
}

fn print(
    activity: &Activity,
    format: Format,
    numbers: &mut WatchNumbers,
    account: Option<&str>,
) -> Result<(), Error> {
    let number = numbers.next(Shown::activity(activity));
    if format.is_json {
        let json = serde_json::to_string(activity)
            .map_err(|error| Error::failure("the activity is no JSON").with_source(error))?;
        return output::line(&text::json(&json));
    }
    let rest = memory::show(number, account);
    let words = view::activity(activity, time::now(), Extent::Beginning { rest: &rest });
    let number = output::dim(&number.to_string());
    output::line(&format!("{number} {words}\n"))
}
