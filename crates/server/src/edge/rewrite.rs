//! What a request is before routes are looked up.

use http::uri::PathAndQuery;
use http::{HeaderName, Method, Request, Uri};

use crate::urls::Urls;
use crate::wire::PublicTarget;

const METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// The methods that a POST may stand for.
const METHODS: [Method; 5] = [
    Method::GET,
    Method::HEAD,
    Method::PUT,
    Method::DELETE,
    Method::PATCH,
];

/// Takes the public path prefix off, and gives a POST the method that it stands for.
pub(crate) fn rewrite<B>(urls: &Urls, request: &mut Request<B>) {
    if !urls.path().is_empty() {
        strip(urls.path(), request);
    }
    override_method(request);
}

/// A proxy may send the public path or the one below the prefix; routes know the latter, and
/// signatures cover the former (pump.io protocol, section 3.2).
fn strip<B>(prefix: &str, request: &mut Request<B>) {
    let target = request
        .uri()
        .path_and_query()
        .map_or("/", PathAndQuery::as_str);
    let below = target
        .strip_prefix(prefix)
        .filter(|below| below.is_empty() || below.starts_with(['/', '?']));
    let Some(below) = below else {
        // Host metadata has no prefix anywhere.
        if !request.uri().path().starts_with("/.well-known/") {
            let public = PublicTarget(format!("{prefix}{target}"));
            request.extensions_mut().insert(public);
        }
        return;
    };
    let slash = if below.starts_with('/') { "" } else { "/" };
    let stripped = format!("{slash}{below}").parse::<PathAndQuery>();
    let public = PublicTarget(target.to_owned());
    // A part of a path is a path.
    if let Ok(stripped) = stripped {
        *request.uri_mut() = Uri::from(stripped);
        request.extensions_mut().insert(public);
    }
}

/// `X-HTTP-Method-Override` on a POST (section 13.6). The signature covers the method that it names.
fn override_method<B>(request: &mut Request<B>) {
    if request.method() != Method::POST {
        return;
    }
    let named = request.headers().get(METHOD_OVERRIDE);
    let method = named
        .and_then(|value| value.to_str().ok())
        .and_then(|value| {
            METHODS
                .iter()
                .find(|method| value.eq_ignore_ascii_case(method.as_str()))
        });
    if let Some(method) = method {
        *request.method_mut() = method.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(target: &str) -> (String, Option<String>) {
        let urls = Urls::new("pump.test", 443).under("/social");
        let mut request = Request::new(());
        *request.uri_mut() = target.parse().unwrap();
        rewrite(&urls, &mut request);
        let public = request.extensions().get::<PublicTarget>();
        (
            request.uri().to_string(),
            public.map(|public| public.0.clone()),
        )
    }

    #[test]
    fn the_prefix_is_taken_off_where_it_is() {
        for (target, path, public) in [
            ("/social", "/", Some("/social")),
            (
                "/social/api/whoami?x=1",
                "/api/whoami?x=1",
                Some("/social/api/whoami?x=1"),
            ),
            ("/social?x", "/?x", Some("/social?x")),
            ("/api/whoami", "/api/whoami", Some("/social/api/whoami")),
            ("/socialite", "/socialite", Some("/social/socialite")),
            ("/.well-known/host-meta", "/.well-known/host-meta", None),
        ] {
            assert_eq!(
                rewritten(target),
                (path.to_owned(), public.map(str::to_owned)),
                "{target}"
            );
        }
    }
}
