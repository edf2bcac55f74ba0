//! Readers who stay, as on a stream: by what they were recognised. Only what is kept of that is held,
//! so that it can be looked up again whether it still holds.

use pumphouse_oauth1::Request;
use pumphouse_oauth1::provider::Legs;
use pumphouse_store::{Micros, Snapshot};

use super::bearer;
use super::principal::{authenticate, browser};
use super::session::Session;
use crate::app::App;
use crate::domain::Viewer;
use crate::error::Result;
use crate::wire::{Failure, Incoming};

/// By what a reader was recognised.
#[derive(Clone)]
pub(crate) enum Credential {
    /// By nothing: they see what is public.
    Nothing,
    /// By a signature of a client, on behalf of a user if there is a token.
    Signature {
        client: String,
        token: Option<String>,
    },
    /// By a bearer token.
    Bearer([u8; 32]),
    /// By the session of a browser.
    Session([u8; 32]),
}

impl Credential {
    /// What a request shows. A session that has ended is nothing.
    pub(crate) async fn of(app: &App, incoming: &Incoming) -> Result<Self, Failure> {
        if incoming.is_signed() {
            return Self::signed(app, &incoming.signed_request(&app.origin)).await;
        }
        if let Some(known) = bearer::find(app, &incoming.headers)? {
            return Ok(Self::Bearer(known.digest));
        }
        Ok(match Session::id(app, &incoming.headers) {
            Some(id) if browser(app, incoming)?.is_some() => Self::Session(id),
            _ => Self::Nothing,
        })
    }

    /// What a signed request shows once its signature, time and nonce are verified.
    pub(crate) async fn signed(app: &App, request: &Request<'_>) -> Result<Self, Failure> {
        let authenticated = authenticate(app, request, Legs::Any).await?;
        Ok(Self::Signature {
            client: authenticated.client_key().to_owned(),
            token: authenticated.token().map(str::to_owned),
        })
    }

    /// Whom it stands for; nobody any more if it was revoked, has ended, or the account was deleted.
    pub(crate) fn viewer(&self, snapshot: &Snapshot<'_>, now: Micros) -> Result<Option<Viewer>> {
        Ok(match self {
            Self::Nothing => Some(Viewer::Public),
            Self::Signature { client, token } => {
                let found = snapshot.credentials(client, token.as_deref().unwrap_or_default())?;
                match (found, token) {
                    (Some(_), None) => Some(Viewer::Public),
                    (Some(found), Some(_)) => found.token.map(|(_, user)| Viewer::User(user)),
                    (None, _) => None,
                }
            }
            Self::Bearer(digest) => {
                let bearer = snapshot.bearer(digest)?;
                bearer.map(|bearer| bearer.user.map_or(Viewer::Public, Viewer::User))
            }
            Self::Session(id) => {
                let session = Session::kept(snapshot, id, now)?;
                session.map(|session| Viewer::User(session.user))
            }
        })
    }
}
