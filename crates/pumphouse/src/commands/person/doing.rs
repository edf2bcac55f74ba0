//! What the commands that do something have in common: doing it once, and saying what came of it.

use pumphouse_activity::{Activity, Object};
use pumphouse_client::{Act, ErrorKind, Received, Session};
use serde_json::json;

use crate::account::Account;
use crate::error::Error;
use crate::output::Format;
use crate::reference::Reference;
use crate::text;

/// Something that is there, and is to be acted on.
#[derive(Debug, clap::Args)]
pub(super) struct OnThing {
    /// The number of an item that was shown, 'last', or its address or id
    #[arg(value_name = "ITEM")]
    pub(super) item: Reference,

    #[command(flatten)]
    pub(super) format: Format,

    #[command(flatten)]
    pub(super) account: Account,
}

impl OnThing {
    /// The thing, which must be a group: servers let anything be joined.
    pub(super) async fn group(&self, session: &Session) -> Result<Object, Error> {
        let group = self.item.object(session).await?;
        if group.is_a("group") {
            return Ok(group);
        }
        let kind = group.object_type.as_deref().unwrap_or("no type");
        Err(Error::usage(format!(
            "{} is not a group but of type {}",
            self.item,
            text::one_line(kind)
        )))
    }
}

/// Somebody who is to be acted on.
#[derive(Debug, clap::Args)]
pub(super) struct OnPerson {
    /// The person: user@host, user on your own server, the number of an item, or an address
    #[arg(value_name = "PERSON")]
    pub(super) person: Reference,

    #[command(flatten)]
    pub(super) format: Format,

    #[command(flatten)]
    pub(super) account: Account,
}

/// Does it.
///
/// # Errors
///
/// If there was no proper answer, with the advice to look whether it was done all the same.
pub(super) async fn send<K>(act: Act<K>) -> Result<Received<Activity>, Error> {
    act.send().await.map_err(in_doubt)
}

/// Does it, and says so: "Liked: http://…".
pub(super) async fn send_and_say<K>(
    act: Act<K>,
    said: &str,
    name: &str,
    format: Format,
) -> Result<(), Error> {
    say(&send(act).await?, said, name, format)
}

/// Says what was done.
pub(super) fn say(
    done: &Received<Activity>,
    said: &str,
    name: &str,
    format: Format,
) -> Result<(), Error> {
    format
        .received(done.raw(), || format!("{said}: {}", text::one_line(name)))
        .map_err(|error| error.with_hint("it is done all the same"))
}

/// The beginnings of what servers answer to something that is so already (pump.io protocol, section
/// 6.3). All of it is about a relation between the account and what it acts on, or about the name of
/// a list.
const SO_ALREADY: [&str; 9] = [
    "Already have a list named",
    "Already have a(n) 'A folder for",
    "Already have a(n) 'edge'",
    "Already have a(n) 'favorite'",
    "Already have a(n) 'membership'",
    "No such 'edge'",
    "No such 'favorite'",
    "No such 'membership'",
    "No such 'share'",
];

/// Does it, and says so in a sentence. If it is so already, that is said instead, and no failure:
/// what was wanted is the case.
pub(super) async fn send_unless_so<K>(
    act: Act<K>,
    said: &str,
    already: &str,
    format: Format,
) -> Result<(), Error> {
    match act.send().await {
        Ok(done) => format
            .received(done.raw(), || text::one_line(said))
            .map_err(|error| error.with_hint("it is done all the same")),
        Err(error) if is_so_already(&error) => {
            format.own(|| json!({"changed": false}), || text::one_line(already))
        }
        Err(error) => Err(in_doubt(error)),
    }
}

fn is_so_already(error: &pumphouse_client::Error) -> bool {
    error.kind() == ErrorKind::Refused
        && error.server_text().is_some_and(|text| {
            SO_ALREADY.iter().any(|known| text.starts_with(known))
                || text.contains("' not found in stream '")
        })
}

/// Where something is: its page, or else its id.
pub(super) fn place(object: Option<&Object>) -> String {
    let place = object.and_then(|object| object.url.as_deref().or(object.id.as_deref()));
    text::one_line(place.unwrap_or("(no address)"))
}

/// What got no proper answer may have been done.
pub(super) fn in_doubt(error: pumphouse_client::Error) -> Error {
    match error.kind() {
        ErrorKind::ConnectionLost
        | ErrorKind::Timeout
        | ErrorKind::InvalidAnswer
        | ErrorKind::TooLarge => Error::from(error).with_hint(
            "it may have been done all the same: look with pumphouse outbox before you repeat it",
        ),
        _ => error.into(),
    }
}
