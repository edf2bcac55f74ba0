//! What the control socket answers. Whoever can open it may do everything.

use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Router, body::Bytes};
use http::{StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::backup;
use super::office::Office;
use super::wire::{Backup, NewPassword, NewUser, Refused, Running};
use crate::error::{Error, Result};

/// No request is larger.
const LARGEST: usize = 64 * 1_024;

/// All of it.
pub(crate) fn routes(office: Office) -> Router {
    Router::new()
        .route("/", get(running))
        .route("/users", get(list).post(add))
        .route("/users/{nickname}", axum::routing::delete(delete))
        .route("/users/{nickname}/password", put(set_password))
        .route("/invitations", post(invite))
        .route("/backups", post(back_up))
        .layer(DefaultBodyLimit::max(LARGEST))
        .with_state(office)
}

type Answer = Result<Response, Failure>;

/// An error as it is told over the socket.
struct Failure(Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let refused = Refused { error: error.text };
        (error.status, json(&refused)).into_response()
    }
}

fn json(value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => Error::internal("control", error).status.into_response(),
    }
}

fn parse<T: DeserializeOwned>(body: &Bytes) -> Result<T> {
    serde_json::from_slice(body).map_err(|error| Error::bad_request(error.to_string()))
}

async fn running(State(office): State<Office>) -> Response {
    json(&Running {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        base_url: office.site.urls.base().to_owned(),
    })
}

async fn list(State(office): State<Office>) -> Answer {
    Ok(json(&office.accounts()?))
}

async fn add(State(office): State<Office>, body: Bytes) -> Answer {
    let new: NewUser = parse(&body)?;
    let account = office.add(new).await?;
    tracing::info!(nickname = account.nickname, "account made by the operator");
    Ok((StatusCode::CREATED, json(&account)).into_response())
}

async fn set_password(
    State(office): State<Office>,
    Path(nickname): Path<String>,
    body: Bytes,
) -> Answer {
    let new: NewPassword = parse(&body)?;
    office.set_password(&nickname, &new.password).await?;
    tracing::info!(nickname, "password set by the operator");
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn delete(State(office): State<Office>, Path(nickname): Path<String>) -> Answer {
    office.delete(&nickname).await?;
    tracing::info!(nickname, "account deleted by the operator");
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn invite(State(office): State<Office>) -> Answer {
    Ok((StatusCode::CREATED, json(&office.invite().await?)).into_response())
}

async fn back_up(State(office): State<Office>, body: Bytes) -> Answer {
    let Backup { destination } = parse(&body)?;
    let staged = backup::stage(&destination)?;
    Ok(backup::run(office, staged))
}
