//! The classes of requests, as extractors (pump.io protocol, section 3.1).

use std::sync::Arc;

use axum::extract::FromRequest;
use axum::extract::Request;
use http::header;
use pumphouse_oauth1::provider::{Legs, Rejection};
use pumphouse_store::{ObjectKey, User};

use super::Session;
use super::keeper::Identity;
use crate::app::App;
use crate::domain::Viewer;
use crate::error::Error;
use crate::http::{Failure, Incoming};

/// A read by an application, a user, or a browser that is logged in.
pub(crate) struct AnyRead {
    pub(crate) viewer: Viewer,
    pub(crate) incoming: Incoming,
}

/// A read by a user.
pub(crate) struct UserRead {
    pub(crate) user: User,
    pub(crate) incoming: Incoming,
}

/// A change by a user through an application.
pub(crate) struct UserWrite {
    pub(crate) user: User,
    /// How the application appears.
    pub(crate) generator: ObjectKey,
    pub(crate) incoming: Incoming,
}

/// A change by an application.
pub(crate) struct ClientWrite {
    /// The application's name within the store.
    pub(crate) client: i64,
    pub(crate) incoming: Incoming,
}

impl FromRequest<Arc<App>> for AnyRead {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let incoming = Incoming::read(request).await?;
        let viewer = if is_signed(&incoming) {
            match signed(app, &incoming, Legs::Any).await?.user {
                Some(user) => Viewer::User(user),
                None => Viewer::Public,
            }
        } else {
            Viewer::User(session(app, &incoming)?)
        };
        Ok(Self { viewer, incoming })
    }
}

impl FromRequest<Arc<App>> for UserRead {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let incoming = Incoming::read(request).await?;
        let user = if is_signed(&incoming) {
            user(signed(app, &incoming, Legs::Three).await?)?.0
        } else {
            session(app, &incoming)?
        };
        Ok(Self { user, incoming })
    }
}

impl FromRequest<Arc<App>> for UserWrite {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let incoming = Incoming::read(request).await?;
        let (user, generator) = user(signed(app, &incoming, Legs::Three).await?)?;
        Ok(Self {
            user,
            generator,
            incoming,
        })
    }
}

impl FromRequest<Arc<App>> for ClientWrite {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let incoming = Incoming::read(request).await?;
        let client = signed(app, &incoming, Legs::Two).await?.client;
        Ok(Self { client, incoming })
    }
}

/// Whether a read claims to be signed. Other schemes count as no credentials.
fn is_signed(incoming: &Incoming) -> bool {
    incoming
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.as_bytes().get(..5))
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"OAuth"))
}

/// Verifies a signature.
async fn signed(app: &App, incoming: &Incoming, legs: Legs) -> Result<Identity, Failure> {
    let request = incoming.signed_request(&app.origin);
    match app.provider.authenticate(&request, legs).await {
        Ok(authenticated) => Ok(authenticated.into_identity()),
        Err(Rejection::Problem(problem)) => Err(Failure::Unverified(problem)),
        Err(Rejection::Store(error)) => Err(error.into()),
        Err(error) => Err(Error::internal("OAuth", error.to_string()).into()),
    }
}

fn user(identity: Identity) -> Result<(User, ObjectKey), Failure> {
    match identity.user {
        Some(user) => Ok((user, identity.generator)),
        None => Err(Error::unauthorized("Not logged in.").into()),
    }
}

fn session(app: &App, incoming: &Incoming) -> Result<User, Failure> {
    match Session::find(app, &incoming.headers)? {
        Some(session) => Ok(session.user),
        None => Err(Error::unauthorized("Not logged in.").into()),
    }
}
