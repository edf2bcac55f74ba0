//! A list of one's own, as it is named on the command line.

use pumphouse_activity::Object;
use pumphouse_client::Session;

use crate::error::Error;
use crate::reference::Reference;

/// The list with this name, or else the one that is meant by a number, an address or an id.
///
/// # Errors
///
/// If there is none.
pub(in super::super) async fn find(session: &Session, name: &str) -> Result<Object, Error> {
    if let Some(list) = session.list_named(name).await? {
        return Ok(list);
    }
    if let Ok(reference @ (Reference::Number(_) | Reference::Url(_))) = name.parse() {
        let mention = reference.object(session).await?;
        if mention.is_a("collection") {
            return Ok(session.load(&mention).await?.into_inner());
        }
    }
    Err(Error::usage(format!("you have no list named {name}"))
        .with_hint("see your lists with: pumphouse lists"))
}
