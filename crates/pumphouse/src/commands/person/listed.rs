//! What can be listed: how other commands know it, and how people read it.

use jiff::Timestamp;
use pumphouse_activity::{Activity, Object, User};
use pumphouse_client::{Item, Session};
use serde::Serialize;

use crate::extent::Extent;
use crate::memory::Shown;
use crate::view;

/// What can be listed.
pub(super) trait Listed: Item + Serialize {
    /// Whether servers may fail, with status 500, where a list of them has no such place any more,
    /// instead of refusing it (pump.io protocol, section 5.2).
    const FAILS_WITHOUT_PLACE: bool = false;

    /// What other commands have to know of it.
    fn shown(&self, session: &Session) -> Option<Shown>;

    /// The item for people, in lines.
    fn in_words(&self, session: &Session, now: Timestamp, extent: Extent<'_>) -> String;
}

impl Listed for Activity {
    fn shown(&self, _: &Session) -> Option<Shown> {
        Shown::activity(self)
    }

    fn in_words(&self, _: &Session, now: Timestamp, extent: Extent<'_>) -> String {
        view::activity(self, now, extent)
    }
}

impl Listed for Object {
    const FAILS_WITHOUT_PLACE: bool = true;

    fn shown(&self, _: &Session) -> Option<Shown> {
        Shown::object(self)
    }

    fn in_words(&self, _: &Session, now: Timestamp, extent: Extent<'_>) -> String {
        view::object(self, now, extent)
    }
}

impl Listed for User {
    fn shown(&self, session: &Session) -> Option<Shown> {
        let name = self.nickname.as_deref()?;
        let id = format!("acct:{name}@{}", session.account().host());
        Shown::object(&Object {
            preferred_username: self.nickname.clone(),
            ..Object::reference("person", id)
        })
    }

    fn in_words(&self, session: &Session, _: Timestamp, _: Extent<'_>) -> String {
        view::user(self, session.account().host())
    }
}
