//! Documents as one viewer sees them: mentions replaced by the objects, tallies and the viewer's
//! own marks added, what the viewer must not see taken away (pump.io protocol, sections 4.2, 5.4, 7.2).
//!
//! A page costs a handful of queries, however many items it has: all that its activities mention is
//! fetched at once, then all that those objects mention.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use pumphouse_activity::{Activity, Collection, Object};
use pumphouse_store::{
    Edge, End, ObjectKey, Paging, Position, Snapshot, StoredActivity, StoredObject,
};

use super::visibility::Sight;
use super::{Site, Viewer, content, documents, people};
use crate::error::Result;

/// How many likers, sharers, answers and members are shown inside an object.
const SHOWN: u32 = 4;
/// How many more answers are looked at if not all of those may be seen.
const LOOKED_AT: u32 = 20;

/// How much is added to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Detail {
    /// Addresses of its collections only.
    Bare,
    /// How many items they have.
    Tallies,
    /// The newest of them too, and whether the viewer likes, shared or follows it.
    Full,
}

/// Renders for one viewer, out of one snapshot.
pub(crate) struct Renderer<'a> {
    snapshot: &'a Snapshot<'a>,
    site: &'a Site,
    viewer: &'a Viewer,
    /// What has been fetched, by id; each document is read once.
    known: HashMap<String, Known>,
    /// What the viewer may see, of what that was asked for.
    visible: RefCell<HashMap<ObjectKey, bool>>,
}

/// An object that was fetched.
struct Known {
    stored: StoredObject,
    object: Object,
    /// Whether what it mentions has been fetched too.
    followed: bool,
}

impl Known {
    fn read(stored: StoredObject) -> Result<Self> {
        Ok(Self {
            object: documents::object(&stored)?,
            stored,
            followed: false,
        })
    }
}

impl<'a> Renderer<'a> {
    pub(crate) fn new(snapshot: &'a Snapshot<'a>, site: &'a Site, viewer: &'a Viewer) -> Self {
        Self {
            snapshot,
            site,
            viewer,
            known: HashMap::new(),
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
        self.fetch(&ids)?;
        self.fetch_mentions_of_known()?;
        // What is answered has an author too.
        self.fetch_mentions_of_known()?;
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
            self.known
                .insert(object.id.clone(), Known::read(object.clone())?);
        }
        self.fetch_mentions_of_known()?;
        self.fetch_mentions_of_known()?;
        stored
            .iter()
            .filter_map(|object| self.known.get(&object.id))
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

    /// Fetches what is not known yet.
    fn fetch(&mut self, ids: &HashSet<String>) -> Result<()> {
        let missing: Vec<&str> = ids
            .iter()
            .map(String::as_str)
            .filter(|id| !self.known.contains_key(*id))
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        for stored in self.snapshot.objects_by_ids(&missing)? {
            self.known.insert(stored.id.clone(), Known::read(stored)?);
        }
        Ok(())
    }

    fn fetch_mentions_of_known(&mut self) -> Result<()> {
        let mut ids = HashSet::new();
        for known in self.known.values_mut().filter(|known| !known.followed) {
            known.followed = true;
            let mentions = [&known.object.author, &known.object.in_reply_to];
            ids.extend(
                mentions
                    .into_iter()
                    .flatten()
                    .filter_map(|object| object.id.clone()),
            );
        }
        self.fetch(&ids)
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
            if let Some(known) = self.find(object) {
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
            && let Some(parent) = self.find(parent)
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

    fn find(&self, mention: &Object) -> Option<&Known> {
        self.known.get(mention.id.as_deref()?)
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
            let owner = self.known.get(&self.site.urls.person_id(nickname));
            let owner = owner.map(|owner| owner.object.clone());
            return Ok(people::followers_collection(self.site, nickname, owner));
        }
        match self.known.get(id) {
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
            self.add_marks(&mut object, &known.stored)?;
            self.add_newest(&mut object, &known.stored)?;
        }
        Ok(object)
    }

    /// What is answered: in full if the viewer may see it, else as a mention.
    fn parent(&self, mention: Option<Box<Object>>) -> Result<Option<Box<Object>>> {
        let Some(mention) = mention else {
            return Ok(None);
        };
        let Some(known) = self.find(&mention) else {
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
        match self.find(&mention) {
            Some(known) => Box::new(known.object.clone()),
            None => mention,
        }
    }

    /// Whether the viewer likes, shared or follows an object.
    fn add_marks(&self, object: &mut Object, stored: &StoredObject) -> Result<()> {
        let Some(person) = self.viewer.person() else {
            return Ok(());
        };
        let has = |edge| self.snapshot.has_edge(edge, person, stored.key);
        object.liked = Some(has(Edge::Like)?);
        let mut marks = object.pump_io.take().unwrap_or_default();
        marks.shared = Some(has(Edge::Share)?);
        if object.is_a("person") {
            marks.followed = Some(has(Edge::Follow)?);
        }
        object.pump_io = Some(marks);
        Ok(())
    }

    /// The newest likers, sharers, answers and members.
    fn add_newest(&self, object: &mut Object, stored: &StoredObject) -> Result<()> {
        let tallies = &stored.tallies;
        if let Some(likes) = &mut object.likes
            && tallies.likes > 0
        {
            likes.items = Some(self.newest(Edge::Like, End::Sources, stored.key)?);
        }
        // Those of groups and collections stand there even when there are none.
        let is_holder = matches!(&*stored.object_type, "group" | "collection");
        if let Some(shares) = &mut object.shares {
            if tallies.shares > 0 {
                shares.items = Some(self.newest(Edge::Share, End::Sources, stored.key)?);
            } else if is_holder {
                shares.items = Some(Vec::new());
            }
        }
        if let Some(replies) = &mut object.replies {
            if tallies.replies > 0 {
                replies.items = Some(self.newest(Edge::Reply, End::Sources, stored.key)?);
            } else if is_holder {
                replies.items = Some(Vec::new());
            }
        }
        if let Some(members) = &mut object.members
            && tallies.members > 0
        {
            let people = self.newest(Edge::Member, End::Targets, stored.key)?;
            members.items = Some(people.iter().map(documents::mention).collect());
        }
        Ok(())
    }

    fn newest(&self, edge: Edge, end: End, of: ObjectKey) -> Result<Vec<Object>> {
        let mut items = self.newest_of(edge, end, of, (0, SHOWN))?;
        // If some of them may not be seen, others take their places; not everything is looked at.
        if edge == Edge::Reply && items.len() < SHOWN as usize {
            items.extend(self.newest_of(edge, end, of, (SHOWN, LOOKED_AT))?);
            items.truncate(SHOWN as usize);
        }
        Ok(items)
    }

    /// What may be seen of so many neighbours from a place on.
    fn newest_of(
        &self,
        edge: Edge,
        end: End,
        of: ObjectKey,
        (offset, count): (u32, u32),
    ) -> Result<Vec<Object>> {
        let paging = Paging {
            count,
            position: Position::Offset(offset),
        };
        let mut items = Vec::new();
        for (_, stored) in self.snapshot.neighbours(edge, end, of, paging)? {
            if self.sight().of_object(&stored)? {
                let mut object = documents::object(&stored)?;
                if let Some(author) = stored
                    .author
                    .map(|key| self.snapshot.object(key))
                    .transpose()?
                    .flatten()
                {
                    object.author = Some(Box::new(documents::object(&author)?));
                }
                if edge == Edge::Reply {
                    object.in_reply_to = self.parent(object.in_reply_to)?;
                    if let Some(person) = self.viewer.person() {
                        let liked = self.snapshot.has_edge(Edge::Like, person, stored.key)?;
                        object.liked = Some(liked);
                    }
                }
                tally(&mut object, &stored);
                items.push(object);
            }
        }
        Ok(items)
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

/// How many items the collections of an object have.
fn tally(object: &mut Object, stored: &StoredObject) {
    let tallies = &stored.tallies;
    let counted: [(&mut Option<Box<Collection>>, u32); 9] = [
        (&mut object.likes, tallies.likes),
        (&mut object.replies, tallies.replies),
        (&mut object.shares, tallies.shares),
        (&mut object.followers, tallies.followers),
        (&mut object.following, tallies.following),
        (&mut object.favorites, tallies.favorites),
        (&mut object.lists, tallies.lists),
        (&mut object.members, tallies.members),
        (&mut object.documents, tallies.documents),
    ];
    for (collection, count) in counted {
        if let Some(collection) = collection {
            collection.total_items = Some(count.into());
        }
    }
}
