//! `/oauth/request_token` and `/oauth/access_token` (pump.io protocol, section 3.3).
//! The page on which people agree is in [`crate::web`].

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, header};
use pumphouse_oauth1::provider::{Answer, Rejection};

use crate::app::App;
use crate::error::Error;
use crate::provider::page_failure;
use crate::wire::{Incoming, Reply, plain, token_refusal};

pub(super) async fn request_token(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let request = incoming.signed_request(&app.origin);
    Ok(answer(app.provider.temporary_credentials(&request).await))
}

pub(super) async fn access_token(State(app): State<Arc<App>>, request: Request) -> Reply {
    let incoming = Incoming::read(request).await?;
    let request = incoming.signed_request(&app.origin);
    Ok(answer(app.provider.token_credentials(&request).await))
}

fn answer(outcome: Result<Answer, Rejection<Error>>) -> Response {
    match outcome {
        Ok(answer) => {
            let mut response = answer.body().to_owned().into_response();
            let headers = response.headers_mut();
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            headers.insert(header::CONTENT_TYPE, form);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
            response
        }
        Err(Rejection::Problem(problem)) => {
            let (status, text) = token_refusal(&problem);
            plain(status, text)
        }
        Err(rejection) => page_failure(rejection).into_response(),
    }
}
