//! What things mean: accounts, verbs and their effects, addressing, visibility, rendering.
//!
//! Nothing here knows HTTP. Functions take a [`Snapshot`](pumphouse_store::Snapshot) to read or a
//! [`Transaction`](pumphouse_store::Transaction) to change, and the [`Site`] that they work for.

pub(crate) mod accounts;
pub(crate) mod addressing;
pub(crate) mod audience;
pub(crate) mod clean;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod collections;
pub(crate) mod confirmation;
pub(crate) mod content;
pub(crate) mod delivery;
pub(crate) mod dialback;
pub(crate) mod documents;
pub(crate) mod effects;
pub(crate) mod emails;
pub(crate) mod feeds;
pub(crate) mod invitations;
pub(crate) mod letters;
pub(crate) mod lists;
pub(crate) mod merge;
pub(crate) mod notification;
pub(crate) mod oauth2;
pub(crate) mod object_feeds;
pub(crate) mod objects;
pub(crate) mod paging;
pub(crate) mod passwords;
pub(crate) mod people;
pub(crate) mod post;
pub(crate) mod posting;
pub(crate) mod recovery;
pub(crate) mod render;
pub(crate) mod revise;
pub(crate) mod scrub;
pub(crate) mod search;
pub(crate) mod signup;
pub(crate) mod streams;
pub(crate) mod uploads;
pub(crate) mod users;
pub(crate) mod verbs;
pub(crate) mod visibility;

use std::sync::Arc;

use pumphouse_store::{ObjectKey, User};

use crate::urls::Urls;

/// The server that everything belongs to.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    /// Its addresses.
    pub(crate) urls: Arc<Urls>,
    /// Its name for people.
    pub(crate) name: Arc<str>,
    /// What its pages show besides.
    pub(crate) about: Arc<About>,
    /// Whether it can send mail.
    pub(crate) mails: bool,
    /// Whether people have pages on which to change what concerns them.
    pub(crate) pages: bool,
}

/// What the pages of a site show of it, besides its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct About {
    /// Who runs it.
    pub(crate) owner: Option<String>,
    /// Where these are found.
    pub(crate) owner_url: Option<String>,
    /// The address of the picture on the front page.
    pub(crate) main_image: Option<String>,
    /// What stands at the foot of every page: HTML without anything harmful.
    pub(crate) footer: Option<String>,
}

/// Who is looking.
#[derive(Clone, Debug)]
pub(crate) enum Viewer {
    /// An application without a person, or nobody: sees what is public.
    Public,
    /// A local user.
    User(User),
}

impl Viewer {
    /// The viewer's person.
    pub(crate) fn person(&self) -> Option<ObjectKey> {
        match self {
            Self::Public => None,
            Self::User(user) => Some(user.person),
        }
    }

    /// Whether the viewer is this user.
    pub(crate) fn is(&self, user: &User) -> bool {
        self.person() == Some(user.person)
    }
}
