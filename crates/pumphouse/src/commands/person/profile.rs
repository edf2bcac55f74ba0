//! `pumphouse profile`: what people say of themselves.

use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use pumphouse_activity::Object;
use pumphouse_client::{Content, Received, Session, Upload};

use super::doing;
use crate::account::Account;
use crate::error::Error;
use crate::output::Format;
use crate::progress::Bar;
use crate::reference::Reference;
use crate::view;

/// Show a profile, or change yours.
///
/// What you do not name stays as it is. Your followers are told of the change.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse profile
  pumphouse profile friend@pump.example
  pumphouse profile --name 'Evan P.' --location Montreal --avatar me.png")]
pub(crate) struct Args {
    /// Whose profile: user@host, user on your own server, the number of an item, or an address
    /// [default: yours]
    #[arg(value_name = "PERSON", conflicts_with_all = ["name", "bio", "location", "avatar"])]
    person: Option<Reference>,

    #[command(flatten)]
    changes: Changes,

    #[command(flatten)]
    format: Format,

    #[command(flatten)]
    account: Account,
}

/// What is to be different. There is no option for the address of the page: it belongs to the server,
/// and old servers that let it be changed use it in the addresses of new notes.
#[derive(Debug, clap::Args)]
struct Changes {
    /// Change your name
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: Option<String>,

    /// Change what you say of yourself; '' takes it away
    #[arg(long, value_name = "TEXT")]
    bio: Option<String>,

    /// What you say of yourself is HTML
    #[arg(long, requires = "bio")]
    html: bool,

    /// Change where you are
    #[arg(long, value_name = "PLACE", value_parser = NonEmptyStringValueParser::new())]
    location: Option<String>,

    /// Change your picture; everybody can see it, and that you posted it
    #[arg(long, value_name = "FILE")]
    avatar: Option<PathBuf>,
}

/// Shows the profile, or changes it and says so.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let session = args.account.session().await?;
    if args.changes.is_some() {
        return change(&session, args.changes, args.format).await;
    }
    let profile = read(&session, args.person).await?;
    args.format
        .received(profile.raw(), || view::profile(&profile))
}

impl Changes {
    fn is_some(&self) -> bool {
        let texts = [&self.name, &self.bio, &self.location];
        texts.into_iter().any(Option::is_some) || self.avatar.is_some()
    }
}

async fn change(session: &Session, changes: Changes, format: Format) -> Result<(), Error> {
    let mut change = session.edit_profile();
    if let Some(path) = changes.avatar {
        let bar = Bar::bytes(&path);
        let picture = Upload::from_path(path).await?.on_progress(bar.hear());
        let picture = session.avatar(picture).await;
        drop(bar);
        change = change.image(picture.map_err(doing::in_doubt)?);
    }
    if let Some(name) = changes.name {
        change = change.title(name);
    }
    if let Some(bio) = changes.bio {
        change = change.summary(if changes.html {
            Content::html(bio)
        } else {
            bio.into()
        });
    }
    if let Some(location) = changes.location {
        change = change.location(Object {
            display_name: Some(location),
            ..Object::new("place")
        });
    }
    let account = session.account().to_string();
    doing::send_and_say(change, "Changed the profile of", &account, format).await
}

async fn read(session: &Session, person: Option<Reference>) -> Result<Received<Object>, Error> {
    let Some(reference) = person else {
        return Ok(session.profile().await?);
    };
    let person = reference.person(session).await?;
    let profile = session.person(person).profile().await;
    profile.map_err(|error| Error::from(error).while_finding(&reference.to_string()))
}
