//! The pages of OAuth 2.0 on which a person logs in and decides (pump.io protocol, section 3.6).

mod authc;
mod authz;

use std::sync::Arc;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

use super::pages::allow_redirect;
use crate::app::App;
use crate::domain::oauth2::{AuthorizationRequest, RedirectUri, Refused};
use crate::error::{Error, Result};
use crate::wire::Reply;

pub(super) fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/oauth2/authz", get(authz::show).post(authz::submit))
        .route("/oauth2/authc", get(authc::show).post(authc::submit))
}

/// The request that the parameters of a page make.
fn find(app: &App, get: impl Fn(&str) -> Option<String>) -> Result<AuthorizationRequest, Refused> {
    app.store
        .read(|snapshot| AuthorizationRequest::parse(snapshot, get))
}

/// Tells who can do something about it why a request is not put to the person.
fn refuse(refused: Refused) -> Reply {
    match refused {
        Refused::Shown(error) => Err(error.into()),
        Refused::Told {
            request,
            code,
            description,
        } => {
            let parameters = [("error", code), ("error_description", description)];
            match request.answer(&parameters) {
                Some(address) => Ok(redirect(StatusCode::FOUND, &address)?),
                None => {
                    let text =
                        format!("The program asks for something that cannot be: {description}.");
                    Err(Error::bad_request(text).into())
                }
            }
        }
    }
}

/// Leads to another of the pages, with the same parameters.
fn to_page(status: StatusCode, page: &str, request: &AuthorizationRequest) -> Reply {
    let address = format!("/oauth2/{page}?{}", request.query());
    Ok(redirect(status, &address)?)
}

fn redirect(status: StatusCode, address: &str) -> Result<Response> {
    let address =
        HeaderValue::try_from(address).map_err(|error| Error::internal("redirect", error))?;
    Ok((status, [(header::LOCATION, address)]).into_response())
}

/// Lets the browser follow the answer to a form to the program.
fn allow_answer(response: &mut Response, request: &AuthorizationRequest) -> Result<()> {
    match &request.redirect {
        RedirectUri::OutOfBand => Ok(()),
        RedirectUri::Address(address) => allow_redirect(response, address),
    }
}
