//! Who an activity is for: the recipients it gets when it names none, and the inboxes that follow
//! from its recipients (pump.io protocol, section 6.6).

use std::collections::{BTreeMap, VecDeque};

use pumphouse_activity::{Activity, Object, PUBLIC};
use pumphouse_store::{ObjectKey, Snapshot, StoredObject, UserKey};

use super::audience::{Audience, Crowd};
use super::posting::{Actor, Posting};
use super::{Site, documents};
use crate::error::{Error, Result};

/// What the recipients of an activity depend on.
pub(crate) struct Subject<'a> {
    pub(crate) verb: &'a str,
    pub(crate) object: &'a StoredObject,
    /// What the object answers, if it is made now.
    pub(crate) parent: Option<&'a StoredObject>,
    /// The list or group that it goes to.
    pub(crate) target: Option<&'a StoredObject>,
}

/// Checks the recipients that were given, and says whether there were any. A recipient without id is
/// nobody and is left out, but who named nobody else did not mean everybody.
pub(crate) fn check_recipients(activity: &mut Activity) -> Result<bool> {
    let named = activity.recipients().next().is_some();
    for (name, recipients) in [
        ("to", &mut activity.to),
        ("cc", &mut activity.cc),
        ("bto", &mut activity.bto),
        ("bcc", &mut activity.bcc),
    ] {
        let Some(list) = recipients else { continue };
        list.retain(|recipient| recipient.id.is_some());
        if list.iter().any(|recipient| recipient.object_type.is_none()) {
            return Err(Error::bad_request(format!(
                "every recipient in '{name}' needs an objectType and an id"
            )));
        }
        if list.is_empty() {
            *recipients = None;
        }
    }
    Ok(named)
}

/// Gives people of this server who are named otherwise the ids that they have here.
pub(crate) fn name_people(site: &Site, activity: &mut Activity) {
    let recipients = [
        &mut activity.to,
        &mut activity.cc,
        &mut activity.bto,
        &mut activity.bcc,
    ];
    for person in recipients
        .into_iter()
        .flatten()
        .flatten()
        .chain(activity.object.as_deref_mut())
    {
        let named = person.id.as_deref().filter(|_| person.is_a("person"));
        if let Some(nickname) = named.and_then(|id| site.urls.nickname_of(id)) {
            person.id = Some(site.urls.person_id(nickname));
        }
    }
}

/// Gives an activity that names no recipients those of the first rule that applies.
pub(crate) fn complete(
    posting: &Posting<'_>,
    subject: &Subject<'_>,
    activity: &mut Activity,
) -> Result<()> {
    let (snapshot, site, actor) = (posting.tx, posting.site, posting.actor);
    let followers = || {
        vec![Object::reference(
            "collection",
            site.urls.feed(&actor.nickname, "followers"),
        )]
    };
    let object = subject.object;
    let is_self = object.key == actor.person;
    let group = subject
        .target
        .filter(|target| target.object_type == "group");
    let (to, cc) = match subject.verb {
        "update" | "delete" if !is_self => match original_recipients(snapshot, object)? {
            Some(recipients) => recipients,
            // Such as an upload: nobody was told of it, so nobody is told of this.
            None if object.author == Some(actor.person) => (Vec::new(), Vec::new()),
            None => return Err(Error::bad_request("no original post")),
        },
        "favorite" | "unfavorite" | "like" | "unlike" | "dislike" => {
            let (to, mut cc) =
                original_recipients(snapshot, object)?.unwrap_or_else(|| (Vec::new(), followers()));
            cc.extend(author_of(snapshot, object, actor)?);
            (to, cc)
        }
        "share" | "unshare" if !matches!(object.object_type.as_str(), "person" | "group") => {
            let mut cc = followers();
            cc.extend(author_of(snapshot, object, actor)?);
            (Vec::new(), cc)
        }
        _ if object.object_type == "person" && !is_self => {
            (vec![Object::reference("person", &object.id)], followers())
        }
        verb if object.object_type == "group" && verb != "create" => {
            (vec![Object::reference("group", &object.id)], followers())
        }
        "add" | "remove" | "post" if group.is_some() => {
            let group = group.map(|group| Object::reference("group", &group.id));
            (group.into_iter().collect(), Vec::new())
        }
        _ => match answer_recipients(posting, subject)? {
            Some(recipients) => recipients,
            None if actor.user.is_some() => (Vec::new(), followers()),
            None => (Vec::new(), Vec::new()),
        },
    };
    // An empty list is left out, as it is when nobody was named.
    activity.to = Some(to).filter(|to| !to.is_empty());
    activity.cc = Some(cc).filter(|cc| !cc.is_empty());
    let original = match subject.verb {
        "update" | "delete" => own_posting(snapshot, object, actor)?.unwrap_or_default(),
        _ => Activity::default(),
    };
    (activity.bto, activity.bcc) = (original.bto, original.bcc);
    Ok(())
}

/// The activity by which an actor posted an object, if it was this actor.
fn own_posting(
    snapshot: &Snapshot<'_>,
    object: &StoredObject,
    actor: &Actor,
) -> Result<Option<Activity>> {
    let posting = object.posted_by.map(|key| snapshot.activity(key));
    let posting = posting.transpose()?.flatten();
    let own = posting.filter(|stored| stored.actor == actor.person);
    own.as_ref().map(documents::activity).transpose()
}

/// `to` and `cc` of the activity that posted an object. `bto` and `bcc` are its actor's secret.
fn original_recipients(
    snapshot: &Snapshot<'_>,
    object: &StoredObject,
) -> Result<Option<(Vec<Object>, Vec<Object>)>> {
    // Who first named a thing of another place did not post it.
    let Some(posting) = object.posted_by.filter(|_| object.author.is_some()) else {
        return Ok(None);
    };
    let Some(stored) = snapshot.activity(posting)? else {
        return Ok(None);
    };
    let original = documents::activity(&stored)?;
    Ok(Some((
        original.to.unwrap_or_default(),
        original.cc.unwrap_or_default(),
    )))
}

/// The recipients of what the object answers, if it is an answer. Of what the actor may not see
/// they stay unknown.
fn answer_recipients(
    posting: &Posting<'_>,
    subject: &Subject<'_>,
) -> Result<Option<(Vec<Object>, Vec<Object>)>> {
    let (tx, actor) = (posting.tx, posting.actor);
    if matches!(subject.verb, "post" | "create") {
        let parent = subject.parent.filter(|parent| parent.author.is_some());
        return parent
            .map(|parent| reply_recipients(tx, parent, actor))
            .transpose();
    }
    let parent = documents::object(subject.object)?.in_reply_to;
    let Some(id) = parent.and_then(|parent| parent.id) else {
        return Ok(None);
    };
    match tx.object_by_id(&id)? {
        Some(parent)
            if parent.author.is_some()
                && parent.posted_by.is_some()
                && posting.sight().of_object(&parent)? =>
        {
            reply_recipients(tx, &parent, actor).map(Some)
        }
        _ => Ok(None),
    }
}

/// The recipients of what is answered, but for the actor, and its poster.
fn reply_recipients(
    snapshot: &Snapshot<'_>,
    parent: &StoredObject,
    actor: &Actor,
) -> Result<(Vec<Object>, Vec<Object>)> {
    let (mut to, mut cc) = original_recipients(snapshot, parent)?
        .ok_or_else(|| Error::bad_request("no original post"))?;
    for list in [&mut to, &mut cc] {
        list.retain(|recipient| recipient.id.as_deref() != Some(&actor.id));
    }
    if let Some(author) = author_of(snapshot, parent, actor)?
        && !to.iter().any(|recipient| recipient.id == author.id)
    {
        to.push(author);
    }
    Ok((to, cc))
}

/// The author of an object, unless it is the actor.
fn author_of(
    snapshot: &Snapshot<'_>,
    object: &StoredObject,
    actor: &Actor,
) -> Result<Option<Object>> {
    let Some(author) = object.author.filter(|author| *author != actor.person) else {
        return Ok(None);
    };
    let author = snapshot.object(author)?;
    Ok(author.map(|author| Object::reference(author.object_type, author.id)))
}

/// Whom an activity reaches here.
pub(crate) struct Reach {
    /// The local users, and first of all the actor.
    pub(crate) audience: Audience,
    /// The groups into whose inboxes it goes; their members are in the audience.
    pub(crate) groups: Vec<ObjectKey>,
}

/// Whom an activity reaches by its recipients.
pub(crate) fn reach(posting: &Posting<'_>, activity: &Activity) -> Result<Reach> {
    // Whether each user is named in `to` or `bto`.
    let mut users: BTreeMap<UserKey, bool> = BTreeMap::new();
    let mut crowds = VecDeque::new();
    let mut groups = Vec::new();
    if let Some(user) = posting.actor.user {
        users.insert(user, false);
    }
    for (recipients, primary) in [
        (&activity.to, true),
        (&activity.bto, true),
        (&activity.cc, false),
        (&activity.bcc, false),
    ] {
        for recipient in recipients.iter().flatten() {
            let crowd = match behind(posting, recipient)? {
                Some(Behind::User(user)) => {
                    *users.entry(user).or_default() |= primary && recipient.is_a("person");
                    continue;
                }
                Some(Behind::Crowd(crowd)) => crowd,
                Some(Behind::Group(group)) => {
                    groups.push(group);
                    Crowd::members(group)
                }
                None => continue,
            };
            if !crowds.contains(&crowd) {
                crowds.push_back(crowd);
            }
        }
    }
    let own = posting
        .actor
        .user
        .and_then(|user| users.remove_entry(&user));
    let audience = Audience {
        people: own.into_iter().chain(users).collect(),
        crowds,
    };
    Ok(Reach { audience, groups })
}

/// What is behind a recipient here.
enum Behind {
    User(UserKey),
    Crowd(Crowd),
    Group(ObjectKey),
}

fn behind(posting: &Posting<'_>, recipient: &Object) -> Result<Option<Behind>> {
    let (tx, actor) = (posting.tx, posting.actor);
    let Some(id) = recipient.id.as_deref() else {
        return Ok(None);
    };
    if id == PUBLIC || posting.site.urls.followers_owner(id) == Some(&actor.nickname) {
        return Ok(Some(Behind::Crowd(Crowd::followers(actor.person))));
    }
    let Some(object) = tx.object_by_id(id)? else {
        if recipient.is_a("person") && posting.site.urls.is_own_id(id) {
            return Err(Error::bad_request(format!(
                "No such 'person' with id '{id}'"
            )));
        }
        return Ok(None);
    };
    if object.deleted.is_some() {
        return Ok(None);
    }
    Ok(match object.object_type.as_str() {
        "person" => tx
            .user_by_person(object.key)?
            .map(|user| Behind::User(user.key)),
        // Nobody can write to another person's list,
        "collection" if object.author == Some(actor.person) => {
            Some(Behind::Crowd(Crowd::members(object.key)))
        }
        // nor to a group that he may not see.
        "group" if posting.sight().of_object(&object)? => Some(Behind::Group(object.key)),
        _ => None,
    })
}
