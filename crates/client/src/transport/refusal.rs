//! Answers that are no success, turned into errors.

use std::time::Duration;

use http::header::{DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, StatusCode};
use pumphouse_oauth1::header::Challenge;
use pumphouse_oauth1::problem::Report;

use super::answer::Answer;
use crate::error::{Error, ErrorKind, Result};

/// How much of what a server says goes into an error, in characters.
const MAX_SERVER_TEXT: usize = 300;
/// Where servers say what they call a request, for their operators to find it by.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// A longer one is none, in bytes.
const MAX_REQUEST_ID: usize = 128;

impl Answer {
    /// The answer if it is a success, else the error that it says.
    pub(crate) fn success(self) -> Result<Self> {
        if self.status().is_success() {
            Ok(self)
        } else {
            Err(self.refusal())
        }
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
            .unwrap_or_else(|| kind_of(self.status(), text.as_deref().unwrap_or_default()));
        Error::new(kind, self.request.clone())
            .with_answer(self.status(), text)
            .with_retry_after(retry_after(self.headers()))
            .with_request_id(request_id(self.headers()))
    }

    /// What the OAuth Problem Reporting extension says, where a server speaks it.
    fn oauth_report(&self) -> Option<Report> {
        let challenge = || {
            let header = self.headers().get(WWW_AUTHENTICATE)?;
            Report::from_challenge(&Challenge::parse(header.as_bytes())?)
        };
        challenge().or_else(|| Report::from_form(self.body()))
    }

    /// What the server says, in the forms of pump.io protocol, section 13.2.
    fn server_text(&self) -> Option<String> {
        #[derive(serde::Deserialize)]
        struct Problem {
            error: String,
        }
        let text = match serde_json::from_slice::<Problem>(self.body()) {
            Ok(problem) => problem.error,
            Err(_) => {
                let text = String::from_utf8_lossy(self.body());
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

/// How long a server asks to be left alone. A date is measured by the server's own, because clocks
/// differ; without that it is passed over.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = headers.get(DATE)?.to_str().ok()?;
    let now = httpdate::parse_http_date(now).ok()?;
    Some(until.duration_since(now).unwrap_or_default())
}

/// What the server calls the request.
fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_id =
        (1..=MAX_REQUEST_ID).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_graphic());
    is_id.then(|| id.to_owned())
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
fn one_line(text: &str) -> String {
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
    use crate::transport::answer::tests::answer;

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
    fn a_date_to_come_back_at_is_measured_by_the_servers_own_clock() {
        let wait = |after: &'static str, date: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, http::HeaderValue::from_static(after));
            if let Some(date) = date {
                headers.insert(DATE, http::HeaderValue::from_static(date));
            }
            retry_after(&headers).map(|wait| wait.as_secs())
        };
        let noon = Some("Sun, 06 Nov 1994 12:00:00 GMT");
        assert_eq!(wait("120", None), Some(120));
        assert_eq!(wait("Sun, 06 Nov 1994 12:01:30 GMT", noon), Some(90));
        assert_eq!(wait("Sun, 06 Nov 1994 11:00:00 GMT", noon), Some(0));
        assert_eq!(wait("Sun, 06 Nov 1994 12:01:30 GMT", None), None);
        assert_eq!(wait("Sun, 06 Nov 1994 12:01:30 GMT", Some("noon")), None);
        assert_eq!(wait("soon", noon), None);
        assert_eq!(wait("-5", noon), None);
    }

    #[test]
    fn terminal_codes_and_length_are_tamed() {
        assert_eq!(one_line("a\u{1b}[31mb\r\nc"), "a [31mb c");
        assert_eq!(
            one_line(&"x".repeat(5000)).chars().count(),
            MAX_SERVER_TEXT + 1
        );
    }
}
