//! `GET /NICK`: one address for a person's page and, for programs, their profile (pump.io protocol,
//! section 10.1). There is no page yet.

use std::sync::Arc;

use axum::extract::{FromRequest as _, Request, State};
use http::{Method, StatusCode, Uri};

use super::unknown::unknown;
use crate::app::App;
use crate::auth::AnyRead;
use crate::domain::people;
use crate::domain::render::{Detail, Renderer};
use crate::error::Error;
use crate::wire::Form;
use crate::wire::{Choice, FORMS, Path, Reply, choose, in_form};

pub(super) async fn get(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    method: Method,
    uri: Uri,
    request: Request,
) -> Reply {
    let user = app.store.read(|snapshot| snapshot.user(&nickname))?;
    // What is nobody's address is unknown to all, with credentials or without.
    let Some(user) = user else {
        return Err(unknown(method, uri).await.into());
    };
    let form = match choose(request.headers(), &FORMS) {
        Choice::Free => Form::Native,
        Choice::One(form) => form,
        Choice::Nothing => {
            return Err(Error::new(StatusCode::NOT_ACCEPTABLE, "Not acceptable").into());
        }
    };
    let read = AnyRead::from_request(request, &app).await?;
    let profile = app.store.read(|snapshot| {
        let stored = people::profile(snapshot, &user)?;
        Renderer::new(snapshot, &app.site, &read.viewer).one_object(&stored, Detail::Full)
    })?;
    Ok(in_form(form, app.site.urls.base(), &profile))
}
