//! Users and profiles (pump.io protocol, section 4), and who-am-I (section 13.1).

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use http::{HeaderValue, StatusCode, header};
use pumphouse_activity::as2::{self, Local, ToAs2};
use pumphouse_activity::{Activity, Object};
use serde::Serialize;
use serde_json::{Map, Value};

use super::feeds::{do_activity, own_feed};
use super::paging::page_request;
use crate::app::App;
use crate::auth::{AnyRead, ClientWrite, UserRead, UserWrite};
use crate::domain::passwords::Password;
use crate::domain::render::{Detail, Renderer};
use crate::domain::users::{self, Change, NewPassword};
use crate::domain::{Viewer, clean, people};
use crate::error::{Error, Result};
use crate::registration;
use crate::wire::{Path, Reply, json};

/// `POST /api/users`: an account, with a token for the application that made it.
pub(super) async fn create(State(app): State<Arc<App>>, write: ClientWrite) -> Reply {
    let (_, record) = registration::register(&app, &write.incoming, write.client).await?;
    Ok(json(&record))
}

/// The record of a user as an answer.
#[derive(Serialize)]
#[serde(transparent)]
struct UserRecord(Map<String, Value>);

impl ToAs2 for UserRecord {
    type As2<'a> = as2::Object<'a>;

    /// An account has no counterpart there; a nearly empty object stands for it.
    fn to_as2<'a>(&'a self, _local: &Local<'a>) -> as2::Object<'a> {
        as2::Object {
            type_name: "Object",
            name: self.0.get("nickname").and_then(Value::as_str),
            ..as2::Object::default()
        }
    }
}

/// `GET /api/user/NICK`
pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    read: AnyRead,
) -> Reply {
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let user = people::find_user(snapshot, &nickname)?;
        users::whole_record(snapshot, &app.site, &read.viewer, &user).map(UserRecord)
    })
}

/// `GET /api/users`
pub(super) async fn list(State(app): State<Arc<App>>, read: AnyRead) -> Reply {
    let request = page_request(&read.incoming)?;
    let page = app
        .store
        .read(|snapshot| users::list(snapshot, &app.site, &read.viewer, &request))?;
    Ok(json(&page))
}

/// `PUT /api/user/NICK`: the password and further properties.
pub(super) async fn update(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    write: UserWrite,
) -> Reply {
    own_feed(&app, &nickname, &write)?;
    let given = write.incoming.parameters().await?;
    let (user, site, policy) = (write.user.clone(), app.site.clone(), app.policy);
    let parse = move || Change::parse(&user, &site, policy, &given);
    let change = clean::apart(write.incoming.body.len(), parse).await??;
    if change.email.asks(&app.site, &write.user) {
        app.attempts.confirmation(&nickname)?;
    }
    let password = new_password(&app, &nickname, &change, write.client).await?;
    let (site, now, user) = (app.site.clone(), app.now(), write.user.key);
    let record = app
        .store
        .write(move |tx| {
            let user = users::find(tx, user)?;
            users::update(tx, &site, &user, &change, password.as_ref(), now)?;
            let user = users::find(tx, user.key)?;
            users::whole_record(tx, &site, &Viewer::User(user.clone()), &user)
        })
        .await?;
    Ok(json(&record))
}

/// The password of a change, hashed, if it is another one than before.
async fn new_password(
    app: &App,
    nickname: &str,
    change: &Change,
    client: i64,
) -> Result<Option<NewPassword>> {
    let kept = app
        .store
        .read(|snapshot| snapshot.password_hash(nickname))?;
    let kept = kept.map(|(_, hash)| hash);
    if app.hasher.verify(change.password.clone(), kept).await? {
        return Ok(None);
    }
    let hash = app.hasher.hash(Password::parse(&change.password)?).await?;
    Ok(Some(NewPassword { hash, client }))
}

/// `DELETE /api/user/NICK`: ends the account, and everything by which somebody could act as its user.
pub(super) async fn delete(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    write: UserWrite,
) -> Reply {
    own_feed(&app, &nickname, &write)?;
    let (user, now) = (write.user.key, app.now());
    app.store.write(move |tx| tx.delete_user(user, now)).await?;
    Ok(json("Deleted."))
}

/// `GET /api/user/NICK/profile`
pub(super) async fn profile(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    read: AnyRead,
) -> Reply {
    app.answers.give(&read.viewer, &read.incoming, |snapshot| {
        let user = people::find_user(snapshot, &nickname)?;
        let stored = people::profile(snapshot, &user)?;
        Renderer::new(snapshot, &app.site, &read.viewer).one_object(&stored, Detail::Full)
    })
}

/// `PUT /api/user/NICK/profile`: an `update` of the person.
pub(super) async fn update_profile(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    write: UserWrite,
) -> Reply {
    own_feed(&app, &nickname, &write)?;
    let mut person: Object = write.incoming.json()?;
    let id = app.site.urls.person_id(&nickname);
    if let Some(other) = person.id.as_deref().filter(|given| *given != id) {
        return Err(Error::bad_request(format!("No such 'person' with id '{other}'")).into());
    }
    person.id = Some(id);
    person.object_type = Some("person".to_owned());
    let done = do_activity(&app, write, Activity::new("update", person)).await?;
    Ok(json(&done.object))
}

/// `GET /api/whoami`: leads to the profile.
pub(super) async fn whoami(State(app): State<Arc<App>>, read: UserRead) -> Reply {
    let profile = app.site.urls.profile(&read.user.nickname);
    let location =
        HeaderValue::try_from(&profile).map_err(|error| Error::internal("address", error))?;
    let mut response = (
        StatusCode::FOUND,
        format!("Found. Redirecting to {profile}"),
    )
        .into_response();
    response.headers_mut().insert(header::LOCATION, location);
    Ok(response)
}
