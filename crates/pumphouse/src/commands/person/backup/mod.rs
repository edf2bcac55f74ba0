//! `pumphouse backup`: the whole account in a directory.

mod collections;
mod directory;
mod lines;
mod manifest;
mod media;

use std::path::PathBuf;

use pumphouse_client::Session;
use serde_json::json;

use self::directory::{Directory, not_written};
use crate::account::Account;
use crate::error::Error;
use crate::output::{self, Format};
use crate::{files, text};

/// Save your account to a directory: profile, everything you did and got, people, lists, and files.
///
/// Run it again to add what is new, or to go on after it was cut off. Nothing is ever taken away:
/// manifest.json tells what the server does not have any more. Each collection is a file with one
/// JSON document a line; of lines with the same id the last counts. media.jsonl tells which file in
/// media/ comes from where.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse backup my-account
  pumphouse backup my-account --inbox-media")]
pub(crate) struct Args {
    /// The directory; it is made if it is not there
    directory: PathBuf,

    /// Fetch the files that others sent, too
    #[arg(long)]
    inbox_media: bool,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// Saves, and says what is new.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    let mut directory = Directory::open(&args.directory, &session)?;
    let saved = save(&mut directory, &session, args.inbox_media).await;
    let report = saved.map_err(|error| {
        error.or_hint("what was saved is good; run the same command again to go on")
    })?;
    let manifest = &directory.manifest;
    for (name, why) in &manifest.refused {
        output::complain(&format!("warning: the server does not give {name}: {why}"));
    }
    for failure in &manifest.media.failed {
        let line = format!(
            "warning: {} could not be fetched: {}",
            failure.url, failure.why
        );
        output::complain(&text::one_line(&line));
    }
    args.format.own(
        || json!({"directory": args.directory, "new": report.as_json(), "manifest": manifest}),
        || report.in_words(&directory),
    )
}

/// What is new.
#[derive(Default)]
struct Report(Vec<(&'static str, u64)>);

impl Report {
    fn as_json(&self) -> serde_json::Value {
        self.0
            .iter()
            .map(|(name, new)| ((*name).to_owned(), (*new).into()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    }

    fn in_words(&self, directory: &Directory) -> String {
        let manifest = &directory.manifest;
        let mut words = format!("{} is saved:", manifest.account);
        for (name, new) in &self.0 {
            let kept = manifest.collections.get(*name);
            let all = kept.map_or(manifest.media.files, |kept| kept.items);
            words.push_str(&format!("\n  {name:<10} {all:>6}, {new} of them new"));
            if let Some(gone) = kept.map(|kept| kept.gone.len()).filter(|gone| *gone > 0) {
                words.push_str(&format!(", {gone} gone from the server"));
            }
        }
        words
    }
}

async fn save(
    directory: &mut Directory,
    session: &Session,
    with_inbox_media: bool,
) -> Result<Report, Error> {
    let profile = session.profile().await?;
    let path = directory.at("profile.json");
    let written = files::replace(&path, &format!("{}\n", profile.raw().trim_end()));
    written.map_err(|error| not_written(&path, error))?;

    let mut report = Report::default();
    let saved = collections::activities(directory, "outbox", || session.outbox().items()).await;
    report.add(directory, "outbox", saved)?;
    let saved = collections::activities(directory, "inbox", || session.inbox().items()).await;
    report.add(directory, "inbox", saved)?;
    for (name, feed) in [
        ("followers", session.followers()),
        ("following", session.following()),
        ("favourites", session.favourites()),
        ("uploads", session.uploads()),
        ("lists", session.lists()),
    ] {
        let saved = collections::objects(directory, name, feed.items()).await;
        report.add(directory, name, saved)?;
    }
    let saved = collections::members(directory, session).await;
    report.add(directory, "members", saved)?;
    let new = media::fetch(directory, session, &profile, with_inbox_media).await?;
    report.0.push(("media", new));
    directory.manifest.finish();
    directory.save()?;
    Ok(report)
}

impl Report {
    /// Takes note of what became of a collection. What the server refuses to give is left out, as
    /// not every server has everything.
    fn add(
        &mut self,
        directory: &mut Directory,
        name: &'static str,
        saved: Result<u64, Error>,
    ) -> Result<(), Error> {
        match saved {
            Ok(new) => self.0.push((name, new)),
            Err(error) if error.is_refusal() => {
                let why = error.text().unwrap_or_default();
                directory.manifest.refused.insert(name.to_owned(), why);
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
