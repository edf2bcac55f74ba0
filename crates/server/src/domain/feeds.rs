//! Feeds of activities as one viewer reads them, page by page (pump.io protocol, section 5.1).

use pumphouse_activity::{Activity, Collection};
use pumphouse_store::{Inbox, Outbox, Paging, Snapshot, StoredActivity, User};

use super::paging::{PageRequest, Visible, link, resolve, slice};
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer, people};
use crate::error::Result;

/// A feed of activities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feed {
    Inbox(Inbox),
    Outbox(Outbox),
}

impl Feed {
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

    fn total(self, user: &User) -> u32 {
        let feeds = &user.feeds;
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
    let position = |id: &str| match feed {
        Feed::Inbox(part) => snapshot.inbox_position(owner.key, part, id),
        Feed::Outbox(part) => snapshot.outbox_position(owner.person, part, id),
    };
    let read = |paging: Paging| match feed {
        Feed::Inbox(part) => snapshot.inbox(owner.key, part, paging),
        Feed::Outbox(part) => snapshot.outbox(owner.person, part, paging),
    };
    let sight = Sight {
        snapshot,
        site,
        viewer,
    };
    let own = viewer.is(owner);
    let stream = format!("{}:{}", owner.nickname, feed.path());
    let start = resolve(&request.start, &stream, |id| Ok(position(id)?))?;
    let visible = |activity: &StoredActivity| sight.of_activity(activity);
    let visible: Option<Visible<'_, StoredActivity>> = if own { None } else { Some(&visible) };
    let slice = slice(request.count, start, |paging| Ok(read(paging)?), visible)?;

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
        total_items: Some(feed.total(owner).into()),
        author: Some(Box::new(author)),
        ..Collection::at(site.urls.feed(&owner.nickname, feed.path()))
    };
    link(&mut page, &stored, |activity| &activity.id, slice.more);
    page.items = Some(items);
    Ok(page)
}
