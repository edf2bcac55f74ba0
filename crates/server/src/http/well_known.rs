//! Discovery (pump.io protocol, section 1).

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, Uri, header};
use serde::Serialize;

use crate::app::App;
use crate::domain::{documents, people};
use crate::error::{Error, Result};
use crate::urls::is_path_type;
use crate::wire::{Reply, json};

/// One link, in the order in which its attributes are written.
#[derive(Default, Serialize)]
struct Link {
    rel: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

impl Link {
    fn href(rel: &str, href: impl Into<String>) -> Self {
        Self {
            rel: rel.to_owned(),
            href: Some(href.into()),
            ..Self::default()
        }
    }

    fn template(media_type: &'static str, template: String) -> Self {
        Self {
            rel: "lrdd".to_owned(),
            media_type: Some(media_type),
            template: Some(template),
            ..Self::default()
        }
    }
}

#[derive(Serialize)]
struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    links: Vec<Link>,
}

/// `/.well-known/host-meta`: JSON if the client admits it, else XRD.
pub(super) async fn host_meta(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    negotiated(&host_document(&app), &headers)
}

/// `/.well-known/host-meta.json`
pub(super) async fn host_meta_json(State(app): State<Arc<App>>) -> Response {
    json(&host_document(&app))
}

/// `/.well-known/webfinger?resource=…`
pub(super) async fn webfinger(State(app): State<Arc<App>>, uri: Uri) -> Reply {
    Ok(json(&resource_document(&app, &uri)?))
}

/// `/api/lrdd?resource=…`: the same, negotiated as host-meta.
pub(super) async fn lrdd(State(app): State<Arc<App>>, uri: Uri, headers: HeaderMap) -> Reply {
    Ok(negotiated(&resource_document(&app, &uri)?, &headers))
}

fn host_document(app: &App) -> Document {
    let base = app.site.urls.base();
    let at = |rel: &str, path: &str| Link::href(rel, format!("{base}{path}"));
    Document {
        subject: None,
        links: vec![
            Link::template(
                "application/xrd+xml",
                format!("{base}/api/lrdd?resource={{uri}}"),
            ),
            Link::template(
                "application/json",
                format!("{base}/.well-known/webfinger?resource={{uri}}"),
            ),
            at("registration_endpoint", "/api/client/register"),
            at(
                "http://apinamespace.org/oauth/request_token",
                "/oauth/request_token",
            ),
            at(
                "http://apinamespace.org/oauth/authorize",
                "/oauth/authorize",
            ),
            at(
                "http://apinamespace.org/oauth/access_token",
                "/oauth/access_token",
            ),
            at("http://apinamespace.org/activitypub/whoami", "/api/whoami"),
        ],
    }
}

fn resource_document(app: &App, uri: &Uri) -> Result<Document> {
    let query = uri.query().unwrap_or_default();
    let resource = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "resource")
        .map(|(_, value)| value.into_owned())
        .ok_or_else(|| Error::bad_request("No resource parameter"))?;
    let unrecognized = || Error::not_found("Unrecognized host");
    if let Some(path) = resource
        .strip_prefix("http://")
        .or_else(|| resource.strip_prefix("https://"))
    {
        let (host, path) = path.split_once('/').ok_or_else(unrecognized)?;
        if !app.site.urls.is_host(host) {
            return Err(unrecognized());
        }
        return object_document(app, &resource, path);
    }
    let address = resource.strip_prefix("acct:").unwrap_or(&resource);
    match address.split_once('@') {
        Some((nickname, host)) if app.site.urls.is_host(host) => user_document(app, nickname),
        _ => Err(unrecognized()),
    }
}

fn user_document(app: &App, nickname: &str) -> Result<Document> {
    let user = app
        .store
        .read(|snapshot| people::find_user(snapshot, nickname))?;
    let (urls, nickname) = (&app.site.urls, user.nickname.as_str());
    let feed = |rel: &str, feed: &str| Link::href(rel, urls.feed(nickname, feed));
    let mut profile_page = Link::href("http://webfinger.net/rel/profile-page", urls.page(nickname));
    profile_page.media_type = Some("text/html");
    Ok(Document {
        subject: Some(format!("acct:{nickname}@{}", urls.host())),
        links: vec![
            profile_page,
            Link::href("self", urls.profile(nickname)),
            feed("activity-inbox", "inbox"),
            feed("activity-outbox", "feed"),
            feed("followers", "followers"),
            feed("following", "following"),
            feed("favorites", "favorites"),
            feed("lists", "lists/person"),
        ],
    })
}

/// The links of an object. They tell nobody more than its address does.
fn object_document(app: &App, id: &str, path: &str) -> Result<Document> {
    let mut segments = path.split('/');
    let (Some("api"), Some(object_type)) = (segments.next(), segments.next()) else {
        return Err(Error::not_found("Unknown object type"));
    };
    let stored = app.store.read(|snapshot| snapshot.object_by_id(id))?;
    let stored = stored
        .filter(|stored| stored.deleted.is_none())
        .ok_or_else(|| {
            let object_type = if is_path_type(object_type) {
                object_type
            } else {
                "other"
            };
            Error::not_found(format!("No such '{object_type}' with id '{id}'"))
        })?;
    let object = documents::object(&stored)?;
    let mut links: Vec<Link> = object
        .links
        .0
        .iter()
        .map(|(rel, link)| Link::href(rel, link.href.clone()))
        .collect();
    let feeds = [
        ("replies", object.replies),
        ("likes", object.likes),
        ("shares", object.shares),
        ("members", object.members),
    ];
    for (rel, feed) in feeds {
        if let Some(url) = feed.and_then(|feed| feed.url) {
            links.push(Link::href(rel, url));
        }
    }
    Ok(Document {
        subject: None,
        links,
    })
}

/// JSON if `Accept` is there and admits it; no more is compared.
fn negotiated(document: &Document, headers: &HeaderMap) -> Response {
    let admits_json = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|range| matches!(range, "application/json" | "application/*" | "*/*"));
    let mut response = if admits_json {
        json(document)
    } else {
        xrd(document)
    };
    let vary = HeaderValue::from_static("Accept");
    response.headers_mut().insert(header::VARY, vary);
    response
}

fn xrd(document: &Document) -> Response {
    let mut xml = String::from(
        "<?xml version='1.0' encoding='UTF-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n",
    );
    if let Some(subject) = &document.subject {
        // Writing to a string cannot fail.
        let _ = writeln!(xml, "<Subject>{}</Subject>", escape(subject));
    }
    for link in &document.links {
        let attributes = [
            ("rel", Some(link.rel.as_str())),
            ("type", link.media_type),
            ("template", link.template.as_deref()),
            ("href", link.href.as_deref()),
        ];
        xml.push_str("<Link");
        for (name, value) in attributes {
            if let Some(value) = value {
                let _ = write!(xml, " {name}=\"{}\"", escape(value));
            }
        }
        xml.push_str(" />\n");
    }
    xml.push_str("</XRD>\n");
    let mut response = xml.into_response();
    let media_type = HeaderValue::from_static("application/xrd+xml");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, media_type);
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
