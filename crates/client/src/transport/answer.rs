//! Answers: read within limits, decoded, or turned into errors.

use bytes::{Bytes, BytesMut};
use http::header::{CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use pumphouse_oauth1::header::Challenge;
use pumphouse_oauth1::problem::Report;
use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{Error, ErrorKind, Result};

/// How much of what a server says goes into an error, in characters.
const MAX_SERVER_TEXT: usize = 300;

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The request in words, for error texts.
    request: String,
    /// Where the answer came from in the end, after redirects.
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// Reads an answer, up to `limit` bytes of body; `request` names it in error texts.
pub(super) async fn read(
    mut response: reqwest::Response,
    limit: usize,
    request: String,
    url: &Url,
) -> Result<Answer> {
    let too_large = || {
        Error::new(
            ErrorKind::TooLarge,
            format!("{request}: the answer is larger than {limit} bytes"),
        )
    };
    if response.content_length().unwrap_or(0) > limit as u64 {
        return Err(too_large());
    }
    let mut body = BytesMut::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| {
            Error::new(
                ErrorKind::InvalidAnswer,
                format!("{request}: the answer was cut off"),
            )
            .with_source(error.without_url())
        })?;
        let Some(chunk) = chunk else { break };
        if body.len() + chunk.len() > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: body.freeze(),
        url: url.clone(),
        request,
    })
}

impl Answer {
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn body(&self) -> &Bytes {
        &self.body
    }

    pub(crate) fn url(&self) -> &Url {
        &self.url
    }

    /// The answer if it is a success, else the error that it says.
    pub(crate) fn success(self) -> Result<Self> {
        if self.status.is_success() {
            Ok(self)
        } else {
            Err(self.refusal())
        }
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body)
            .map_err(|error| self.invalid("is not UTF-8").with_source(error))
    }

    /// The body as JSON of a type.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let why = if self.looks_like_html() {
                "is a web page, not JSON"
            } else if error.is_eof() {
                "is cut off, or empty"
            } else if error.is_data() {
                "is JSON, but not of the expected shape"
            } else {
                "is not JSON"
            };
            self.invalid(why).with_source(error)
        })
    }

    /// The error for an answer that does not hold what it must.
    pub(crate) fn invalid(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::InvalidAnswer,
            format!("{}: the answer {why}", self.request),
        )
    }

    /// The error for an answer that is no success.
    pub(crate) fn refusal(&self) -> Error {
        let report = self.oauth_report();
        let text = match report.as_ref().and_then(Report::advice) {
            Some(advice) => Some(one_line(advice)),
            None => self.server_text(),
        };
        let kind = report
            .and_then(|report| kind_of_report(report.code()))
            .unwrap_or_else(|| kind_of(self.status, text.as_deref().unwrap_or_default()));
        Error::new(kind, self.request.clone()).with_answer(self.status, text)
    }

    /// What the OAuth Problem Reporting extension says, where a server speaks it.
    fn oauth_report(&self) -> Option<Report> {
        let challenge = || {
            let header = self.headers.get(WWW_AUTHENTICATE)?;
            Report::from_challenge(&Challenge::parse(header.as_bytes())?)
        };
        challenge().or_else(|| Report::from_form(&self.body))
    }

    pub(crate) fn looks_like_html(&self) -> bool {
        let is_html = |value: &str| value.trim_start().to_ascii_lowercase().contains("html");
        self.headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(is_html)
            || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// What the server says, in the forms of pump.io protocol, section 13.2.
    fn server_text(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Problem {
            error: String,
        }
        let text = match serde_json::from_slice::<Problem>(&self.body) {
            Ok(problem) => problem.error,
            Err(_) => {
                let text = String::from_utf8_lossy(&self.body);
                if self.looks_like_html() {
                    without_tags(&text)
                } else {
                    text.into_owned()
                }
            }
        };
        let text = one_line(&text);
        (!text.is_empty()).then_some(text)
    }
}

fn kind_of_report(code: &str) -> Option<ErrorKind> {
    Some(match code {
        "token_rejected" | "token_expired" | "token_used" | "token_revoked"
        | "permission_unknown" => ErrorKind::TokenRefused,
        "consumer_key_unknown" | "consumer_key_refused" | "consumer_key_rejected" => {
            ErrorKind::ClientRefused
        }
        "timestamp_refused" => ErrorKind::ClockSkew,
        "signature_invalid" => ErrorKind::SignatureRefused,
        "verifier_invalid" => ErrorKind::VerifierRefused,
        "permission_denied" | "user_refused" => ErrorKind::Denied,
        _ => return None,
    })
}

fn kind_of(status: StatusCode, text: &str) -> ErrorKind {
    let text = text.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match status.as_u16() {
        // The texts of pump.io protocol, sections 3.2 and 3.3.
        400 | 401 if says(&["expired token"]) => ErrorKind::TokenRefused,
        // "used nonce" is how pump.io says that it does not know the client.
        400 | 401 if says(&["consumer key", "used nonce"]) => ErrorKind::ClientRefused,
        400 | 401 if says(&["timestamp"]) => ErrorKind::ClockSkew,
        400 | 401 if says(&["invalid signature"]) => ErrorKind::SignatureRefused,
        400 | 401 if says(&["verifier"]) => ErrorKind::VerifierRefused,
        401 if says(&["not authorized"]) => ErrorKind::Forbidden,
        401 => ErrorKind::TokenRefused,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        410 => ErrorKind::Gone,
        429 => ErrorKind::TooManyRequests,
        300..400 => ErrorKind::Redirect,
        500.. => ErrorKind::Server,
        400..500 => ErrorKind::Refused,
        _ => ErrorKind::InvalidAnswer,
    }
}

/// The words of a web page; good enough for an error text, never shown as HTML.
fn without_tags(html: &str) -> String {
    let body = html.find("<body").map_or(html, |start| &html[start..]);
    let mut text = String::new();
    let mut in_tag = false;
    for c in body.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                text.push(' ');
            }
            _ if in_tag => {}
            _ => text.push(c),
        }
    }
    text
}

/// One line of limited length, without control characters.
pub(crate) fn one_line(text: &str) -> String {
    let clean: String = text
        .chars()
        .take(8 * MAX_SERVER_TEXT)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    let words: Vec<&str> = clean.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(MAX_SERVER_TEXT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, content_type: &'static str, body: &'static str) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
        Answer {
            request: "asking".to_owned(),
            url: "http://a.example/".parse().unwrap(),
            status: StatusCode::from_u16(status).unwrap(),
            headers,
            body: Bytes::from_static(body.as_bytes()),
        }
    }

    #[test]
    fn the_servers_words_are_found_in_every_form() {
        let json = answer(
            400,
            "application/json",
            r#"{"error":"Bad nickname: 'a/b'"}"#,
        );
        assert_eq!(json.refusal().server_text(), Some("Bad nickname: 'a/b'"));
        let plain = answer(401, "text/plain", "Invalid signature");
        assert_eq!(plain.refusal().server_text(), Some("Invalid signature"));
        let page = answer(
            500,
            "text/html",
            "<html><head><title>Error</title></head><body><pre>no original\n post</pre></body>",
        );
        assert_eq!(page.refusal().server_text(), Some("no original post"));
        assert_eq!(page.refusal().kind(), ErrorKind::Server);
    }

    #[test]
    fn oauth_texts_have_kinds() {
        for (status, text, kind) in [
            (400, "Invalid / expired Token", ErrorKind::TokenRefused),
            (401, "Invalid / used nonce", ErrorKind::ClientRefused),
            (400, "Invalid Consumer Key", ErrorKind::ClientRefused),
            (401, "Invalid signature", ErrorKind::SignatureRefused),
            (401, "Invalid timestamp", ErrorKind::ClockSkew),
            (401, "Not logged in.", ErrorKind::TokenRefused),
            (401, "Not authorized", ErrorKind::Forbidden),
            (400, "Bad password", ErrorKind::Refused),
            (302, "", ErrorKind::Redirect),
            (503, "", ErrorKind::Server),
        ] {
            assert_eq!(
                answer(status, "text/plain", text).refusal().kind(),
                kind,
                "{text}"
            );
        }
    }

    #[test]
    fn terminal_codes_and_length_are_tamed() {
        assert_eq!(one_line("a\u{1b}[31mb\r\nc"), "a [31mb c");
        assert_eq!(
            one_line(&"x".repeat(5000)).chars().count(),
            MAX_SERVER_TEXT + 1
        );
    }

    #[test]
    fn bad_json_is_told_apart() {
        let say = |content_type, body| {
            answer(200, content_type, body)
                .json::<std::collections::BTreeMap<String, String>>()
                .unwrap_err()
                .to_string()
        };
        assert!(say("text/html", "<html>").contains("web page"));
        assert!(say("application/json", r#"{"a": "#).contains("cut off"));
        assert!(say("application/json", "[1]").contains("shape"));
        assert!(say("application/json", "nope").contains("is not JSON"));
    }
}
