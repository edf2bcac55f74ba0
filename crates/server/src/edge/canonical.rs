//! Requests under another name than the server's own are led to it (pump.io protocol, section 12).

use std::net::IpAddr;

use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use http::uri::{Authority, PathAndQuery};
use http::{HeaderValue, Method, StatusCode, header};

use crate::app::App;
use crate::error::Error;
use crate::wire::PublicTarget;

/// Which requests are led to the public address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Canonical {
    /// None.
    Never,
    /// Those for another name.
    Names,
    /// Those for an IP address or this machine's own name, too.
    Addresses,
}

/// Leads requests for other hosts to the public address. Methods other than GET and HEAD keep
/// method and body (308), so that a form or an activity does not become a read.
pub(crate) fn redirect(app: &App, request: &Request) -> Option<Response> {
    let host = request.headers().get(header::HOST);
    let elsewhere = host.is_some_and(|host| is_elsewhere(app, host));
    // Probes ask by address.
    if !elsewhere || request.uri().path() == "/healthz" {
        return None;
    }
    let target = match request.extensions().get::<PublicTarget>() {
        Some(PublicTarget(target)) => target.as_str(),
        None => request
            .uri()
            .path_and_query()
            .map_or("/", PathAndQuery::as_str),
    };
    let location = format!("{}{target}", app.site.urls.origin());
    let status = match *request.method() {
        Method::GET | Method::HEAD => StatusCode::MOVED_PERMANENTLY,
        _ => StatusCode::PERMANENT_REDIRECT,
    };
    Some(match HeaderValue::try_from(location) {
        Ok(location) => (status, [(header::LOCATION, location)]).into_response(),
        Err(error) => Error::internal("address", error).into_response(),
    })
}

fn is_elsewhere(app: &App, host: &HeaderValue) -> bool {
    let urls = &app.site.urls;
    let Ok(host) = host.to_str() else {
        return false;
    };
    if app.canonical == Canonical::Never || host.eq_ignore_ascii_case(urls.authority()) {
        return false;
    }
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    // A port that is the default may be written or not.
    let default = if urls.is_https() { 443 } else { 80 };
    let is_default = authority.port_u16().is_none_or(|port| port == default);
    if is_default && authority.host().eq_ignore_ascii_case(urls.authority()) {
        return false;
    }
    app.canonical == Canonical::Addresses || !is_address(authority.host())
}

fn is_address(host: &str) -> bool {
    literal(host).is_some() || host.eq_ignore_ascii_case("localhost")
}

/// The IP address that stands where a host name may.
pub(super) fn literal(host: &str) -> Option<IpAddr> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.parse::<IpAddr>()
        .ok()
        .map(|address| address.to_canonical())
}
