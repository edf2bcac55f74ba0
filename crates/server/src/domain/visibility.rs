//! Who may see what: decided here and nowhere else (pump.io protocol, section 5.4).

use pumphouse_activity::{Activity, Object, PUBLIC};
use pumphouse_store::{Edge, ObjectKey, Snapshot, StoredActivity, StoredObject};

use super::{Site, Viewer, documents};
use crate::error::{Error, Result};

/// What one viewer may see.
pub(crate) struct Sight<'a> {
    pub(crate) snapshot: &'a Snapshot<'a>,
    pub(crate) site: &'a Site,
    pub(crate) viewer: &'a Viewer,
}

impl Sight<'_> {
    /// Whether the viewer may see an activity: it is public, or the viewer did it, is named in it,
    /// follows the actor whose followers are named, is a member of a list or group that is named, or
    /// made that group.
    pub(crate) fn of_activity(&self, stored: &StoredActivity) -> Result<bool> {
        let recipients = documents::recipients(stored)?;
        if recipients
            .iter()
            .any(|recipient| recipient.id.as_deref() == Some(PUBLIC))
        {
            return Ok(true);
        }
        let Viewer::User(user) = self.viewer else {
            return Ok(false);
        };
        if user.person == stored.actor {
            return Ok(true);
        }
        for recipient in &recipients {
            if self.is_recipient(recipient, stored, user)? {
                return Ok(true);
            }
        }
        Ok(self.snapshot.was_delivered(user.key, stored.key)?)
    }

    fn is_recipient(
        &self,
        recipient: &Object,
        stored: &StoredActivity,
        user: &pumphouse_store::User,
    ) -> Result<bool> {
        let Some(id) = recipient.id.as_deref() else {
            return Ok(false);
        };
        if id == self.site.urls.person_id(&user.nickname) {
            return Ok(true);
        }
        if let Some(nickname) = self.site.urls.followers_owner(id) {
            let owner = self.snapshot.user(nickname)?;
            return Ok(match owner {
                Some(owner) if owner.person == stored.actor => {
                    self.snapshot
                        .has_edge(Edge::Follow, user.person, owner.person)?
                }
                _ => false,
            });
        }
        if !matches!(
            recipient.object_type.as_deref(),
            Some("collection" | "group")
        ) {
            return Ok(false);
        }
        match self.snapshot.object_by_id(id)? {
            Some(members) => Ok(self.was_meant(&members, stored)
                && (self.is_head(&members, user.person)
                    || self.is_member(&members, user.person)?)),
            None => Ok(false),
        }
    }

    /// Whether a name meant this group or collection when an activity was addressed to it: this server
    /// gave the name, or the thing bore it by then. Who takes a name later reads nothing of what was
    /// written to its former bearer.
    fn was_meant(&self, named: &StoredObject, in_activity: &StoredActivity) -> bool {
        self.site.urls.is_own_id(&named.id)
            || named
                .posted_by
                .is_some_and(|posting| posting <= in_activity.key)
    }

    /// Who made a group reads what is written to it, without being a member (section 5.2).
    fn is_head(&self, of: &StoredObject, person: ObjectKey) -> bool {
        of.object_type == "group" && of.author == Some(person)
    }

    fn is_member(&self, of: &StoredObject, person: ObjectKey) -> Result<bool> {
        Ok(of.author.is_some() && self.snapshot.has_edge(Edge::Member, of.key, person)?)
    }

    /// Whether the viewer may see an object: made it, may see the activity that posted it, or is a
    /// member of the group that it is.
    /// People, and applications and services that nobody posted, are everybody's to see.
    pub(crate) fn of_object(&self, stored: &StoredObject) -> Result<bool> {
        match stored.object_type.as_str() {
            "person" => return Ok(true),
            "application" | "service" if stored.author.is_none() => return Ok(true),
            _ => {}
        }
        if let Some(person) = self.viewer.person()
            && (stored.author == Some(person)
                || stored.object_type == "group" && self.is_member(stored, person)?)
        {
            return Ok(true);
        }
        let Some(posting) = stored.posted_by else {
            return Ok(false);
        };
        match self.snapshot.activity(posting)? {
            Some(activity) => self.of_activity(&activity),
            None => Ok(false),
        }
    }

    /// Refuses an object that the viewer may not see (section 7.3).
    pub(crate) fn require_object(&self, stored: &StoredObject) -> Result<()> {
        if self.of_object(stored)? {
            return Ok(());
        }
        Err(Error::forbidden(match stored.posted_by {
            None => "No authorization for this object.",
            Some(_) => "Only the author and recipients can view this object.",
        }))
    }

    /// Takes away what only the actor may see of an activity.
    pub(crate) fn conceal(&self, activity: &mut Activity, stored: &StoredActivity) {
        if self.viewer.person() != Some(stored.actor) {
            activity.bto = None;
            activity.bcc = None;
        }
    }
}
