//! `/main/upload` and `/main/upload-avatar`: files that the script of pump.io's pages sends with a
//! session (pump.io protocol, section 11.4).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest as _, Multipart, Request, State};
use axum::response::{Html, IntoResponse as _, Response};
use http::header;
use pumphouse_activity::Object;
use serde_json::json;

use super::origin;
use crate::app::App;
use crate::auth::Session;
use crate::domain::uploads::{Received, Small};
use crate::error::{Error, Result};
use crate::uploading;
use crate::wire::{Failure, FileWriter, Incoming, Reply, not_whole, receive};

/// The field of a form that holds the file.
const FIELD: &str = "qqfile";

/// `POST /main/upload`
pub(super) async fn file(State(app): State<Arc<App>>, request: Request) -> Reply {
    upload(app, request, Small::Whole).await
}

/// `POST /main/upload-avatar`
pub(super) async fn avatar(State(app): State<Arc<App>>, request: Request) -> Reply {
    upload(app, request, Small::Avatar).await
}

async fn upload(app: Arc<App>, request: Request, small: Small) -> Reply {
    let (head, body) = Incoming::read_head(request);
    origin::check(&app, &head.headers)?;
    let Some(Session { user, .. }) = Session::find(&app, &head.headers)? else {
        return Err(Error::unauthorized("Not logged in.").into());
    };
    let received = match read(&app, &head, body).await {
        Ok(received) => received,
        Err(Failure::Refused(error)) => return answer(Err(error)),
        Err(other) => return Err(other),
    };
    let received = Received {
        title: head.query("title"),
        description: head.query("description"),
        small,
        ..received
    };
    answer(uploading::keep(app, user, received).await)
}

/// The file itself is the body, or a field of a form.
async fn read(app: &App, head: &Incoming, body: Body) -> Result<Received, Failure> {
    if head.media_type() == "multipart/form-data" {
        return Ok(from_form(app, head, body).await?);
    }
    let text = |name: &str| {
        let value = head.headers.get(name);
        value.and_then(|value| Some(value.to_str().ok()?.to_owned()))
    };
    let media_type = text("x-mime-type").or_else(|| text("content-type"));
    let file = receive(&app.uploads, body, None).await?;
    Ok(Received::new(file, media_type))
}

async fn from_form(app: &App, head: &Incoming, body: Body) -> Result<Received> {
    let mut request = Request::new(body);
    if let Some(media_type) = head.headers.get(header::CONTENT_TYPE) {
        request
            .headers_mut()
            .insert(header::CONTENT_TYPE, media_type.clone());
    }
    let broken = |_| not_whole();
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|_| Error::bad_request("The form makes no sense."))?;
    while let Some(mut field) = form.next_field().await.map_err(broken)? {
        if field.name() != Some(FIELD) {
            continue;
        }
        let media_type = field.content_type().map(str::to_owned);
        let mut file = FileWriter::begin(&app.uploads)?;
        while let Some(data) = field.chunk().await.map_err(broken)? {
            file.write(&data).await?;
        }
        return Ok(Received::new(file.finish().await?, media_type));
    }
    Err(Error::bad_request(format!(
        "The form has no file in a field '{FIELD}'."
    )))
}

/// Always 200 and typed as HTML, because the frame that a script sends a form from shows it. Nothing
/// in the text is markup.
fn answer(outcome: Result<Object>) -> Reply {
    let document = match outcome {
        Ok(object) => json!({"success": true, "obj": object}),
        Err(error) if error.status.is_client_error() => {
            json!({"success": false, "error": error.text})
        }
        Err(error) => return Err(error.into()),
    };
    let text = document
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026");
    let response: Response = Html(text).into_response();
    Ok(response)
}
