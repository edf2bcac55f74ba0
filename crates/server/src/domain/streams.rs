//! Feeds that are followed as they grow: which they are, who may read them, and what is new
//! (pump.io protocol, sections 8.3 and 8.4).

use pumphouse_activity::Activity;
use pumphouse_store::{ObjectKey, Paging, Position, Snapshot, StoredActivity, UserKey};

use super::feeds::{Feed, Owned};
use super::paging::slice;
use super::render::{Detail, Renderer};
use super::visibility::Sight;
use super::{Site, Viewer};
use crate::error::{Error, Result};

/// A feed that can be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stream {
    /// An outbox, an inbox, or a part of one.
    User(Owned),
    /// The inbox of a group.
    Group(ObjectKey),
}

/// Where activities arrive: what streams are cut out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Outbox(ObjectKey),
    Inbox(UserKey),
    Group(ObjectKey),
}

/// What a viewer gets to see of what is new in a stream.
pub(crate) struct Growth {
    /// The activities and their ids, oldest first.
    pub(crate) activities: Vec<(String, Activity)>,
    /// The position up to which the stream was looked through.
    pub(crate) position: i64,
    /// Whether there may be more behind it.
    pub(crate) more: bool,
}

impl Stream {
    /// The feed at a public address, if it is one that can be followed.
    pub(crate) fn find(snapshot: &Snapshot<'_>, site: &Site, url: &str) -> Result<Option<Self>> {
        let Some(path) = url.strip_prefix(site.urls.base()) else {
            return Ok(None);
        };
        if let Some(path) = path.strip_prefix("/api/user/") {
            let Some((nickname, path)) = path.split_once('/') else {
                return Ok(None);
            };
            let (Some(feed), Some(owner)) = (Feed::parse(path), snapshot.user(nickname)?) else {
                return Ok(None);
            };
            return Ok(Some(Self::User(Owned::new(feed, &owner))));
        }
        let Some(path) = path.strip_prefix("/api/group/") else {
            return Ok(None);
        };
        let group = if let Some(query) = path.strip_prefix("inbox?") {
            let id = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "id");
            match id {
                Some((_, id)) => snapshot.object_by_id(&id)?,
                None => None,
            }
        } else {
            match path.strip_suffix("/inbox") {
                Some(uuid) => snapshot.object_by_uuid(uuid)?,
                None => None,
            }
        };
        let group = group.filter(|group| group.object_type == "group");
        Ok(group.map(|group| Self::Group(group.key)))
    }

    /// Where its activities arrive.
    pub(crate) fn source(self) -> Source {
        match self {
            Self::User(owned) => match owned.feed {
                Feed::Outbox(_) => Source::Outbox(owned.person),
                Feed::Inbox(_) => Source::Inbox(owned.owner),
            },
            Self::Group(group) => Source::Group(group),
        }
    }

    /// Refuses whoever may not read it: inboxes are their owners', and a group's is for those who may
    /// see the group. Of an outbox everybody reads what they may see.
    pub(crate) fn require(
        self,
        snapshot: &Snapshot<'_>,
        site: &Site,
        viewer: &Viewer,
    ) -> Result<()> {
        let owned = match self {
            Self::User(owned) => owned,
            Self::Group(group) => {
                let sight = Sight {
                    snapshot,
                    site,
                    viewer,
                };
                return match snapshot.object(group)? {
                    Some(group) if group.deleted.is_none() => sight.require_object(&group),
                    _ => Err(Error::gone()),
                };
            }
        };
        match (owned.feed, viewer.person()) {
            (Feed::Outbox(_), _) => Ok(()),
            (Feed::Inbox(_), Some(person)) if person == owned.person => Ok(()),
            (Feed::Inbox(_), Some(_)) => Err(Error::unauthorized("Not authorized")),
            (Feed::Inbox(_), None) => Err(Error::unauthorized("Not logged in.")),
        }
    }

    /// The position of its newest activity; 0 if it has none.
    pub(crate) fn newest(self, snapshot: &Snapshot<'_>) -> Result<i64> {
        let page = self.read(snapshot, 1, Position::Offset(0))?;
        Ok(page.first().map_or(0, |(position, _)| *position))
    }

    /// The id of the newest activity that a viewer may see; none if there is none among the newest.
    pub(crate) fn newest_id(
        self,
        snapshot: &Snapshot<'_>,
        site: &Site,
        viewer: &Viewer,
    ) -> Result<Option<String>> {
        let sight = Sight {
            snapshot,
            site,
            viewer,
        };
        let visible = |activity: &StoredActivity| self.shows(&sight, activity);
        let read = |paging: Paging| self.read(snapshot, paging.count, paging.position);
        let slice = slice(1, Position::Offset(0), read, Some(&visible))?;
        Ok(slice.items.into_iter().next().map(|(_, item)| item.id))
    }

    /// Where an activity stands in it.
    pub(crate) fn position(self, snapshot: &Snapshot<'_>, id: &str) -> Result<Option<i64>> {
        match self {
            Self::User(owned) => owned.position(snapshot, id),
            Self::Group(group) => Ok(snapshot.group_inbox_position(group, id)?),
        }
    }

    /// What is newer than a position, looking through so many activities at most.
    pub(crate) fn since(
        self,
        snapshot: &Snapshot<'_>,
        site: &Site,
        viewer: &Viewer,
        position: i64,
        count: u32,
    ) -> Result<Growth> {
        let page = self.read(snapshot, count, Position::Since(position))?;
        let more = page.len() == count as usize;
        let position = page.first().map_or(position, |(newest, _)| *newest);
        let sight = Sight {
            snapshot,
            site,
            viewer,
        };
        let mut stored = Vec::with_capacity(page.len());
        for (_, activity) in page.into_iter().rev() {
            if self.shows(&sight, &activity)? {
                stored.push(activity);
            }
        }
        let rendered = Renderer::new(snapshot, site, viewer).activities(&stored, Detail::Full)?;
        let ids = stored.into_iter().map(|activity| activity.id);
        Ok(Growth {
            activities: ids.zip(rendered).collect(),
            position,
            more,
        })
    }

    /// Whether a viewer sees an activity in it. Owners see all that is in their feeds.
    fn shows(self, sight: &Sight<'_>, activity: &StoredActivity) -> Result<bool> {
        match self {
            Self::User(owned) if sight.viewer.person() == Some(owned.person) => Ok(true),
            _ => sight.of_activity(activity),
        }
    }

    fn read(
        self,
        snapshot: &Snapshot<'_>,
        count: u32,
        position: Position,
    ) -> Result<Vec<(i64, StoredActivity)>> {
        let paging = Paging { count, position };
        match self {
            Self::User(owned) => owned.read(snapshot, paging),
            Self::Group(group) => Ok(snapshot.group_inbox(group, paging)?),
        }
    }
}
