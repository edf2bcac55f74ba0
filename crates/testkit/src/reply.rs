//! What came back.

use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::{Value, json};

/// An answer.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; what is not UTF-8 in it is replaced.
    pub body: String,
}

impl Reply {
    pub(crate) async fn read(response: reqwest::Response) -> Self {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("a whole answer");
        Self {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// Reads an answer as it came over the wire, unchunked.
    pub(crate) fn parse(answer: &[u8]) -> Option<Self> {
        let answer = String::from_utf8_lossy(answer);
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .filter_map(|(name, value)| {
                let name = HeaderName::try_from(name).ok()?;
                Some((name, HeaderValue::try_from(value.trim()).ok()?))
            })
            .collect();
        Some(Self {
            status,
            headers,
            body: body.to_owned(),
        })
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        match serde_json::from_str(&self.body) {
            Ok(document) => document,
            Err(error) => panic!("no JSON ({error}) in {self:?}"),
        }
    }

    /// The document of a request that was done.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/json; charset=utf-8",
            "{self:?}"
        );
        self.json()
    }

    /// The request was refused with this text, in the shape of the API: JSON with exactly one key.
    #[track_caller]
    pub fn refused(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/json; charset=utf-8",
            "{self:?}"
        );
        assert_eq!(self.json(), json!({ "error": text }));
    }

    /// The request was refused in the shape of the API; gives the text.
    #[track_caller]
    pub fn refusal(&self, status: u16) -> String {
        let document = self.json();
        let text = document["error"].as_str().unwrap_or_default().to_owned();
        self.refused(status, &text);
        text
    }

    /// The signature was refused: plain text, with a challenge.
    #[track_caller]
    pub fn not_believed(&self, status: u16, text: &str) {
        assert_eq!(
            (self.status, self.body.as_str()),
            (status, text),
            "{self:?}"
        );
        assert_eq!(self.header("content-type"), "text/plain", "{self:?}");
        let challenge = self.headers.get(header::WWW_AUTHENTICATE);
        assert_eq!(
            challenge.and_then(|value| value.to_str().ok()),
            Some("OAuth realm=\"OAuth\"")
        );
    }

    /// The request was refused in plain text, as where a program asks outside of the API.
    #[track_caller]
    pub fn refused_text(&self, status: u16, text: &str) {
        assert_eq!(
            (self.status, self.body.as_str()),
            (status, text),
            "{self:?}"
        );
        let kind = self.header("content-type");
        assert_eq!(kind, "text/plain; charset=utf-8", "{self:?}");
    }

    /// The page of a refusal: the status in its heading, and this text.
    #[track_caller]
    pub fn refused_page(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(
            self.header("content-type").starts_with("text/html"),
            "{self:?}"
        );
        assert!(
            self.body.contains(&format!("<h1>Error {status}</h1>")),
            "{self:?}"
        );
        assert_eq!(self.element("error").as_deref(), Some(text), "{self:?}");
    }

    /// A value of a form-encoded body.
    pub fn form_value(&self, name: &str) -> Option<String> {
        form_urlencoded::parse(self.body.as_bytes())
            .find(|(given, _)| given == name)
            .map(|(_, value)| value.into_owned())
    }

    /// The value of a form's field on a page.
    pub fn field(&self, name: &str) -> Option<String> {
        let tag = self
            .body
            .split('<')
            .find(|tag| tag.starts_with("input") && tag.contains(&format!("name=\"{name}\"")))?;
        let (_, value) = tag.split_once("value=\"")?;
        value.split('"').next().map(str::to_owned)
    }

    /// The text of the element with this id on a page.
    pub fn element(&self, id: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!("id=\"{id}\""))?;
        let (_, text) = rest.split_once('>')?;
        text.split('<').next().map(str::to_owned)
    }
}
