//! Under which name a request arrived, where that is not the server's own.

use std::net::SocketAddr;

use http::uri::Authority;
use http::{HeaderMap, HeaderName, Request, header};
use pumphouse_oauth1::Origin;

use super::canonical::literal;
use super::remote::Peer;
use crate::app::App;
use crate::urls::Urls;
use crate::wire::ArrivedAt;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The connection by which requests come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    pub(crate) peer: Peer,
    /// The address of this machine at which it ends, as far as that is known.
    pub(crate) local: Option<SocketAddr>,
    /// Whether the server speaks TLS itself.
    pub(crate) is_tls: bool,
}

/// The other address for which a request may be signed besides the public one: that in `Host`
/// (pump.io protocol, section 3.2), if it is one of this server. What was signed for somebody else,
/// and is handed on by them, is not for this server.
///
/// Of proxies only the scheme is asked: many let what clients say of the host pass.
pub(crate) fn arrived_at<B>(app: &App, request: &Request<B>, way: Way) -> Option<ArrivedAt> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    if host == app.origin.authority() {
        return None;
    }
    let is_forwarded =
        || app.proxies.contain(way.peer.0) && is_forwarded_from_tls(request.headers());
    let scheme = if way.is_tls || is_forwarded() {
        "https"
    } else {
        "http"
    };
    let default = if scheme == "https" { 443 } else { 80 };
    if !is_here(&app.site.urls, &host.parse().ok()?, default, way.local) {
        return None;
    }
    let origin = Origin::new(scheme, host).ok()?;
    let target = request.uri().path_and_query()?.as_str().to_owned();
    (origin != app.origin).then_some(ArrivedAt { origin, target })
}

/// Whether an authority is this server: its public name, this machine's own names, or the very
/// address and port at which the connection ends.
fn is_here(urls: &Urls, named: &Authority, default: u16, local: Option<SocketAddr>) -> bool {
    let host = named.host();
    if urls.is_host(host) || host.eq_ignore_ascii_case("localhost") {
        return true;
    }
    let Some(address) = literal(host) else {
        return false;
    };
    let port = named.port_u16().unwrap_or(default);
    let is_end = |local: SocketAddr| local.ip().to_canonical() == address && local.port() == port;
    address.is_loopback() || local.is_some_and(is_end)
}

/// What the last proxy says.
fn is_forwarded_from_tls(headers: &HeaderMap) -> bool {
    let said = headers.get_all(FORWARDED_PROTO).iter().next_back();
    let last = said.and_then(|said| said.to_str().ok()?.rsplit(',').next());
    last.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_addresses_of_this_server_count() {
        let urls = Urls::new("pump.test", 443);
        let here = |named: &str, local: &str| {
            let local = local.parse().ok();
            is_here(&urls, &named.parse().unwrap(), 80, local)
        };
        for (named, local) in [
            ("pump.test:31337", ""),
            ("PUMP.test", ""),
            ("localhost:8080", ""),
            ("127.0.0.1:8080", "192.0.2.1:80"),
            ("[::1]:8080", ""),
            ("192.0.2.1:31337", "192.0.2.1:31337"),
            ("192.0.2.1", "192.0.2.1:80"),
            ("192.0.2.1:31337", "[::ffff:192.0.2.1]:31337"),
            ("[2001:db8::1]:31337", "[2001:db8::1]:31337"),
        ] {
            assert!(here(named, local), "{named} {local}");
        }
        for (named, local) in [
            ("www.pump.test", "192.0.2.1:31337"),
            ("localhost.evil.test", ""),
            ("192.0.2.2:31337", "192.0.2.1:31337"),
            ("192.0.2.1:4000", "192.0.2.1:31337"),
            ("192.0.2.1", "192.0.2.1:31337"),
            ("192.0.2.1:31337", ""),
            ("[2001:db8::2]:31337", "[2001:db8::1]:31337"),
        ] {
            assert!(!here(named, local), "{named} {local}");
        }
    }
}
