//! Answers: read within limits, and decoded.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderMap, StatusCode};
use pumphouse_activity::nesting;
use serde::de::DeserializeOwned;
use url::Url;

use super::fitting;
use crate::error::{Error, ErrorKind, Result};

/// How deep a document may be: far deeper than any real one, and within the stack of any thread,
/// which the parser's own limit is not for types as large as these.
const MAX_DEPTH: usize = 48;

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The request in words, for error texts.
    pub(super) request: String,
    /// Where the answer came from in the end, after redirects.
    url: Url,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Answer {
    pub(super) fn new(
        request: String,
        url: Url,
        status: StatusCode,
        headers: HeaderMap,
        body: Bytes,
    ) -> Self {
        Self {
            request,
            url,
            status,
            headers,
            body,
        }
    }

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

    /// When the server gave it, by its own clock, in seconds since 1970.
    pub(crate) fn date(&self) -> Option<u64> {
        let date = self.headers.get(DATE)?.to_str().ok()?;
        let date = httpdate::parse_http_date(date).ok()?;
        let since = date.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some(since.as_secs())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body)
            .map_err(|error| self.invalid("is not UTF-8").with_source(error))
    }

    /// The body as JSON of a type.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T> {
        if nesting(&self.body) > MAX_DEPTH {
            return Err(self.invalid("is nested too deeply"));
        }
        serde_json::from_slice(&self.body).map_err(|error| {
            if error.is_data() {
                let place = self.place_of_error::<T>();
                let why = format!("is JSON, but not of the expected shape{place}");
                return self.invalid(&why).with_source(error);
            }
            let why = if self.looks_like_html() {
                "is a web page, not JSON"
            } else if error.is_eof() {
                "is cut off, or empty"
            } else {
                "is not JSON"
            };
            self.invalid(why).with_source(error)
        })
    }

    /// The same, without what does not fit: a document is as good as its server's users make it.
    pub(crate) fn fitting<T: DeserializeOwned>(&self) -> Result<T> {
        self.json()
            .or_else(|error| fitting::read(&self.body, MAX_DEPTH).ok_or(error))
    }

    /// Where in the document the value is that does not fit, in words.
    fn place_of_error<T: DeserializeOwned>(&self) -> String {
        let mut json = serde_json::Deserializer::from_slice(&self.body);
        match serde_path_to_error::deserialize::<_, T>(&mut json) {
            Err(error) if error.path().iter().len() > 0 => format!(" at `{}`", error.path()),
            _ => String::new(),
        }
    }

    /// The error for an answer that does not hold what it must.
    pub(crate) fn invalid(&self, why: &str) -> Error {
        Error::new(
            ErrorKind::InvalidAnswer,
            format!("{}: the answer {why}", self.request),
        )
    }

    pub(super) fn looks_like_html(&self) -> bool {
        let is_html = |value: &str| value.trim_start().to_ascii_lowercase().contains("html");
        self.headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(is_html)
            || self.body.trim_ascii_start().starts_with(b"<")
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn answer(status: u16, content_type: &'static str, body: &'static str) -> Answer {
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
    fn depth_is_that_of_brackets_outside_of_texts() {
        assert_eq!(nesting(br#"{"a": [1, {"[[\"[": "\\"}], "b": {}}"#), 3);
        assert_eq!(nesting(b"]]]["), 1);
        assert_eq!(nesting(b""), 0);
    }

    #[test]
    fn the_deepest_document_fits_the_stack_of_a_thread() {
        use pumphouse_activity::{Activity, Collection, Object};

        let nested = |levels: usize| {
            let json = format!(
                "{}{{}}{}",
                r#"{"author":"#.repeat(levels),
                "}".repeat(levels)
            );
            answer(200, "application/json", json.leak())
        };
        // No bigger than the stack of tokio's threads.
        let parsing = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
        let parsing = parsing.spawn(move || {
            assert!(nested(MAX_DEPTH - 1).json::<Object>().is_ok());
            assert!(nested(MAX_DEPTH - 1).json::<Collection<Activity>>().is_ok());
            let deeper = nested(MAX_DEPTH).json::<Object>().unwrap_err();
            assert!(deeper.to_string().contains("too deeply"), "{deeper}");
        });
        parsing.unwrap().join().unwrap();
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
        assert!(say("application/json", r#"{"a": "b"} {}"#).contains("is not JSON"));
        let at = say("application/json", r#"{"a": "b", "c": 5}"#);
        assert!(at.ends_with("not of the expected shape at `c`"), "{at}");
    }
}
