//! Accounts: making one, with everything that a new user finds (pump.io protocol, section 4.3).

use pumphouse_activity::{Activity, Object};
use pumphouse_store::{CodeKind, NewObject, NewUser, Snapshot, Transaction, User};
use serde_json::{Map, Value};

use super::clean::Clean;
use super::codes::Code;
use super::emails::Email;
use super::posting::{Actor, Posting};
use super::{Site, Viewer, clean, documents, letters, people};
use crate::error::{Error, Result};
use crate::{clock, ids};

/// Names that are paths of the server, or could be taken for them.
const RESERVED: &[&str] = &[
    "api",
    "oauth",
    "oauth2",
    "public",
    "robots.txt",
    "humans.txt",
    ".well-known",
    "sitemap.xml",
    "favicon.ico",
    "contribute.json",
    "main",
    "javascript",
    "shared",
    "uploads",
    "stylesheet",
    "images",
    "template",
    "static",
    "healthz",
    ".",
    "..",
];

/// The lists that everybody begins with.
const FIRST_LISTS: &[&str] = &["Friends", "Family", "Acquaintances", "Coworkers"];

/// Properties of a user that only the server sets.
const OWN_PROPERTIES: &[&str] = &[
    "nickname",
    "password",
    "profile",
    "published",
    "updated",
    "token",
    "secret",
    "_csrf",
];

/// The name of a user: 1 to 64 of the letters, digits, `-`, `_` and `.`, and no path of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Nickname(String);

impl Nickname {
    pub(crate) fn parse(text: Option<&str>) -> Result<Self> {
        let bad = || {
            Error::bad_request(format!(
                "Bad nickname: '{}'",
                shorten(text.unwrap_or("undefined"))
            ))
        };
        let name = text.ok_or_else(bad)?;
        let fits = (1..=64).contains(&name.len())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        let reserved = RESERVED
            .iter()
            .any(|reserved| name.eq_ignore_ascii_case(reserved));
        if !fits || reserved {
            return Err(bad());
        }
        Ok(Self(name.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(100).collect()
}

/// An account to be made.
pub(crate) struct NewAccount {
    pub(crate) nickname: Nickname,
    pub(crate) password_hash: String,
    /// The address that is to be confirmed.
    pub(crate) email: Option<Email>,
    /// The invitation that is used for it.
    pub(crate) invitation: Option<Code>,
    /// Whatever else was given.
    pub(crate) properties: Map<String, Value>,
}

impl NewAccount {
    /// What is kept of the properties that came with a registration or a change; of those by which a
    /// form was signed nothing.
    pub(crate) fn properties(given: &Map<String, Value>) -> Map<String, Value> {
        let mut kept: Map<String, Value> = given
            .iter()
            .filter(|(name, _)| {
                !OWN_PROPERTIES.contains(&name.as_str()) && !name.starts_with("oauth_")
            })
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        clean::extra(&mut kept);
        kept
    }
}

/// The refusal of a nickname that somebody has.
pub(crate) fn check_free(snapshot: &Snapshot<'_>, nickname: &Nickname) -> Result<()> {
    if snapshot.nickname_is_taken(nickname.as_str())? {
        return Err(Error::new(
            http::StatusCode::CONFLICT,
            format!("Already have a(n) 'user' with id '{}'", nickname.as_str()),
        ));
    }
    Ok(())
}

/// The refusal of who has no invitation.
pub(crate) fn not_invited() -> Error {
    Error::forbidden("Registration needs an invitation that was not used before.")
}

/// Makes an account, its profile, its first lists and its welcome.
pub(crate) fn create(
    tx: &Transaction<'_>,
    site: &Site,
    account: &NewAccount,
    now: i64,
) -> Result<User> {
    check_free(tx, &account.nickname)?;
    if let Some(code) = &account.invitation
        && !tx.use_code(CodeKind::Invitation, &code.digest(), now)?
    {
        return Err(not_invited());
    }
    let nickname = account.nickname.as_str();
    let profile = people::new_profile(site, nickname, now);
    let person = tx.insert_object(&NewObject {
        id: profile.id.as_deref().unwrap_or_default(),
        uuid: &ids::uuid(),
        object_type: "person",
        author: None,
        document: &documents::of_object(&profile)?,
        updated: now,
    })?;
    let properties = serde_json::to_string(&account.properties)
        .map_err(|error| Error::internal("properties of a user", error))?;
    tx.insert_user(&NewUser {
        nickname,
        person,
        password_hash: &account.password_hash,
        properties: &properties,
        created: now,
    })?;
    let user = people::find_user(tx, nickname)?;
    begin(tx, site, &user, now)?;
    if let Some(email) = &account.email
        && site.mails
    {
        letters::ask_for_confirmation(tx, site, &user, email, now)?;
    }
    people::find_user(tx, nickname)
}

/// The activities that a new account begins with.
fn begin(tx: &Transaction<'_>, site: &Site, user: &User, now: i64) -> Result<()> {
    let service = service(tx, site, now)?;
    let actor = Actor::user(tx, user)?;
    let viewer = Viewer::User(user.clone());
    let posting = Posting {
        tx,
        site,
        actor: &actor,
        viewer: &viewer,
        now,
    };
    let join = Object::reference(&service.object_type, &service.id);
    posting.post(None, Clean::of(Activity::new("join", join)))?;
    let followers = Object::reference("collection", site.urls.feed(&user.nickname, "followers"));
    for name in FIRST_LISTS {
        let list = Object {
            display_name: Some((*name).to_owned()),
            object_types: Some(vec!["person".to_owned()]),
            ..Object::new("collection")
        };
        let mut activity = Activity::new("create", list);
        activity.to = Some(vec![followers.clone()]);
        posting.post(None, Clean::of(activity))?;
    }
    let welcome = Posting {
        actor: &service,
        viewer: &Viewer::Public,
        ..posting
    };
    let mut activity = Activity::new("post", welcome_note(site, user));
    activity.to = Some(vec![Object::reference("person", &actor.id)]);
    welcome.post(None, Clean::of(activity))?;
    Ok(())
}

fn welcome_note(site: &Site, user: &User) -> Object {
    Object {
        display_name: Some(format!("Welcome to {}", site.name)),
        content: Some(format!(
            "<p>Welcome, {}. What people whom you follow post arrives in your inbox; what you post \
             reaches those who follow you, unless you say who should see it.</p>",
            user.nickname
        )),
        ..Object::new("note")
    }
}

/// The server itself, as an actor.
fn service(tx: &Transaction<'_>, site: &Site, now: i64) -> Result<Actor> {
    let id = site.urls.service();
    let key = match tx.object_by_id(&id)? {
        Some(service) => service.key,
        None => {
            let service = Object {
                display_name: Some(site.name.to_string()),
                url: Some(id.clone()),
                published: Some(clock::format(now)),
                updated: Some(clock::format(now)),
                ..Object::reference("service", &id)
            };
            tx.insert_object(&NewObject {
                id: &id,
                uuid: &ids::uuid(),
                object_type: "service",
                author: None,
                document: &documents::of_object(&service)?,
                updated: now,
            })?
        }
    };
    Ok(Actor {
        person: key,
        id,
        object_type: "service".to_owned(),
        nickname: "main".to_owned(),
        user: None,
    })
}

/// The record of a user (section 4.4). `profile` is the person to show in it.
pub(crate) fn record(user: &User, profile: &Object, own: bool) -> Result<Map<String, Value>> {
    let mut record: Map<String, Value> = serde_json::from_str(&user.properties)
        .map_err(|error| Error::internal("properties of a user", error))?;
    if !own {
        record.remove("email");
        record.remove("settings");
    }
    record.insert("nickname".to_owned(), user.nickname.clone().into());
    record.insert("updated".to_owned(), clock::format(user.updated).into());
    record.insert("published".to_owned(), clock::format(user.created).into());
    let profile =
        serde_json::to_value(profile).map_err(|error| Error::internal("profile", error))?;
    record.insert("profile".to_owned(), profile);
    Ok(record)
}

#[cfg(test)]
mod tests {
    use super::Nickname;

    #[test]
    fn nicknames_are_short_plain_and_no_paths() {
        for good in ["alice", "a.b-c_D9", "x"] {
            assert!(Nickname::parse(Some(good)).is_ok(), "{good}");
        }
        let long = "x".repeat(65);
        for bad in ["", "a b", "ä", "a/b", "api", "API", "..", "main", &long] {
            let refusal = Nickname::parse(Some(bad)).unwrap_err();
            assert!(refusal.text.starts_with("Bad nickname: '"), "{bad}");
        }
        assert_eq!(
            Nickname::parse(None).unwrap_err().text,
            "Bad nickname: 'undefined'"
        );
    }
}
