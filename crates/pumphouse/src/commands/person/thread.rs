//! `pumphouse thread`: a note with all its answers.

mod reader;

use std::collections::HashSet;

use jiff::Timestamp;
use pumphouse_activity::Object;
use serde_json::json;

use self::reader::Reader;
use crate::account::Account;
use crate::error::Error;
use crate::extent::Extent;
use crate::memory::{Numbers, Shown};
use crate::output::Format;
use crate::reference::Reference;
use crate::{output, text, time, view};

/// No thread is followed further up or down.
const DEEPEST: usize = 50;
/// Deeper answers are shown no further to the right.
const DEEPEST_INDENT: usize = 8;

/// Show a whole conversation: from the note that began it, with all answers as a tree.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse thread 3
  pumphouse thread https://pump.example/you/note/Ab12… -n 1000")]
pub(crate) struct Args {
    /// Anything in it: the number of an item that was shown, 'last', a URL or an id
    #[arg(value_name = "REF")]
    what: Reference,

    /// How many notes and answers, at most
    #[arg(long, short = 'n', default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..))]
    count: u64,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Reads and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let asked = args.what.whole(&session).await?;
    let mut reader = Reader::new(&session);
    let root = root_of(&mut reader, asked).await?;
    let mut thread = Thread {
        account: args.account.option(),
        format: args.format,
        numbers: Numbers::of(session.account()),
        now: time::now(),
        left: args.count,
        is_first: true,
    };
    let whole = thread.show(&mut reader, root).await;
    thread.numbers.keep();
    if !whole? {
        output::note(
            "There is more: ask for it with --count, or for the thread of the last answer.",
        );
    }
    thread.end()
}

/// What began it, as far up as the reader may see.
async fn root_of(reader: &mut Reader<'_>, asked: Object) -> Result<Object, Error> {
    let mut top = asked;
    for _ in 0..DEEPEST {
        let above = match top.in_reply_to.as_deref() {
            Some(answered) => reader.above(answered).await?,
            None => None,
        };
        let Some(above) = above else { break };
        top = above;
    }
    Ok(top)
}

/// A conversation while it is shown.
struct Thread {
    /// The option that chose the account.
    account: Option<String>,
    format: Format,
    numbers: Numbers,
    now: Timestamp,
    left: u64,
    is_first: bool,
}

impl Thread {
    /// Prints the tree, the oldest answer first; says whether that was all of it.
    async fn show(&mut self, reader: &mut Reader<'_>, root: Object) -> Result<bool, Error> {
        let (mut seen, mut is_whole) = (HashSet::new(), true);
        let mut waiting = vec![(root, 0)];
        while let Some((object, depth)) = waiting.pop() {
            if object
                .id
                .as_ref()
                .is_some_and(|id| !seen.insert(id.clone()))
            {
                continue;
            }
            if self.left == 0 {
                return Ok(false);
            }
            self.left -= 1;
            self.print(&object, depth)?;
            if object.replies.is_none() || object.reply_count() == Some(0) {
                continue;
            }
            if depth == DEEPEST {
                is_whole = false;
                continue;
            }
            // Newest first, so that the oldest is the next.
            let answers = reader.answers(&object, self.left + 1).await?;
            waiting.extend(answers.into_iter().map(|it| (it, depth + 1)));
        }
        Ok(is_whole)
    }

    fn print(&mut self, object: &Object, depth: usize) -> Result<(), Error> {
        let is_first = std::mem::take(&mut self.is_first);
        let number = self.numbers.next(Shown::object(object));
        if self.format.is_json {
            let line = json!({"depth": depth, "object": object}).to_string();
            let before = if is_first { "{\"items\":[\n" } else { ",\n" };
            return output::bytes(format!("{before}{}", text::json(&line)).as_bytes());
        }
        let rest = self.numbers.show(self.account.as_deref());
        let extent = Extent::Beginning { rest: &rest };
        let words = format!("{number} {}\n", view::object(object, self.now, extent));
        let indent = text::INDENT.repeat(depth.min(DEEPEST_INDENT));
        let lines: Vec<String> = words
            .lines()
            .map(|line| format!("{indent}{line}").trim_end().to_owned())
            .collect();
        output::line(&lines.join("\n"))?;
        output::line("")
    }

    fn end(&self) -> Result<(), Error> {
        if self.format.is_json {
            return output::line("]}");
        }
        Ok(())
    }
}
