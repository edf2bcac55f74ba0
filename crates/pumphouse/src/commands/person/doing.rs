//! What the commands that do something have in common: doing it once, and saying what came of it.

use pumphouse_activity::{Activity, Object};
use pumphouse_client::{Act, ErrorKind, Received};

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
    let done = send(act).await?;
    format
        .received(done.raw(), || format!("{said}: {}", text::one_line(name)))
        .map_err(|error| error.with_hint("it is done all the same"))
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
