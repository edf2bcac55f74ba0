//! Feeds of activities as one viewer reads them, page by page (pump.io protocol, section 5.1).

use pumphouse_activity::{Activity, Collection};
use pumphouse_store::{
    FeedTallies, Inbox, ObjectKey, Outbox, Paging, Snapshot, StoredActivity, User, UserKey,
};

use super::paging::{PageRequest, Visible, link, resolve, slice};
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer, people};
use crate::error::Result;

/// A feed of activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Feed {
    Inbox(Inbox),
    Outbox(Outbox),
}

/// Every feed that a user has.
const ALL: [Feed; 9] = [
    Feed::Outbox(Outbox::All),
    Feed::Outbox(Outbox::Major),
    Feed::Outbox(Outbox::Minor),
    inbox(false, None),
    inbox(false, Some(true)),
    inbox(false, Some(false)),
    inbox(true, None),
    inbox(true, Some(true)),
    inbox(true, Some(false)),
];

const fn inbox(direct: bool, major: Option<bool>) -> Feed {
    Feed::Inbox(Inbox { major, direct })
}

/// A feed and the user whose it is, as the store knows them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Owned {
    pub(crate) feed: Feed,
    pub(crate) owner: UserKey,
    pub(crate) person: ObjectKey,
}

impl Owned {
    pub(crate) fn new(feed: Feed, owner: &User) -> Self {
        Self {
            feed,
            owner: owner.key,
            person: owner.person,
        }
    }

    /// A page of it.
    pub(super) fn read(
        self,
        snapshot: &Snapshot<'_>,
        paging: Paging,
    ) -> Result<Vec<(i64, StoredActivity)>> {
        Ok(match self.feed {
            Feed::Inbox(part) => snapshot.inbox(self.owner, part, paging)?,
            Feed::Outbox(part) => snapshot.outbox(self.person, part, paging)?,
        })
    }

    /// Where an activity stands in it.
    pub(super) fn position(self, snapshot: &Snapshot<'_>, id: &str) -> Result<Option<i64>> {
        Ok(match self.feed {
            Feed::Inbox(part) => snapshot.inbox_position(self.owner, part, id)?,
            Feed::Outbox(part) => snapshot.outbox_position(self.person, part, id)?,
        })
    }
}

impl Feed {
    /// The feed at this path under a user's address.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        ALL.into_iter().find(|feed| feed.path() == path)
    }

    /// The path under the user's address.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Outbox(Outbox::All) => "feed",
            Self::Outbox(Outbox::Major) => "feed/major",
            Self::Outbox(Outbox::Minor) => "feed/minor",
            Self::Inbox(Inbox { direct, major }) => match (direct, major) {
                (false, None) => "inbox",
                (false, Some(true)) => "inbox/major",
                (false, Some(false)) => "inbox/minor",
                (true, None) => "inbox/direct",
                (true, Some(true)) => "inbox/direct/major",
                (true, Some(false)) => "inbox/direct/minor",
            },
        }
    }

    /// The phrase that names it (section 5.3).
    fn title(self, name: &str) -> String {
        let (kind, relation) = match self {
            Self::Outbox(part) => (
                match part {
                    Outbox::All => "Activities",
                    Outbox::Major => "Major activities",
                    Outbox::Minor => "Minor activities",
                },
                "by",
            ),
            Self::Inbox(Inbox { direct, major }) => (
                match major {
                    None => "Activities",
                    Some(true) => "Major activities",
                    Some(false) => "Minor activities",
                },
                if direct { "directly for" } else { "for" },
            ),
        };
        format!("{kind} {relation} {name}")
    }

    fn total(self, feeds: &FeedTallies) -> u32 {
        let part = |all: u32, major: u32, wanted: Option<bool>| match wanted {
            None => all,
            Some(true) => major,
            Some(false) => all - major,
        };
        match self {
            Self::Outbox(Outbox::All) => feeds.outbox,
            Self::Outbox(Outbox::Major) => feeds.outbox_major,
            Self::Outbox(Outbox::Minor) => feeds.outbox - feeds.outbox_major,
            Self::Inbox(Inbox {
                direct: false,
                major,
            }) => part(feeds.inbox, feeds.inbox_major, major),
            Self::Inbox(Inbox {
                direct: true,
                major,
            }) => part(feeds.inbox_direct, feeds.inbox_direct_major, major),
        }
    }

    /// Major feeds show who likes, shared and answered (section 5.4).
    fn detail(self) -> Detail {
        match self {
            Self::Outbox(Outbox::Major)
            | Self::Inbox(Inbox {
                major: Some(true), ..
            }) => Detail::Full,
            _ => Detail::Tallies,
        }
    }
}

/// A page of a feed of activities.
pub(crate) fn activities(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    owner: &User,
    feed: Feed,
    request: &PageRequest,
) -> Result<Collection<Activity>> {
    let owned = Owned::new(feed, owner);
    let sight = Sight {
        snapshot,
        site,
        viewer,
    };
    let own = viewer.is(owner);
    let stream = format!("{}:{}", owner.nickname, feed.path());
    let start = resolve(&request.start, &stream, |id| owned.position(snapshot, id))?;
    let visible = |activity: &StoredActivity| sight.of_activity(activity);
    let visible: Option<Visible<'_, StoredActivity>> = if own { None } else { Some(&visible) };
    let read = |paging| owned.read(snapshot, paging);
    let slice = slice(request.count, start, read, visible)?;

    let stored: Vec<StoredActivity> = slice
        .items
        .into_iter()
        .map(|(_, activity)| activity)
        .collect();
    let items = Renderer::new(snapshot, site, viewer).activities(&stored, feed.detail())?;
    let profile = people::profile(snapshot, owner)?;
    let author = Renderer::new(snapshot, site, viewer).one_object(&profile, Detail::Bare)?;
    let name = author
        .display_name
        .as_deref()
        .unwrap_or(&owner.nickname)
        .to_owned();
    let mut page = Collection {
        display_name: Some(feed.title(&name)),
        object_types: Some(vec!["activity".to_owned()]),
        total_items: Some(feed.total(&snapshot.feed_tallies(owner)?).into()),
        author: Some(Box::new(author)),
        ..Collection::at(site.urls.feed(&owner.nickname, feed.path()))
    };
    link(&mut page, &stored, |activity| &activity.id, slice.more);
    page.items = Some(items);
    Ok(page)
}
