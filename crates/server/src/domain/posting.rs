//! What a posting is: who does something, with what, where and when.

use pumphouse_store::{ObjectKey, Snapshot, Transaction, User, UserKey};

use super::visibility::Sight;
use super::{Site, Viewer, people};
use crate::error::Result;

/// Who does something.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    /// The person or service.
    pub(crate) person: ObjectKey,
    pub(crate) id: String,
    pub(crate) object_type: String,
    /// What stands in the addresses of pages.
    pub(crate) nickname: String,
    /// The account, when a local user does it.
    pub(crate) user: Option<UserKey>,
}

impl Actor {
    /// A local user.
    pub(crate) fn user(snapshot: &Snapshot<'_>, user: &User) -> Result<Self> {
        let person = people::profile(snapshot, user)?;
        Ok(Self {
            person: person.key,
            id: person.id,
            object_type: person.object_type,
            nickname: user.nickname.clone(),
            user: Some(user.key),
        })
    }
}

/// One activity on its way: what it is done with, by whom, where and when.
pub(crate) struct Posting<'a> {
    pub(crate) tx: &'a Transaction<'a>,
    pub(crate) site: &'a Site,
    pub(crate) actor: &'a Actor,
    pub(crate) viewer: &'a Viewer,
    pub(crate) now: i64,
}

impl Posting<'_> {
    /// What the actor may see.
    pub(crate) fn sight(&self) -> Sight<'_> {
        Sight {
            snapshot: self.tx,
            site: self.site,
            viewer: self.viewer,
        }
    }
}
