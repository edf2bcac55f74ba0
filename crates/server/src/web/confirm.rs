//! `GET /main/confirm/CODE`: the address of a letter in which somebody is asked whether an e-mail
//! address is theirs (pump.io protocol, section 11.6).

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, StatusCode, header};

use super::pages::{Confirmed, Frame, page};
use crate::app::App;
use crate::auth::Session;
use crate::domain::confirmation;
use crate::wire::{Path, Reply};

/// Confirms, and logs the browser in where there are pages to see.
pub(super) async fn confirm(
    State(app): State<Arc<App>>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Reply {
    let viewer = Session::find(&app, &headers)?.map(|session| session.user.key);
    let now = app.now();
    let user = app
        .store
        .write(move |tx| confirmation::confirm(tx, &code, viewer, now))
        .await?;
    let frame = Frame {
        site: &app.site,
        nickname: app.web.then_some(user.nickname.as_str()),
    };
    let email = user.email.as_deref().unwrap_or_default();
    let mut response = page(StatusCode::OK, &Confirmed { frame, email });
    if app.web && viewer.is_none() {
        let cookie = Session::begin(&app, &headers, user.key).await?;
        let cookie = cookie.header(&app)?;
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
