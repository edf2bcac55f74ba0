//! Discovery documents, and the two forms in which they are sent: JSON and XRD.

use std::fmt::Write as _;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, header};
use serde::Serialize;

use crate::wire::json;

/// One link, in the order in which its attributes are written.
#[derive(Default, Serialize)]
pub(super) struct Link {
    rel: String,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    href: Option<String>,
}

impl Link {
    pub(super) fn href(rel: &str, href: impl Into<String>) -> Self {
        Self {
            rel: rel.to_owned(),
            href: Some(href.into()),
            ..Self::default()
        }
    }

    pub(super) fn template(media_type: &'static str, template: String) -> Self {
        Self {
            rel: "lrdd".to_owned(),
            media_type: Some(media_type),
            template: Some(template),
            ..Self::default()
        }
    }

    pub(super) fn of_type(self, media_type: &'static str) -> Self {
        Self {
            media_type: Some(media_type),
            ..self
        }
    }
}

/// What is known about a host, a person or an object.
#[derive(Serialize)]
pub(super) struct Document {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
    pub(super) links: Vec<Link>,
}

impl Document {
    /// As JSON; called `application/jrd+json` (RFC 7033) for those who ask for that.
    pub(super) fn as_json(&self, headers: &HeaderMap) -> Response {
        let mut response = json(self);
        if admits(headers, &["application/jrd+json"]) {
            let jrd = HeaderValue::from_static("application/jrd+json");
            response.headers_mut().insert(header::CONTENT_TYPE, jrd);
        }
        open(response)
    }

    /// As JSON if `Accept` is there and admits it, else as XRD; no more is compared.
    pub(super) fn negotiated(&self, headers: &HeaderMap) -> Response {
        const JSON: &[&str] = &[
            "application/json",
            "application/jrd+json",
            "application/*",
            "*/*",
        ];
        if admits(headers, JSON) {
            self.as_json(headers)
        } else {
            open(self.xrd())
        }
    }

    fn xrd(&self) -> Response {
        let mut xml = String::from(
            "<?xml version='1.0' encoding='UTF-8'?>\n<XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>\n",
        );
        if let Some(subject) = &self.subject {
            // Writing to a string cannot fail.
            let _ = writeln!(xml, "<Subject>{}</Subject>", escape(subject));
        }
        for link in &self.links {
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
}

/// Whether one of these media ranges stands in `Accept`.
fn admits(headers: &HeaderMap, ranges: &[&str]) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .any(|range| ranges.contains(&range))
}

/// Scripts of other sites may read it (RFC 7033, section 5), and caches have to know on what it depends.
fn open(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("Accept"));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}
