//! Files: sending them, listing them, and getting them back (pump.io protocol, section 7.6).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use http::{HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use pumphouse_oauth1::Problem;
use pumphouse_oauth1::body_hash::{BodyHasher, ClaimedBodyHash};
use pumphouse_store::{Edge, End, User};
use tempfile::NamedTempFile;
use tokio::fs::File;
use tokio::io::AsyncWriteExt as _;
use tower_http::services::ServeFile;

use super::paging::page_request;
use crate::app::App;
use crate::auth::{OpenRead, UserRead, UserUpload};
use crate::domain::collections::{self, Neighbours};
use crate::domain::uploads::{self, Received, is_shown};
use crate::domain::{Viewer, documents, people};
use crate::error::{Error, Result};
use crate::wire::{Failure, Path, Reply, json, negotiated};

/// A file that is opened as a page can do nothing.
const POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
const ATTACHMENT: HeaderValue = HeaderValue::from_static("attachment");

/// `POST /api/user/NICK/uploads`
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    upload: UserUpload,
) -> Reply {
    check_own(&app, &nickname, &upload.user)?;
    let file = receive(&app, upload.body, upload.claimed).await?;
    let received = Received {
        file,
        media_type: upload.media_type,
    };
    // To its end, even if the client does not wait for it.
    let keeping = tokio::spawn(async move {
        let now = app.now();
        uploads::keep(
            &app.uploads,
            &app.store,
            &app.site,
            upload.user,
            received,
            now,
        )
        .await
    });
    let object = keeping
        .await
        .map_err(|error| Error::internal("uploads", error))??;
    Ok(json(&object))
}

/// Writes a body to a file as it comes.
async fn receive(
    app: &App,
    body: Body,
    claimed: Option<ClaimedBodyHash>,
) -> Result<NamedTempFile, Failure> {
    let limit = app.uploads.limit();
    if limit == 0 {
        return Err(Error::forbidden("This server takes no uploads.").into());
    }
    let kept = app.uploads.begin()?;
    let mut file = File::from_std(kept.reopen().map_err(Error::from)?);
    let mut hasher = claimed
        .as_ref()
        .map(|claimed| BodyHasher::new(claimed.kind()));
    let mut body = Limited::new(body, limit);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| match error.is::<LengthLimitError>() {
            true => Error::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                format!("The file is larger than {limit} bytes."),
            ),
            false => Error::bad_request("The file did not arrive whole."),
        })?;
        if let Ok(data) = frame.into_data() {
            if let Some(hasher) = &mut hasher {
                hasher.update(&data);
            }
            file.write_all(&data).await.map_err(Error::from)?;
        }
    }
    file.flush().await.map_err(Error::from)?;
    if let (Some(claimed), Some(hasher)) = (claimed, hasher)
        && !claimed.matches_hasher(hasher)
    {
        return Err(Failure::Unverified(Problem::BodyHashInvalid));
    }
    Ok(kept)
}

/// `GET /api/user/NICK/uploads`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Path(nickname): Path<String>,
    read: UserRead,
) -> Reply {
    check_own(&app, &nickname, &read.user)?;
    let request = page_request(&read.incoming)?;
    let viewer = Viewer::User(read.user);
    let page = app.store.read(|snapshot| {
        let user = people::find_user(snapshot, &nickname)?;
        let profile = people::profile(snapshot, &user)?;
        let name = documents::object(&profile)?.display_name;
        let collection = Neighbours {
            of: &profile,
            edge: Edge::Upload,
            end: End::Targets,
            url: app.site.urls.feed(&nickname, "uploads"),
            title: format!("Uploads by {}", name.as_ref().unwrap_or(&nickname)),
            total: profile.tallies.uploads,
            object_type: None,
            member_type: None,
            author: Some(&profile),
        };
        collections::page(snapshot, &app.site, &viewer, &collection, &request)
    })?;
    Ok(negotiated(
        &read.incoming.headers,
        app.site.urls.base(),
        &page,
    ))
}

fn check_own(app: &App, nickname: &str, user: &User) -> Result<()> {
    let owner = app
        .store
        .read(|snapshot| people::find_user(snapshot, nickname))?;
    if owner.key != user.key {
        return Err(Error::unauthorized("Not authorized"));
    }
    Ok(())
}

/// `GET /uploads/NICK/Y/M/D/FILE`, whole or in part, and only if it is another one than the client has.
pub(super) async fn file(
    State(app): State<Arc<App>>,
    Path(path): Path<String>,
    read: OpenRead,
) -> Reply {
    let upload = app
        .store
        .read(|snapshot| uploads::find(snapshot, &app.site, &read.viewer, &path))?;
    let media_type = HeaderValue::try_from(&upload.media_type)
        .map_err(|error| Error::internal("media type", error))?;
    let mut request = Request::new(Body::empty());
    *request.method_mut() = read.incoming.method;
    *request.uri_mut() = read.incoming.uri;
    *request.headers_mut() = read.incoming.headers;
    let served = ServeFile::new(app.uploads.locate(&path))
        .ignore_multi_range_requests(true)
        .try_call(request)
        .await
        .map_err(|error| Error::internal("an uploaded file", error))?;
    let mut response = served.map(Body::new);
    let headers = response.headers_mut();
    // What is not modified has none.
    if headers.contains_key(header::CONTENT_TYPE) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if !is_shown(&upload.media_type) {
        headers.insert(header::CONTENT_DISPOSITION, ATTACHMENT);
    }
    Ok(response)
}
