//! Files: sending them, listing them, and getting them back (pump.io protocol, section 7.6).

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use http::{HeaderMap, HeaderValue, header};
use pumphouse_store::{Edge, End, User};
use tower_http::services::ServeFile;

use super::paging::page_request;
use crate::app::App;
use crate::auth::{OpenRead, UserRead, UserUpload};
use crate::domain::collections::{self, Neighbours};
use crate::domain::uploads::{self, Received, is_shown};
use crate::domain::{Viewer, documents, people};
use crate::error::{Error, Result};
use crate::uploading;
use crate::wire::{Path, Reply, json, receive};

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
    let file = receive(&app.uploads, upload.body, upload.claimed).await?;
    let received = Received::new(file, upload.media_type);
    let object = uploading::keep(app, upload.user, received).await?;
    Ok(json(&object))
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
    app.answers.give(&viewer, &read.incoming, |snapshot| {
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
    })
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

/// Whether an answer is of the version that a client names by its tag or time.
fn is_version(served: &HeaderMap, version: &HeaderValue) -> bool {
    let tag = served.get(header::ETAG);
    let tag = tag.filter(|tag| !tag.as_bytes().starts_with(b"W/"));
    [tag, served.get(header::LAST_MODIFIED)].contains(&Some(version))
}

/// Whether a part is asked for in a way that counts; any other is as good as none (RFC 9110, section 14.2).
fn has_range(headers: &HeaderMap) -> bool {
    let range = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let ranges = range.and_then(|range| range.strip_prefix("bytes="));
    ranges.is_some_and(|ranges| ranges.split(',').all(is_byte_range))
}

/// `FIRST-`, `FIRST-LAST` or `-LENGTH`.
fn is_byte_range(range: &str) -> bool {
    let Some((first, last)) = range.trim().split_once('-') else {
        return false;
    };
    match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => first <= last,
        (Ok(_), Err(_)) => last.is_empty(),
        (Err(_), Ok(_)) => first.is_empty(),
        (Err(_), Err(_)) => false,
    }
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
    let ask = async |headers: HeaderMap| {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = read.incoming.method.clone();
        *request.uri_mut() = read.incoming.uri.clone();
        *request.headers_mut() = headers;
        let served = ServeFile::new(app.uploads.locate(&path))
            .ignore_multi_range_requests(true)
            .try_call(request)
            .await;
        served.map_err(|error| Error::internal("an uploaded file", error))
    };
    let mut headers = read.incoming.headers.clone();
    if !has_range(&headers) {
        headers.remove(header::RANGE);
    }
    let mut served = ask(headers.clone()).await?;
    // A part is for who has the rest of the same version (RFC 9110, section 13.1.5).
    if let Some(version) = headers.get(header::IF_RANGE)
        && headers.contains_key(header::RANGE)
        && !is_version(served.headers(), version)
    {
        headers.remove(header::RANGE);
        served = ask(headers).await?;
    }
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
