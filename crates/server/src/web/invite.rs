//! `POST /main/invite`: an invitation from somebody who is logged in, where users may invite others.

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, StatusCode};

use super::origin;
use super::pages::{Frame, Invited, page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::invitations;
use crate::error::Error;
use crate::wire::Reply;

pub(super) async fn invite(State(app): State<Arc<App>>, headers: HeaderMap) -> Reply {
    origin::check(&app, &headers)?;
    let session = Session::find(&app, &headers)?;
    let user = session
        .ok_or_else(|| Error::unauthorized("Not logged in."))?
        .user;
    if !app.policy.users_invite() {
        return Err(Error::forbidden("Only who runs this server invites people.").into());
    }
    app.attempts.invitation(&user.nickname)?;
    let now = app.now();
    let code = app
        .store
        .write(move |tx| invitations::invite(tx, Some(user.key), now))
        .await?;
    let template = Invited {
        frame: Frame {
            site: &app.site,
            nickname: Some(&user.nickname),
        },
        invitation: code.as_str(),
    };
    Ok(page(StatusCode::OK, &template))
}
