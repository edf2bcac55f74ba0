//! The classes of requests, as extractors (pump.io protocol, section 3.1).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::FromRequest;
use axum::extract::Request;
use http::{StatusCode, header};
use pumphouse_oauth1::body_hash::ClaimedBodyHash;
use pumphouse_oauth1::provider::{Authenticated, Legs, Rejection};
use pumphouse_store::{ObjectKey, User};

use super::bearer;
use super::session::Session;
use crate::app::App;
use crate::domain::Viewer;
use crate::error::Error;
use crate::provider::Identity;
use crate::wire::{Failure, Incoming};

/// A read by an application, a user, or a browser that is logged in; by signature or bearer token.
pub(crate) struct AnyRead {
    pub(crate) viewer: Viewer,
    pub(crate) incoming: Incoming,
}

/// A read by anybody; what comes without credentials sees what is public.
pub(crate) struct OpenRead {
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
    /// The application's name within the store.
    pub(crate) client: i64,
    /// How the application appears.
    pub(crate) generator: ObjectKey,
    pub(crate) incoming: Incoming,
}

/// A file that a user sends through an application. It is known who they are before the file is read.
pub(crate) struct UserUpload {
    pub(crate) user: User,
    /// The value of `Content-Type`.
    pub(crate) media_type: Option<String>,
    pub(crate) body: Body,
    /// What the file was signed to be.
    pub(crate) claimed: Option<ClaimedBodyHash>,
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
        match viewer(app, &incoming).await? {
            Some(viewer) => Ok(Self { viewer, incoming }),
            None => Err(not_logged_in()),
        }
    }
}

impl FromRequest<Arc<App>> for OpenRead {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let incoming = Incoming::read(request).await?;
        let viewer = viewer(app, &incoming).await?.unwrap_or(Viewer::Public);
        Ok(Self { viewer, incoming })
    }
}

impl FromRequest<Arc<App>> for UserRead {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let incoming = Incoming::read(request).await?;
        let user = if incoming.is_signed() {
            user(signed(app, &incoming, Legs::Three).await?)?.0
        } else {
            match viewer(app, &incoming).await? {
                Some(Viewer::User(user)) => user,
                _ => return Err(not_logged_in()),
            }
        };
        Ok(Self { user, incoming })
    }
}

impl FromRequest<Arc<App>> for UserWrite {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        Self::of(app, Incoming::read(request).await?).await
    }
}

impl UserWrite {
    /// The same of a request that was read before.
    pub(crate) async fn of(app: &App, incoming: Incoming) -> Result<Self, Failure> {
        let identity = signed(app, &incoming, Legs::Three).await?;
        let client = identity.client;
        let (user, generator) = user(identity)?;
        Ok(Self {
            user,
            client,
            generator,
            incoming,
        })
    }
}

impl FromRequest<Arc<App>> for UserUpload {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let (head, body) = Incoming::read_head(request);
        let media_type = head.media_type();
        // A form's fields take part in the signature, and a form is no file.
        if media_type == "application/x-www-form-urlencoded" || media_type.starts_with("multipart/")
        {
            return Err(Error::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "Send the file itself as the body, with its own Content-Type, not in a form.",
            )
            .into());
        }
        let request = head.signed_request(&app.origin).with_streamed_body();
        let authenticated = authenticate(app, &request, Legs::Three).await?;
        let claimed = authenticated.verified().pending_body_hash().cloned();
        let (user, _) = user(authenticated.into_identity())?;
        let media_type = head.headers.get(header::CONTENT_TYPE);
        Ok(Self {
            user,
            media_type: media_type.and_then(|value| Some(value.to_str().ok()?.to_owned())),
            body,
            claimed,
        })
    }
}

impl FromRequest<Arc<App>> for ClientWrite {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        Self::of(app, Incoming::read(request).await?).await
    }
}

impl ClientWrite {
    /// The same of a request that was read before.
    pub(crate) async fn of(app: &App, incoming: Incoming) -> Result<Self, Failure> {
        let client = signed(app, &incoming, Legs::Two).await?.client;
        Ok(Self { client, incoming })
    }
}

/// Whom a read is for; `None` if it comes without credentials.
async fn viewer(app: &App, incoming: &Incoming) -> Result<Option<Viewer>, Failure> {
    let user = if incoming.is_signed() {
        signed(app, incoming, Legs::Any).await?.user
    } else if let Some(known) = bearer::find(app, &incoming.headers)? {
        known.bearer.user
    } else {
        return Ok(browser(app, incoming)?.map(Viewer::User));
    };
    Ok(Some(user.map_or(Viewer::Public, Viewer::User)))
}

/// Whom a request that was read whole is signed by.
async fn signed(app: &App, incoming: &Incoming, legs: Legs) -> Result<Identity, Failure> {
    let request = incoming.signed_request(&app.origin);
    Ok(authenticate(app, &request, legs).await?.into_identity())
}

/// Verifies a signature.
pub(super) async fn authenticate<'a>(
    app: &App,
    request: &pumphouse_oauth1::Request<'a>,
    legs: Legs,
) -> Result<Authenticated<'a, Identity>, Failure> {
    match app.provider.authenticate(request, legs).await {
        Ok(authenticated) => {
            check_confirmed(app, authenticated.identity())?;
            Ok(authenticated)
        }
        Err(Rejection::Problem(problem)) => Err(Failure::Unverified(problem)),
        Err(Rejection::Store(error)) => Err(error.into()),
        Err(error) => Err(Error::internal("OAuth", error.to_string()).into()),
    }
}

fn user(identity: Identity) -> Result<(User, ObjectKey), Failure> {
    match identity.user {
        Some(user) => Ok((user, identity.generator)),
        None => Err(not_logged_in()),
    }
}

/// Where addresses are needed, nobody acts through a program before theirs is confirmed (section 3.5).
fn check_confirmed(app: &App, identity: &Identity) -> Result<(), Failure> {
    let unconfirmed = |user: &User| user.email.is_none();
    if app.policy.require_email && identity.user.as_ref().is_some_and(unconfirmed) {
        let text = "Can't use the API until you confirm your email address.";
        return Err(Error::forbidden(text).into());
    }
    Ok(())
}

fn not_logged_in() -> Failure {
    Error::unauthorized("Not logged in.").into()
}

/// Who is logged in with a browser. Where there are no pages, sessions serve to connect programs only.
pub(super) fn browser(app: &App, incoming: &Incoming) -> Result<Option<User>, Failure> {
    if !app.web {
        return Ok(None);
    }
    Ok(Session::find(app, &incoming.headers)?.map(|session| session.user))
}
