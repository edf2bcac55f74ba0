//! Making an account on a page.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;

use super::login::{field, fields, to_front_page};
use super::pages::{Frame, Register, page};
use super::{origin, programs};
use crate::app::App;
use crate::auth::Session;
use crate::error::Error;
use crate::registration::register_on_page;
use crate::settings::Registration;
use crate::wire::{Incoming, Reply};

/// What the form sends that an account is made of.
const FIELDS: &[&str] = &["nickname", "password", "email", "invitation"];

/// What the form shows again.
#[derive(Clone, Copy, Default)]
struct Given<'a> {
    nickname: &'a str,
    email: &'a str,
    invitation: &'a str,
}

pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    if Session::find(&app, &incoming.headers)?.is_some() {
        return Ok(Redirect::to("/").into_response());
    }
    if !app.policy.admits() {
        return Err(Error::forbidden("No registration allowed.").into());
    }
    let invitation = incoming.query("invitation").unwrap_or_default();
    let given = Given {
        invitation: &invitation,
        ..Given::default()
    };
    Ok(form(&app, StatusCode::OK, given, None))
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    if !programs::is_from_page(&incoming) {
        return programs::register(&app, incoming).await;
    }
    let fields = fields(&incoming);
    let given = Given {
        nickname: field(&fields, "nickname"),
        email: field(&fields, "email"),
        invitation: field(&fields, "invitation"),
    };
    if field(&fields, "password") != field(&fields, "repeat") {
        let alert = "The two passwords differ.";
        return Ok(form(&app, StatusCode::BAD_REQUEST, given, Some(alert)));
    }
    let parameters = fields
        .iter()
        .filter(|(name, _)| FIELDS.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone().into()))
        .collect();
    match register_on_page(&app, &incoming, parameters).await {
        Ok(user) => to_front_page(&app, &Session::begin(&app, &incoming.headers, user).await?),
        Err(error) if error.status.is_client_error() => {
            let alert = explain(&error);
            Ok(form(&app, error.status, given, Some(&alert)))
        }
        Err(error) => Err(error.into()),
    }
}

/// What passwords are taken.
pub(super) const PASSWORD_ADVICE: &str = "Choose a password of at least 8 characters with letters and digits that is \
                                          not one of the common ones.";

/// What a person can do about it.
fn explain(error: &Error) -> String {
    match error.text.as_str() {
        "Bad password" => PASSWORD_ADVICE.to_owned(),
        text if text.starts_with("Bad nickname") => {
            "Choose a user name of 1 to 64 letters, digits, dots, dashes or underscores; a few names are \
             reserved."
                .to_owned()
        }
        _ if error.status == StatusCode::CONFLICT => "Somebody has that user name. Choose another.".to_owned(),
        text => text.to_owned(),
    }
}

fn form(app: &App, status: StatusCode, given: Given<'_>, alert: Option<&str>) -> Response {
    let frame = Frame {
        site: &app.site,
        nickname: None,
    };
    let invited = matches!(app.policy.registration, Registration::Invitation { .. });
    page(
        status,
        &Register {
            frame,
            username: given.nickname,
            email: app.policy.require_email.then_some(given.email),
            invitation: invited.then_some(given.invitation),
            alert,
        },
    )
}
