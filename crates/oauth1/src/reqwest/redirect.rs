//! Following redirects without carrying credentials away.

use ::reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HeaderMap, LOCATION,
    PROXY_AUTHORIZATION, TRANSFER_ENCODING,
};
use ::reqwest::{Method, Request, Response, StatusCode, Url};

use crate::params::Params;

/// One hop of a request: what to send, and how to go on from there.
pub(super) struct Hop {
    request: Request,
    is_home: bool,
}

/// What is left of a hop when its request is gone.
pub(super) struct Next {
    method: Method,
    url: Url,
    headers: HeaderMap,
    /// The whole request again, unless its body is a stream.
    replay: Option<Request>,
    is_home: bool,
}

impl Hop {
    pub(super) fn first(request: Request) -> Self {
        Self {
            request,
            is_home: true,
        }
    }

    pub(super) fn split(self) -> (Request, Next) {
        let next = Next {
            method: self.request.method().clone(),
            url: self.request.url().clone(),
            headers: self.request.headers().clone(),
            replay: self.request.try_clone(),
            is_home: self.is_home,
        };
        (self.request, next)
    }
}

impl Next {
    /// Whether every hop so far stayed at the first origin. Who left once is not at home again: the address was a stranger's choice.
    pub(super) fn is_home(&self) -> bool {
        self.is_home
    }

    /// The hop to which the answer redirects; `None` when it does not, or must not be followed.
    pub(super) fn follow(self, response: &Response) -> Option<Hop> {
        let location = response.headers().get(LOCATION)?.to_str().ok()?;
        let url = self
            .url
            .join(location)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https"))?;
        let is_same_origin = url.origin() == self.url.origin();
        let is_downgrade = self.url.scheme() == "https" && url.scheme() == "http";
        let method = method_after(response.status(), &self.method)?;
        let url = if self.is_home {
            without_signature(url, response.url())
        } else {
            url
        };
        let has_body = self
            .replay
            .as_ref()
            .is_none_or(|replay| replay.body().is_some());
        let keeps_body =
            has_body && method == self.method && method != Method::GET && method != Method::HEAD;
        if is_downgrade || keeps_body && !is_same_origin {
            return None;
        }
        let mut request = if keeps_body {
            self.replay?
        } else {
            Request::new(method, url.clone())
        };
        if !keeps_body {
            *request.headers_mut() = self.headers;
            for name in [
                CONTENT_TYPE,
                CONTENT_LENGTH,
                CONTENT_ENCODING,
                TRANSFER_ENCODING,
            ] {
                request.headers_mut().remove(name);
            }
        }
        *request.url_mut() = url;
        if !is_same_origin {
            for name in [
                AUTHORIZATION,
                COOKIE,
                PROXY_AUTHORIZATION,
                ::reqwest::header::HOST,
            ] {
                request.headers_mut().remove(name);
            }
        }
        Some(Hop {
            request,
            is_home: self.is_home && is_same_origin,
        })
    }
}

/// The address without the protocol parameters that were sent in the query and that the answer hands back: the next hop gets
/// others, and nobody else needs to see these.
fn without_signature(mut url: Url, sent: &Url) -> Url {
    let sent = Params::from_form(sent.query().unwrap_or_default());
    let is_sent = |piece: &&str| {
        let piece = Params::from_form(*piece);
        let mut params = piece.iter();
        params.any(|param| param.known_name().is_some() && sent.iter().any(|own| own == param))
    };
    let query = url.query().unwrap_or_default();
    if !query.split('&').any(|piece| is_sent(&piece)) {
        return url;
    }
    let rest: Vec<_> = query.split('&').filter(|piece| !is_sent(piece)).collect();
    let rest = rest.join("&");
    url.set_query(Some(&*rest).filter(|rest| !rest.is_empty()));
    url
}

/// The method of the next hop (RFC 9110, section 15.4); `None` when the status is no redirect.
fn method_after(status: StatusCode, method: &Method) -> Option<Method> {
    match status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND if *method == Method::POST => {
            Some(Method::GET)
        }
        StatusCode::SEE_OTHER if *method != Method::HEAD => Some(Method::GET),
        StatusCode::MOVED_PERMANENTLY
        | StatusCode::FOUND
        | StatusCode::SEE_OTHER
        | StatusCode::TEMPORARY_REDIRECT
        | StatusCode::PERMANENT_REDIRECT => Some(method.clone()),
        _ => None,
    }
}
