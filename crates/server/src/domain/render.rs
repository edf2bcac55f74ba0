//! Documents as one viewer sees them: mentions replaced by the objects, tallies and the viewer's
//! own marks added, what the viewer must not see taken away (pump.io protocol, sections 4.2, 5.4, 7.2).
//!
//! A page costs a handful of queries, however many items it has: all that its activities mention is
//! fetched at once, then all that those objects mention.

mod detail;
mod known;

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use pumphouse_activity::{Activity, Object};
use pumphouse_store::{ObjectKey, Snapshot, StoredActivity, StoredObject};

pub(crate) use self::detail::Detail;
use self::detail::{Details, tally};
use self::known::{Fetched, Known};
use super::visibility::Sight;
use super::{Site, Viewer, content, documents, people};
use crate::error::Result;

/// Renders for one viewer, out of one snapshot.
pub(crate) struct Renderer<'a> {
    snapshot: &'a Snapshot<'a>,
    site: &'a Site,
    viewer: &'a Viewer,
    fetched: Fetched<'a>,
    /// What the viewer may see, of what that was asked for.
    visible: RefCell<HashMap<ObjectKey, bool>>,
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot<'a>, site: &'a Site, viewer: &'a Viewer) -> Self {
        Self {
            snapshot,
            site,
            viewer,
            fetched: Fetched::new(snapshot),
            visible: RefCell::default(),
        }
    }

    fn sight(&self) -> Sight<'a> {
        Sight {
            snapshot: self.snapshot,
            site: self.site,
            viewer: self.viewer,
        }
    }

    /// Activities with everything that they mention.
    pub(crate) fn activities(
        &mut self,
        stored: &[StoredActivity],
        detail: Detail,
    ) -> Result<Vec<Activity>> {
        let mut activities = stored
            .iter()
            .map(documents::activity)
            .collect::<Result<Vec<_>>>()?;
        for (activity, stored) in activities.iter_mut().zip(stored) {
            self.sight().conceal(activity, stored);
        }
        let mut ids = HashSet::new();
        for activity in &mut activities {
            ids.extend(mentioned(activity));
            ids.extend(self.followed(activity));
        }
        self.fetched.fetch(&ids)?;
        self.fetched.fetch_mentions()?;
        activities
            .into_iter()
            .zip(stored)
            .map(|(activity, stored)| self.activity(activity, stored.key, detail))
            .collect()
    }

    /// One activity with everything that it mentions.
    pub(crate) fn one_activity(
        &mut self,
        stored: &StoredActivity,
        detail: Detail,
    ) -> Result<Activity> {
        let mut activities = self.activities(std::slice::from_ref(stored), detail)?;
        Ok(activities.pop().unwrap_or_default())
    }

    /// Objects, with their authors and what they answer.
    pub(crate) fn objects(
        &mut self,
        stored: &[StoredObject],
        detail: Detail,
    ) -> Result<Vec<Object>> {
        for object in stored {
            self.fetched.insert(object.clone())?;
        }
        self.fetched.fetch_mentions()?;
        stored
            .iter()
            .filter_map(|object| self.fetched.get(&object.id))
            .map(|known| self.whole(known, detail))
            .collect()
    }

    /// One object, with its author and what it answers.
    pub(crate) fn one_object(&mut self, stored: &StoredObject, detail: Detail) -> Result<Object> {
        let mut objects = self.objects(std::slice::from_ref(stored), detail)?;
        Ok(objects.pop().unwrap_or_default())
    }

    /// The people whose followers are among the recipients.
    fn followed(&self, activity: &Activity) -> Vec<String> {
        activity
            .recipients()
            .filter_map(|recipient| self.site.urls.followers_owner(recipient.id.as_deref()?))
            .map(|nickname| self.site.urls.person_id(nickname))
            .collect()
    }

    fn activity(&self, mut activity: Activity, key: i64, detail: Detail) -> Result<Activity> {
        let posted = matches!(activity.verb.as_deref(), Some("post"));
        let mut is_whole = true;
        for (number, part) in documents::parts(&mut activity).into_iter().enumerate() {
            let Some(object) = part else { continue };
            // The parts are actor, object, target and so on; the second and third get the detail.
            let detail = if matches!(number, 1 | 2) {
                detail
            } else {
                Detail::Bare
            };
            if let Some(known) = self.fetched.find(object) {
                // Who sees an activity sees what it posted, but not what it only reacts to.
                **object = if known.stored.posted_by == Some(key) || self.may_see(known)? {
                    self.whole(known, detail)?
                } else {
                    is_whole = false;
                    documents::mention(object)
                };
            }
        }
        if let Some(object) = &activity.object
            && let Some(parent) = object.in_reply_to.as_ref()
            && let Some(parent) = self.fetched.find(parent)
        {
            is_whole &= self.may_see(parent)?;
        }
        if !is_whole {
            in_other_words(&mut activity);
        }
        // The author of what is posted is the actor (section 6.2).
        if posted && let Some(object) = &mut activity.object {
            object.author = None;
        }
        for recipients in [
            &mut activity.to,
            &mut activity.cc,
            &mut activity.bto,
            &mut activity.bcc,
        ] {
            for recipient in recipients.iter_mut().flatten() {
                *recipient = self.recipient(recipient)?;
            }
        }
        Ok(activity)
    }

    fn may_see(&self, known: &Known) -> Result<bool> {
        let key = known.stored.key;
        if let Some(visible) = self.visible.borrow().get(&key) {
            return Ok(*visible);
        }
        let visible = self.sight().of_object(&known.stored)?;
        self.visible.borrow_mut().insert(key, visible);
        Ok(visible)
    }

    fn recipient(&self, mention: &Object) -> Result<Object> {
        let id = mention.id.as_deref().unwrap_or_default();
        if let Some(nickname) = self.site.urls.followers_owner(id) {
            let owner = self.fetched.get(&self.site.urls.person_id(nickname));
            let owner = owner.map(|owner| owner.object.clone());
            return Ok(people::followers_collection(self.site, nickname, owner));
        }
        match self.fetched.get(id) {
            Some(known) if self.may_see(known)? => self.whole(known, Detail::Bare),
            _ => Ok(documents::mention(mention)),
        }
    }

    /// An object with its author and what it answers.
    fn whole(&self, known: &Known, detail: Detail) -> Result<Object> {
        let mut object = known.object.clone();
        object.author = object.author.map(|author| self.expand(author));
        object.in_reply_to = self.parent(object.in_reply_to)?;
        if detail != Detail::Bare && known.stored.deleted.is_none() {
            tally(&mut object, &known.stored);
        }
        if detail == Detail::Full {
            let details = Details {
                sight: self.sight(),
            };
            details.add_marks(&mut object, &known.stored)?;
            details.add_newest(&mut object, &known.stored)?;
            let answers = object
                .replies
                .iter_mut()
                .filter_map(|replies| replies.items.as_mut());
            for answer in answers.flatten() {
                answer.in_reply_to = self.parent(answer.in_reply_to.take())?;
            }
        }
        Ok(object)
    }

    /// What is answered: in full if the viewer may see it, else as a mention.
    fn parent(&self, mention: Option<Box<Object>>) -> Result<Option<Box<Object>>> {
        let Some(mention) = mention else {
            return Ok(None);
        };
        let Some(known) = self.fetched.find(&mention) else {
            return Ok(Some(mention));
        };
        if !self.may_see(known)? {
            return Ok(Some(mention));
        }
        let mut parent = known.object.clone();
        parent.author = parent.author.map(|author| self.expand(author));
        Ok(Some(Box::new(parent)))
    }

    fn expand(&self, mention: Box<Object>) -> Box<Object> {
        match self.fetched.find(&mention) {
            Some(known) => Box::new(known.object.clone()),
            None => mention,
        }
    }
}

/// Says what happened without the names of what the viewer must not see.
fn in_other_words(activity: &mut Activity) {
    if let (Some(verb), Some(actor), Some(object)) =
        (&activity.verb, &activity.actor, &activity.object)
    {
        let parent = object.in_reply_to.as_deref().map(documents::mention);
        activity.content = Some(content::of_activity(verb, actor, object, parent.as_ref()));
    }
}

/// The ids of everything that an activity mentions.
fn mentioned(activity: &mut Activity) -> Vec<String> {
    let mut ids: Vec<String> = activity
        .recipients()
        .filter_map(|recipient| recipient.id.clone())
        .collect();
    let parts = documents::parts(activity).into_iter().flatten();
    ids.extend(parts.filter_map(|object| object.id.clone()));
    ids
}
