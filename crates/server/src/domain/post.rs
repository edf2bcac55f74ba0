//! Doing something: from an activity as it was sent to one that is kept and delivered
//! (pump.io protocol, sections 6.1 to 6.7), all in one transaction.

use pumphouse_activity::{Activity, Object};
use pumphouse_store::{Edge, NewActivity, ObjectKey, StoredObject};

use super::addressing::{self, Subject};
use super::clean::Clean;
use super::effects::Goal;
use super::posting::Posting;
use super::verbs::is_major;
use super::{content, delivery, documents, effects, notification, objects, people};
use crate::error::{Error, Result};
use crate::{clock, ids};

impl Posting<'_> {
    /// Keeps an activity with everything that follows from it; gives its key.
    pub(crate) fn post(&self, generator: Option<ObjectKey>, activity: Clean) -> Result<i64> {
        let Clean(mut activity) = activity;
        self.check_actor(&activity)?;
        let named = addressing::check_recipients(&mut activity)?;
        addressing::name_people(self.site, &mut activity);
        let verb = activity.verb.take().filter(|verb| !verb.is_empty());
        let verb = verb.unwrap_or_else(|| "post".to_owned());
        let given = activity
            .object
            .take()
            .ok_or_else(|| Error::bad_request("an activity needs an object"))?;

        let (object, parent, made) = match verb.as_str() {
            "post" | "create" => {
                let (object, parent) = objects::create(self, &given)?;
                (object, parent, true)
            }
            _ => {
                let (object, made) = objects::resolve(self, &verb, &given)?;
                (object, None, made)
            }
        };
        let target = self.target(activity.target.as_deref())?;
        if !made {
            self.check_sight(&verb, &object)?;
        }
        let subject = Subject {
            verb: &verb,
            object: &object,
            parent: parent.as_ref(),
            target: target.as_ref(),
        };
        if !named {
            addressing::complete(self, &subject, &mut activity)?;
        }
        let goal = Goal {
            named: activity.target.as_deref(),
            known: target.as_ref(),
        };
        effects::apply(self, &verb, &object, &given, &goal)?;
        // An update is told of with the name that the thing has now.
        let object = match verb.as_str() {
            "update" => self.tx.object(object.key)?.unwrap_or(object),
            _ => object,
        };

        let object_type = given.object_type.as_deref().or(Some(&object.object_type));
        let major = is_major(&verb, object_type);
        self.fill_in(&mut activity, &verb, &object, parent.as_ref(), generator)?;
        let key = self.keep(&activity, major)?;
        // Who sees the activity sees an object that was made with it.
        if made {
            self.tx.set_posted_by(object.key, key)?;
        }
        let reach = addressing::reach(self, &activity)?;
        for group in reach.groups {
            self.tx.deliver_to_group(group, key)?;
        }
        if self.site.mails {
            notification::begin(self.tx, key, self.actor, &reach.audience, self.now)?;
        }
        delivery::begin(self.tx, key, major, reach.audience, self.now)?;
        Ok(key)
    }

    fn check_actor(&self, activity: &Activity) -> Result<()> {
        match &activity.actor {
            Some(actor) if actor.id.as_deref() != Some(&self.actor.id) => {
                Err(Error::bad_request("Invalid actor"))
            }
            _ => Ok(()),
        }
    }

    /// The list or group that the object goes to. One that is not known here has no effect.
    fn target(&self, target: Option<&Object>) -> Result<Option<StoredObject>> {
        match target.and_then(|target| target.id.as_deref()) {
            Some(id) => Ok(self.tx.object_by_id(id)?),
            None => Ok(None),
        }
    }

    /// Nobody may find out by an activity what they could not read. What only authors may do is
    /// refused to all others anyway.
    fn check_sight(&self, verb: &str, object: &StoredObject) -> Result<()> {
        let leaves = || {
            self.tx
                .has_edge(Edge::Member, object.key, self.actor.person)
        };
        // Nobody here made a thing of another place; who names it learns nothing from it.
        let is_foreign = object.author.is_none() && object.object_type != "person";
        if matches!(verb, "post" | "create" | "update" | "delete")
            || is_foreign
            || verb == "leave" && leaves()?
        {
            return Ok(());
        }
        self.sight().require_object(object)?;
        if object.deleted.is_some() && verb != "remove" {
            return Err(Error::gone());
        }
        Ok(())
    }

    /// Everything that the server fills in (section 6.2).
    fn fill_in(
        &self,
        activity: &mut Activity,
        verb: &str,
        object: &StoredObject,
        parent: Option<&StoredObject>,
        generator: Option<ObjectKey>,
    ) -> Result<()> {
        activity.verb = Some(verb.to_owned());
        activity.object = Some(Box::new(Object::reference(&object.object_type, &object.id)));
        activity.actor = Some(Box::new(Object::reference(
            &self.actor.object_type,
            &self.actor.id,
        )));
        activity.generator = match generator {
            Some(key) => self
                .tx
                .object(key)?
                .map(|generator| Box::new(Object::reference(generator.object_type, generator.id))),
            None => None,
        };
        if activity.content.is_none() {
            let read = |stored: &StoredObject| documents::object(stored);
            let actor = read(&people::person(self.tx, self.actor.person)?)?;
            let parent = parent.map(read).transpose()?;
            activity.content = Some(content::of_activity(
                verb,
                &actor,
                &read(object)?,
                parent.as_ref(),
            ));
        }
        let now = clock::format(self.now);
        activity.published.get_or_insert_with(|| now.clone());
        activity.updated = Some(now);
        activity.received = None;
        activity.deleted = None;
        Ok(())
    }

    /// Names the activity and keeps it.
    fn keep(&self, activity: &Activity, major: bool) -> Result<i64> {
        let uuid = ids::uuid();
        let urls = &self.site.urls;
        let mut kept = activity.clone();
        if let Some(id) = kept.id.as_deref()
            && (id.is_empty() || urls.is_own_id(id) || self.tx.activity_by_id(id)?.is_some())
        {
            return Err(Error::bad_request(format!(
                "An activity cannot have the id '{id}'."
            )));
        }
        let id = kept.id.get_or_insert_with(|| urls.activity(&uuid)).clone();
        kept.links.set("self", urls.activity(&uuid));
        kept.url = Some(urls.activity_page(&self.actor.nickname, &uuid));
        Ok(self.tx.insert_activity(&NewActivity {
            id: &id,
            uuid: &uuid,
            actor: self.actor.person,
            major,
            document: &documents::of_activity(&kept)?,
            published: self.now,
        })?)
    }
}
