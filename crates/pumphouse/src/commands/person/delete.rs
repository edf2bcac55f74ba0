//! `pumphouse delete`: deletes something of one's own.

use pumphouse_activity::Object;
use serde_json::json;

use super::confirming::Consent;
use super::doing::{self, OnThing};
use crate::error::Error;
use crate::{html, text};

/// So much of a text tells which it is, in characters.
const FIRST_WORDS: usize = 50;

/// Delete something of yours; what was answered to it stays.
///
/// On a terminal you are asked first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse delete 3
  pumphouse delete --yes last")]
pub(crate) struct Args {
    #[command(flatten)]
    on: OnThing,

    #[command(flatten)]
    consent: Consent,
}

/// Deletes, and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.on.account.session().await?;
    // What it says is read only where somebody is asked.
    let found = if args.consent.asks() {
        args.on.item.whole(&session).await
    } else {
        args.on.item.object(&session).await
    };
    let object = match found {
        Err(error) if error.is_gone() => return say_gone(&args, &args.on.item.to_string()),
        found => found?,
    };
    let place = doing::place(Some(&object));
    if object.deleted.is_some() {
        return say_gone(&args, &place);
    }
    args.consent.to_delete(&name(&object, &place)).await?;
    let deleted = doing::send_and_say(session.delete(&object), "Deleted", &place, args.on.format);
    match deleted.await {
        Err(error) if error.is_gone() => say_gone(&args, &place),
        deleted => deleted,
    }
}

/// What was wanted is the case.
fn say_gone(args: &Args, place: &str) -> Result<(), Error> {
    let words = || format!("{} is deleted already.", text::one_line(place));
    args.on.format.own(|| json!({"changed": false}), words)
}

/// The thing as its author knows it again: `the note "Hello, …" (http://…)`.
fn name(object: &Object, place: &str) -> String {
    let kind = text::one_line(object.object_type.as_deref().unwrap_or("thing"));
    let title = object.display_name.as_deref().map(text::one_line);
    let content = object.content.as_deref().or(object.summary.as_deref());
    let words = title
        .filter(|title| !title.is_empty())
        .or_else(|| content.map(html::in_one_line));
    match words.filter(|words| !words.is_empty()) {
        Some(words) => match words.char_indices().nth(FIRST_WORDS) {
            Some((end, _)) => format!("the {kind} \"{}…\" ({place})", &words[..end]),
            None => format!("the {kind} \"{words}\" ({place})"),
        },
        None => format!("the {kind} {place}"),
    }
}
