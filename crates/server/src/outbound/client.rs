//! The one client for requests to other servers.

use std::error::Error as _;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderValue, StatusCode, header};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use tokio::sync::Semaphore;
use url::{Host, Url};

use super::address::{Reach, Resolver};
use crate::error::{Error, Result};

/// How long a request may take, the answer included.
const DEADLINE: Duration = Duration::from_secs(5);
/// The largest answer, in bytes.
const LARGEST: usize = 64 * 1_024;
/// How many requests are under way at the same time.
const AT_ONCE: usize = 32;
/// Names that belong to nobody (pump.io protocol, section 9.4).
const NOBODYS: [&str; 5] = [
    "example.com",
    "example.net",
    "example.org",
    "example",
    "invalid",
];

/// Sends requests to other servers.
pub(crate) struct Outbound {
    http: Client,
    reach: Arc<Reach>,
    places: Semaphore,
}

/// What another server answered.
pub(crate) struct Fetched {
    pub(crate) status: StatusCode,
    pub(crate) body: Vec<u8>,
}

/// Why another server was not reached. The text says nothing of our network.
#[derive(Debug)]
pub(crate) struct Unreached(String);

impl Unreached {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Outbound {
    pub(crate) fn new(reach: Reach) -> Result<Self> {
        let reach = Arc::new(reach);
        let http = Client::builder()
            .user_agent(concat!("Pumphouse/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .referer(false)
            // A proxy would look names up by itself.
            .no_proxy()
            .dns_resolver(Resolver(Arc::clone(&reach)))
            .timeout(DEADLINE)
            .build()
            .map_err(|error| Error::internal("HTTP client", error))?;
        Ok(Self {
            http,
            reach,
            places: Semaphore::new(AT_ONCE),
        })
    }

    /// Reads a document.
    pub(crate) async fn get(&self, url: &Url, accept: &'static str) -> Result<Fetched, Unreached> {
        let accept = HeaderValue::from_static(accept);
        let request = self.http.get(url.clone()).header(header::ACCEPT, accept);
        self.send(url, request).await
    }

    /// Sends a form.
    pub(crate) async fn post_form(
        &self,
        url: &Url,
        fields: &[(&str, &str)],
    ) -> Result<Fetched, Unreached> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let media_type = HeaderValue::from_static("application/x-www-form-urlencoded");
        let request = self.http.post(url.clone());
        let request = request.header(header::CONTENT_TYPE, media_type).body(form);
        self.send(url, request).await
    }

    async fn send(&self, url: &Url, request: RequestBuilder) -> Result<Fetched, Unreached> {
        self.check(url)?;
        let host = url.host_str().unwrap_or_default();
        let failed = |error: reqwest::Error| {
            tracing::info!(host, error = text(&error), "another server was not reached");
            Unreached(format!("Cannot reach {host}"))
        };
        let _place = self.places.acquire().await;
        let mut response = request.send().await.map_err(failed)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > LARGEST {
                return Err(Unreached(format!("The answer of {host} is too large")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Fetched {
            status: response.status(),
            body,
        })
    }

    /// Refuses what is no address of the web, and addresses that need no looking up and so would
    /// pass by the resolver.
    fn check(&self, url: &Url) -> Result<(), Unreached> {
        let is_web = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none();
        let is_allowed = match url.host() {
            Some(Host::Domain(name)) => !is_nobodys(name),
            Some(Host::Ipv4(address)) => self.reach.allows(address.into()),
            Some(Host::Ipv6(address)) => self.reach.allows(address.into()),
            None => false,
        };
        if is_web && is_allowed {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default();
        Err(Unreached(format!("Invalid hostname: {host}")))
    }
}

fn is_nobodys(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    NOBODYS.iter().any(|nobodys| {
        name.strip_suffix(nobodys)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

/// An error with its causes, for the log.
fn text(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A server that gives one answer to everything; and its address.
    async fn peer(answer: String) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            loop {
                let (mut connection, _) = listener.accept().await.unwrap();
                let mut request = [0; 4_096];
                let _ = connection.read(&mut request).await;
                let _ = connection.write_all(answer.as_bytes()).await;
            }
        });
        Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap()
    }

    fn local() -> Outbound {
        Outbound::new(Reach {
            private: true,
            ..Reach::default()
        })
        .unwrap()
    }

    #[tokio::test]
    async fn addresses_of_this_machine_are_not_connected_to_under_any_name() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let outbound = Outbound::new(Reach::default()).unwrap();
        for host in [
            "127.0.0.1",
            "2130706433",
            "0x7f.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "localhost",
        ] {
            let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
            assert!(outbound.get(&url, "*/*").await.is_err(), "{host}");
        }
        let accepted = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(accepted.is_err(), "nobody came");
    }

    #[tokio::test]
    async fn names_that_are_nobodys_and_other_schemes_are_refused() {
        let outbound = local();
        for url in [
            "http://example.com/",
            "http://www.example.org./",
            "https://pump.example/",
            "http://invalid/",
            "http://user@peer.test/",
            "ftp://peer.test/",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            let url = Url::parse(url).unwrap();
            let refused = outbound.get(&url, "*/*").await.err().unwrap();
            assert!(
                refused.to_string().starts_with("Invalid hostname: "),
                "{url}"
            );
        }
        assert!(!is_nobodys("myexample.com"));
    }

    #[tokio::test]
    async fn redirects_are_answers_and_are_not_followed() {
        let elsewhere = peer("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()).await;
        let url = peer(format!(
            "HTTP/1.1 302 Found\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\n\r\n"
        ))
        .await;
        let fetched = local().get(&url, "*/*").await.unwrap();
        assert_eq!(fetched.status, 302);
    }

    #[tokio::test]
    async fn answers_have_a_size() {
        let body = "x".repeat(LARGEST);
        let url = peer(format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}"
        ))
        .await;
        let fetched = local().get(&url, "*/*").await.unwrap();
        assert_eq!(fetched.body.len(), LARGEST);
        let url = peer(format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{body}x"
        ))
        .await;
        let refused = local().get(&url, "*/*").await.err().unwrap();
        assert!(refused.to_string().ends_with("is too large"), "{refused}");
    }
}
