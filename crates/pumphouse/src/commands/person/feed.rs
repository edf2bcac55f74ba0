//! What `inbox` and `outbox` have in common: a page of activities.

use pumphouse_activity::{Activity, Object};
use pumphouse_client::{Acct, Page, PageRequest};

use crate::error::Error;
use crate::memory::{Numbers, Shown};
use crate::{output, text};

/// Which page, and in which form.
#[derive(Debug, clap::Args)]
pub(super) struct PageArgs {
    /// How many activities, at most 200
    #[arg(long, short = 'n', value_parser = clap::value_parser!(u16).range(1..=200))]
    count: Option<u16>,

    /// Only those older than the activity with this id
    #[arg(long, value_name = "ID", conflicts_with = "since")]
    before: Option<String>,

    /// Only those directly newer than the activity with this id
    #[arg(long, value_name = "ID")]
    since: Option<String>,

    /// Print the page as JSON
    #[arg(long)]
    json: bool,
}

/// One half of a feed.
#[derive(Debug, clap::Args)]
pub(super) struct Half {
    /// Only notes, images, shares and the like
    #[arg(long, conflicts_with = "minor")]
    pub(super) major: bool,

    /// Only comments, likes, follows and the like
    #[arg(long)]
    pub(super) minor: bool,
}

/// Reads the page and prints it, with numbers that other commands of the account take. The words are
/// those of the command that asked for it, without the page.
pub(super) async fn show(
    account: &Acct,
    request: PageRequest<Activity>,
    args: PageArgs,
    words: &[&str],
) -> Result<(), Error> {
    let mut request = request;
    let mut command = format!("pumphouse {}", words.join(" "));
    if let Some(count) = args.count {
        request = request.count(count);
        command = format!("{command} --count {count}");
    }
    if let Some(id) = args.before {
        request = request.before(id);
    }
    if let Some(id) = args.since {
        request = request.since(id);
    }
    let page = request.send().await?;
    if args.json {
        return output::line(&text::json(page.raw()));
    }
    print(account, &page, &command)
}

fn print(account: &Acct, page: &Page<Activity>, command: &str) -> Result<(), Error> {
    if page.items().is_empty() {
        output::note("Nothing here.");
    }
    let mut numbers = Numbers::of(account);
    for activity in page.items() {
        let number = numbers.next(Shown::activity(activity));
        output::line(&format!("{number} {}", in_words(activity)))?;
    }
    numbers.keep();
    if page.has_next()
        && let Some(id) = page.items().last().and_then(|last| last.id.as_deref())
    {
        let id = text::shell_word(id);
        output::note(&format!("Older: {command} --before {id}"));
    }
    Ok(())
}

/// An activity for people: who did what when, and what it says.
fn in_words(activity: &Activity) -> String {
    let when = activity.published.as_deref().unwrap_or_default();
    let headline = match &activity.content {
        Some(content) => text::line_of_html(content),
        None => headline(activity),
    };
    let mut words = format!(
        "{} {}",
        output::dim(&text::one_line(when)),
        output::bold(&headline)
    );
    let Some(object) = activity.object.as_deref() else {
        return words + "\n";
    };
    if let Some(content) = &object.content {
        words = format!("{words}\n{}", in_lines(content));
    }
    if let Some(place) = object.id.as_deref().or(object.url.as_deref()) {
        let place = text::indent(&text::one_line(place));
        words = format!("{words}\n{}", output::dim(&place));
    }
    words + "\n"
}

fn in_lines(html: &str) -> String {
    let width = output::width().saturating_sub(text::INDENT.len());
    text::indent(&text::of_html(html, width))
}

/// For activities that come without words of the server's.
fn headline(activity: &Activity) -> String {
    let name = |object: Option<&Object>, otherwise: &str| {
        let name = object.and_then(|object| {
            let names = [&object.display_name, &object.object_type, &object.id];
            names.into_iter().flatten().next().cloned()
        });
        text::one_line(name.as_deref().unwrap_or(otherwise))
    };
    format!(
        "{}: {} {}",
        name(activity.actor.as_deref(), "somebody"),
        text::one_line(activity.verb.as_deref().unwrap_or("post")),
        name(activity.object.as_deref(), "something"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_is_told_in_a_few_lines() {
        let activity: Activity = serde_json::from_str(
            r#"{"verb":"post","published":"2026-11-24T00:09:12Z",
                "content":"<a href='http://a/alice'>alice</a> posted <a href='http://a/n'>a note</a>",
                "object":{"objectType":"note","id":"http://a/n","content":"Hello\u001b[2J <i>you</i>"}}"#,
        )
        .unwrap();
        assert_eq!(
            in_words(&activity),
            "2026-11-24T00:09:12Z alice posted a note\n    Hello[2J you\n    http://a/n\n"
        );
    }

    #[test]
    fn an_activity_without_words_gets_some() {
        let activity: Activity = serde_json::from_str(
            r#"{"verb":"follow","actor":{"displayName":"Alice"},"object":{"objectType":"person"}}"#,
        )
        .unwrap();
        assert_eq!(in_words(&activity), " Alice: follow person\n");
        assert_eq!(
            in_words(&Activity::default()),
            " somebody: post something\n"
        );
    }
}
