//! People: the profiles of users, and the collections that belong to them.

use pumphouse_activity::{Collection, Object};
use pumphouse_store::{ObjectKey, Snapshot, StoredObject, User};

use super::Site;
use crate::clock;
use crate::error::{Error, Result};

/// The profile of a new user (pump.io protocol, section 4.2).
pub(crate) fn new_profile(site: &Site, nickname: &str, now: i64) -> Object {
    let urls = &site.urls;
    let mut person = Object {
        id: Some(urls.person_id(nickname)),
        preferred_username: Some(nickname.to_owned()),
        display_name: Some(nickname.to_owned()),
        url: Some(urls.page(nickname)),
        updated: Some(clock::format(now)),
        followers: feed(urls.feed(nickname, "followers")),
        following: feed(urls.feed(nickname, "following")),
        favorites: feed(urls.feed(nickname, "favorites")),
        lists: feed(urls.feed(nickname, "lists/person")),
        ..Object::new("person")
    };
    person.links.set("self", urls.profile(nickname));
    person
        .links
        .set("activity-inbox", urls.feed(nickname, "inbox"));
    person
        .links
        .set("activity-outbox", urls.feed(nickname, "feed"));
    person
}

pub(crate) fn feed(url: String) -> Option<Box<Collection>> {
    Some(Box::new(Collection::at(url)))
}

/// The collection of a local user's followers, as it is shown among recipients.
pub(crate) fn followers_collection(site: &Site, nickname: &str, owner: Option<Object>) -> Object {
    let url = site.urls.feed(nickname, "followers");
    let mut followers = Object {
        display_name: Some("Followers".to_owned()),
        url: Some(url.clone()),
        author: owner.map(Box::new),
        members: feed(url.clone()),
        object_types: Some(vec!["person".to_owned()]),
        ..Object::reference("collection", url.clone())
    };
    followers.links.set("self", url);
    followers
}

/// The user of this name.
pub(crate) fn find_user(snapshot: &Snapshot<'_>, nickname: &str) -> Result<User> {
    snapshot
        .user(nickname)?
        .ok_or_else(|| Error::not_found(format!("No such 'user' with id '{nickname}'")))
}

/// The kept profile of a user.
pub(crate) fn profile(snapshot: &Snapshot<'_>, user: &User) -> Result<StoredObject> {
    person(snapshot, user.person)
}

pub(crate) fn person(snapshot: &Snapshot<'_>, key: ObjectKey) -> Result<StoredObject> {
    snapshot
        .object(key)?
        .ok_or_else(|| Error::internal("profile", "a person has no object"))
}
