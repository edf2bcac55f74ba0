//! `/oauth/authorize`: the person logs in, is asked, and agrees or refuses (pump.io protocol, section 3.3).
//!
//! The verifier is made when the question is shown, and stands in its form: a form that was not
//! made for this person and this log-in cannot be sent.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{StatusCode, header};
use pumphouse_oauth1::Secret;
use pumphouse_oauth1::provider::{Callback, Pending};
use pumphouse_store::{User, UserKey};
use subtle::ConstantTimeEq as _;

use super::login::{NO_MATCH, check_password, field, fields};
use super::origin;
use super::pages::{Authorize, AuthorizeLogin, Denied, Frame, Verifier, allow_redirect, page};
use crate::app::App;
use crate::auth::Session;
use crate::error::{Error, Result};
use crate::provider::{page_failure, verifier_digest};
use crate::wire::{Incoming, Reply};

/// A log-in under way, and what the person is told of it.
struct Asking {
    token: String,
    callback: Callback,
    /// The name of the program.
    client: String,
}

pub(super) async fn show(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let token = incoming.query("oauth_token").unwrap_or_default();
    let asking = find(&app, token).await?;
    match Session::find(&app, &incoming.headers)? {
        Some(session) => ask(&app, &asking, &session.user).await,
        None => Ok(login(&app, &asking, StatusCode::OK, "", None)),
    }
}

pub(super) async fn submit(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    origin::check(&app, &incoming.headers)?;
    let mut fields = fields(&incoming);
    // The form has no action, so the token is in its address as well.
    let token = fields
        .remove("oauth_token")
        .or_else(|| incoming.query("oauth_token"));
    let asking = find(&app, token.unwrap_or_default()).await?;
    if fields.contains_key("verifier") {
        decide(&app, &incoming, &asking, &fields).await
    } else {
        log_in(&app, &incoming, &asking, &fields).await
    }
}

async fn find(app: &App, token: String) -> Result<Asking> {
    if token.is_empty() {
        return Err(Error::bad_request("Must provide an oauth_token"));
    }
    let Pending {
        client_key,
        callback,
        ..
    } = app.provider.pending(&token).await.map_err(page_failure)?;
    let client = app.store.read(|snapshot| snapshot.client(&client_key))?;
    let client = client.and_then(|client| client.fields.application_name);
    Ok(Asking {
        token,
        callback,
        client: client.unwrap_or_else(|| "A program without a name".to_owned()),
    })
}

async fn log_in(
    app: &App,
    incoming: &Incoming,
    asking: &Asking,
    fields: &HashMap<String, String>,
) -> Reply {
    let (username, password) = (field(fields, "username"), field(fields, "password"));
    let Some(key) = check_password(app, incoming, username, password).await? else {
        return Ok(login(
            app,
            asking,
            StatusCode::BAD_REQUEST,
            username,
            Some(NO_MATCH),
        ));
    };
    let user = app.store.read(|snapshot| snapshot.user_by_key(key))?;
    let user = user.ok_or_else(|| Error::internal("log-in", "the user is gone"))?;
    let mut response = ask(app, asking, &user).await?;
    let cookie = Session::begin(app, &incoming.headers, key).await?;
    let cookie = cookie.header(app)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

/// Ties the log-in to the person, and asks.
async fn ask(app: &App, asking: &Asking, user: &User) -> Reply {
    let verifier = app
        .provider
        .new_verifier()
        .map_err(|error| Error::internal("verifier", error))?;
    let (token, digest, key) = (
        asking.token.clone(),
        verifier_digest(verifier.expose()),
        user.key,
    );
    let bound = app
        .store
        .write(move |tx| tx.bind_temporary_credentials(&token, key, &digest))
        .await?;
    if !bound {
        return Err(Error::bad_request(
            "This was decided before, or by somebody else. Start again in the program.",
        )
        .into());
    }
    let mut response = page(
        StatusCode::OK,
        &Authorize {
            frame: frame(app, Some(&user.nickname)),
            token: &asking.token,
            verifier: verifier.expose(),
            client: &asking.client,
            username: &user.nickname,
        },
    );
    if let Callback::Url(address) = &asking.callback {
        let address =
            url::Url::parse(address).map_err(|error| Error::internal("callback", error))?;
        allow_redirect(&mut response, &address)?;
    }
    Ok(response)
}

/// The person agreed or refused.
async fn decide(
    app: &App,
    incoming: &Incoming,
    asking: &Asking,
    fields: &HashMap<String, String>,
) -> Reply {
    let session = Session::find(app, &incoming.headers)?.ok_or_else(|| {
        Error::unauthorized("You are not logged in here any more. Start again in the program.")
    })?;
    let verifier = field(fields, "verifier");
    check_verifier(app, &asking.token, session.user.key, verifier)?;
    if fields.contains_key("deny") {
        return deny(app, asking, &session.user).await;
    }
    let (token, key) = (asking.token.clone(), session.user.key);
    let authorized = app
        .store
        .write(move |tx| tx.authorize_temporary_credentials(&token, key))
        .await?;
    if !authorized {
        return Err(
            Error::bad_request("This was decided before. Start again in the program.").into(),
        );
    }
    let secret = Secret::new(verifier);
    match asking.callback.redirect(&asking.token, &secret) {
        Some(address) => Ok(Redirect::to(&address).into_response()),
        None => Ok(page(
            StatusCode::OK,
            &Verifier {
                frame: frame(app, Some(&session.user.nickname)),
                token: &asking.token,
                verifier,
                client: &asking.client,
            },
        )),
    }
}

async fn deny(app: &App, asking: &Asking, user: &User) -> Reply {
    let token = asking.token.clone();
    app.store
        .write(move |tx| tx.delete_temporary_credentials(&token))
        .await?;
    match asking.callback.denied(&asking.token) {
        Some(address) => Ok(Redirect::to(&address).into_response()),
        None => Ok(page(
            StatusCode::OK,
            &Denied {
                frame: frame(app, Some(&user.nickname)),
                client: &asking.client,
            },
        )),
    }
}

/// The form was made for this person and this log-in.
fn check_verifier(app: &App, token: &str, user: UserKey, verifier: &str) -> Result<()> {
    let now = app.now();
    let temporary = app
        .store
        .read(|snapshot| snapshot.temporary_credentials(token, now))?;
    let matches = temporary.is_some_and(|temporary| {
        temporary.user == Some(user)
            && temporary
                .verifier
                .is_some_and(|kept| kept.ct_eq(&verifier_digest(verifier)).into())
    });
    if !matches {
        return Err(Error::bad_request(
            "This page is out of date. Go back, reload it and try again.",
        ));
    }
    Ok(())
}

fn login(
    app: &App,
    asking: &Asking,
    status: StatusCode,
    username: &str,
    alert: Option<&str>,
) -> Response {
    page(
        status,
        &AuthorizeLogin {
            frame: frame(app, None),
            token: &asking.token,
            client: &asking.client,
            username,
            alert,
        },
    )
}

fn frame<'a>(app: &'a App, nickname: Option<&'a str>) -> Frame<'a> {
    Frame {
        site: &app.site,
        nickname,
    }
}
