//! `pumphouse search`: people by name.

use std::collections::HashSet;

use pumphouse_activity::{Object, User};
use pumphouse_client::{Feed, Session};

use super::feed::{List, ListArgs};
use crate::account::Account;
use crate::error::Error;
use crate::output;

/// How many of the users of a server are looked at.
const MOST_USERS: u64 = 1000;
/// How many people are taken from each place.
const MOST_FOUND: u64 = 200;

/// Find people by name: among those whom you follow, who follow you, and who are on your server.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse search ali
  pumphouse search ali --json")]
pub(crate) struct Args {
    /// A part of their name; upper and lower case are the same
    text: String,

    #[command(flatten)]
    list: ListArgs,

    #[command(flatten)]
    account: Account,
}

/// Searches and prints.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    if args.text.trim().is_empty() {
        return Err(Error::usage("there is nothing to search for"));
    }
    let session = args.account.session().await?;
    let mut people = named(session.following(), &args.text).await?;
    people.extend(named(session.followers(), &args.text).await?);
    people.extend(users(&session, &args.text).await?);
    let mut seen = HashSet::new();
    people.retain(|person| {
        let address = person.acct().map(|acct| acct.to_string());
        seen.insert(address.or_else(|| person.id.clone()))
    });
    let list = List::new(&session, "search", &args.account, args.list, None);
    list.show_these(&people)
}

/// Those whom the server finds (pump.io protocol, section 5.5).
async fn named(people: Feed, text: &str) -> Result<Vec<Object>, Error> {
    let people = people.search(text).items().limit(MOST_FOUND);
    Ok(people.collect().await?)
}

/// Those among the users of the server, who cannot be searched there.
async fn users(session: &Session, text: &str) -> Result<Vec<Object>, Error> {
    let text = text.to_lowercase();
    let mut users = session
        .users()
        .items()
        .page_size(200)
        .limit(MOST_USERS)
        .stream();
    let (mut found, mut count) = (Vec::new(), 0);
    while let Some(user) = users.next().await {
        let user: User = user?;
        count += 1;
        if is_named(&user, &text) {
            found.extend(person(user, session));
        }
    }
    if count == MOST_USERS {
        output::note(&format!(
            "Only the newest {MOST_USERS} users were looked at."
        ));
    }
    Ok(found)
}

fn is_named(user: &User, text: &str) -> bool {
    let profile = user.profile.as_deref();
    let name = profile.and_then(|profile| profile.display_name.as_deref());
    let mut names = [user.nickname.as_deref(), name].into_iter().flatten();
    names.any(|name| name.to_lowercase().contains(text))
}

fn person(user: User, session: &Session) -> Option<Object> {
    let name = user.nickname?;
    let known = user.profile.map(|profile| *profile).unwrap_or_default();
    let id = format!("acct:{name}@{}", session.account().host());
    Some(Object {
        object_type: Some("person".to_owned()),
        id: known.id.or(Some(id)),
        preferred_username: Some(name),
        ..known
    })
}
