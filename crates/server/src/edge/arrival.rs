//! Under which name a request arrived, where that is not the server's own.

use http::{HeaderMap, HeaderName, Request, header};
use pumphouse_oauth1::Origin;

use super::remote::Peer;
use crate::app::App;
use crate::wire::ArrivedAt;

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// The other address for which a request may be signed besides the public one: that in `Host`
/// (pump.io protocol, section 3.2). Names that are led to the public address do not come so far
/// that a signature is looked at: see [`super::redirect`].
///
/// `is_tls` says whether the server speaks TLS itself. Of proxies only the scheme is asked: many let
/// what clients say of the host pass.
pub(crate) fn arrived_at<B>(
    app: &App,
    request: &Request<B>,
    peer: Peer,
    is_tls: bool,
) -> Option<ArrivedAt> {
    let host = request.headers().get(header::HOST)?.to_str().ok()?;
    if host == app.origin.authority() {
        return None;
    }
    let is_forwarded = || app.proxies.contain(peer.0) && is_forwarded_from_tls(request.headers());
    let scheme = if is_tls || is_forwarded() {
        "https"
    } else {
        "http"
    };
    let origin = Origin::new(scheme, host).ok()?;
    let target = request.uri().path_and_query()?.as_str().to_owned();
    (origin != app.origin).then_some(ArrivedAt { origin, target })
}

/// What the last proxy says.
fn is_forwarded_from_tls(headers: &HeaderMap) -> bool {
    let said = headers.get_all(FORWARDED_PROTO).iter().next_back();
    let last = said.and_then(|said| said.to_str().ok()?.rsplit(',').next());
    last.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
}
