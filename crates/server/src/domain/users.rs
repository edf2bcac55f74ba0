//! The records of users: what is shown, listed and changed of them (pump.io protocol, sections 4.4 and 4.5).

use http::StatusCode;
use pumphouse_activity::{Collection, Object};
use pumphouse_store::{Snapshot, TokenCredentials, Transaction, User, UserKey};
use serde_json::{Map, Value};

use super::accounts::{self, NewAccount};
use super::confirmation::NewAddress;
use super::paging::{PageRequest, link, resolve, slice};
use super::passwords::Password;
use super::render::{Detail, Renderer};
use super::signup::Policy;
use super::{Site, Viewer, people};
use crate::clock;
use crate::error::{Error, Result};

/// How much the further properties of a user may take, in bytes of JSON.
const MOST_PROPERTIES: usize = 100 * 1_024;

/// The record as a viewer reads it, with the whole profile.
pub(crate) fn whole_record(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    user: &User,
) -> Result<Map<String, Value>> {
    rendered(snapshot, site, viewer, user, Detail::Full)
}

/// The record as a user reads it who has just got a token, with that token.
pub(crate) fn record_with_token(
    snapshot: &Snapshot<'_>,
    site: &Site,
    user: &User,
    token: TokenCredentials,
) -> Result<Map<String, Value>> {
    let viewer = Viewer::User(user.clone());
    let mut record = rendered(snapshot, site, &viewer, user, Detail::Bare)?;
    record.insert("token".to_owned(), token.token.into());
    record.insert("secret".to_owned(), token.secret.into());
    Ok(record)
}

fn rendered(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    user: &User,
    detail: Detail,
) -> Result<Map<String, Value>> {
    let stored = people::profile(snapshot, user)?;
    let profile = Renderer::new(snapshot, site, viewer).one_object(&stored, detail)?;
    accounts::record(user, &profile, viewer.is(user))
}

/// The user of this key, who was there a moment ago.
pub(crate) fn find(snapshot: &Snapshot<'_>, key: UserKey) -> Result<User> {
    let gone = || Error::not_found("This account was deleted.");
    snapshot.user_by_key(key)?.ok_or_else(gone)
}

/// A page of all users, newest first; their profiles are mentioned only.
pub(crate) fn list(
    snapshot: &Snapshot<'_>,
    site: &Site,
    viewer: &Viewer,
    request: &PageRequest,
) -> Result<Collection<Map<String, Value>>> {
    let position = |nickname: &str| Ok(snapshot.user(nickname)?.map(|user| user.key));
    let start = resolve(&request.start, "user:all", position)?;
    let slice = slice(
        request.count,
        start,
        |paging| Ok(snapshot.users(paging)?),
        None,
    )?;
    let users: Vec<User> = slice.items.into_iter().map(|(_, user)| user).collect();

    let mut page = Collection {
        display_name: Some("Users of this service".to_owned()),
        object_types: Some(vec!["user".to_owned()]),
        total_items: Some(snapshot.count_users()?.into()),
        ..Collection::at(site.urls.users())
    };
    link(&mut page, &users, |user| &user.nickname, slice.more);
    // The one collection that has an id for its address.
    page.id = page.url.take();
    let item = |user: &User| {
        let profile = Object::reference("person", site.urls.person_id(&user.nickname));
        accounts::record(user, &profile, viewer.is(user))
    };
    page.items = Some(users.iter().map(item).collect::<Result<_>>()?);
    Ok(page)
}

/// A change of a user's record.
pub(crate) struct Change {
    /// The password from now on; the same as before, or a new one.
    pub(crate) password: String,
    /// Further properties to set; `null` takes one away.
    properties: Map<String, Value>,
    pub(crate) email: NewAddress,
}

impl Change {
    /// Reads a change. What cannot be changed may be absent, or as it is.
    pub(crate) fn parse(
        user: &User,
        site: &Site,
        policy: Policy,
        given: &Map<String, Value>,
    ) -> Result<Self> {
        let bad = |text: &str| Err(Error::bad_request(text));
        match given.get("nickname") {
            None => return bad("'nickname' property is required"),
            Some(nickname) if *nickname != user.nickname.as_str() => {
                return bad("'nickname' is immutable");
            }
            Some(_) => {}
        }
        let Some(password) = given.get("password") else {
            return bad("'password' property is required");
        };
        let password = password.as_str().unwrap_or_default();
        Password::parse(password)?;
        for (name, kept) in [("published", user.created), ("updated", user.updated)] {
            if given
                .get(name)
                .is_some_and(|value| *value != clock::format(kept).as_str())
            {
                return bad(&format!("'{name}' is immutable"));
            }
        }
        if let Some(profile) = given.get("profile")
            && profile["id"] != site.urls.person_id(&user.nickname).as_str()
        {
            return bad("'profile' is immutable");
        }
        let mut properties = NewAccount::properties(given);
        Ok(Self {
            password: password.to_owned(),
            email: NewAddress::take(policy, &mut properties)?,
            properties,
        })
    }
}

/// A password's hash that replaces the one before, and the client through which that was asked for.
pub(crate) struct NewPassword {
    pub(crate) hash: String,
    pub(crate) client: i64,
}

/// Changes a user's record. A new password ends everything by which somebody could act as the
/// user, but for the token that asked for it.
pub(crate) fn update(
    tx: &Transaction<'_>,
    site: &Site,
    user: &User,
    change: &Change,
    password: Option<&NewPassword>,
    now: i64,
) -> Result<()> {
    let mut properties = properties(user)?;
    for (name, value) in &change.properties {
        if value.is_null() {
            properties.remove(name);
        } else {
            properties.insert(name.clone(), value.clone());
        }
    }
    keep_properties(tx, user, &properties, now)?;
    change.email.apply(tx, site, user, now)?;
    if let Some(password) = password {
        tx.set_password_hash(user.key, &password.hash)?;
        tx.revoke_access(user.key, Some(password.client))?;
    }
    Ok(())
}

/// Sets one of a user's further properties.
pub(crate) fn set_property(
    tx: &Transaction<'_>,
    user: &User,
    name: &str,
    value: Value,
    now: i64,
) -> Result<()> {
    let mut properties = properties(user)?;
    properties.insert(name.to_owned(), value);
    keep_properties(tx, user, &properties, now)
}

/// A user's further properties.
pub(crate) fn properties(user: &User) -> Result<Map<String, Value>> {
    serde_json::from_str(&user.properties)
        .map_err(|error| Error::internal("properties of a user", error))
}

fn keep_properties(
    tx: &Transaction<'_>,
    user: &User,
    properties: &Map<String, Value>,
    now: i64,
) -> Result<()> {
    let properties = serde_json::to_string(properties)
        .map_err(|error| Error::internal("properties of a user", error))?;
    if properties.len() > MOST_PROPERTIES {
        return Err(Error::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("The properties of a user can take {MOST_PROPERTIES} bytes in all."),
        ));
    }
    Ok(tx.set_properties(user.key, &properties, now)?)
}
