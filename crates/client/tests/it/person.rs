//! A person with a browser at a real server.

use std::collections::BTreeMap;

use pumphouse_client::{Acct, Url};
use pumphouse_server::Server;
use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};

/// A real server over a directory that goes with it.
pub(crate) struct RealServer {
    pub(crate) server: Server,
    pub(crate) _directory: tempfile::TempDir,
}

impl RealServer {
    pub(crate) async fn start() -> Self {
        Self::start_over(tempfile::tempdir().unwrap(), "127.0.0.1:0").await
    }

    /// Starts with the data that is in a directory.
    pub(crate) async fn start_over(directory: tempfile::TempDir, listen: &str) -> Self {
        let server = Server::builder(directory.path())
            .listen(listen)
            .start()
            .await
            .unwrap();
        Self {
            server,
            _directory: directory,
        }
    }

    pub(crate) fn acct(&self, user: &str) -> Acct {
        let host = self.server.base_url().strip_prefix("http://").unwrap();
        format!("{user}@{host}").parse().unwrap()
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        format!("{}{path}", self.server.base_url()).parse().unwrap()
    }

    /// Somebody new, with an account.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        let mut person = Person { http, cookie: None };
        let form = [
            ("nickname", name),
            ("password", "wonder-l4nd"),
            ("repeat", "wonder-l4nd"),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let registered = person
            .submit(&self.url("/main/register"), &form.into())
            .await;
        assert!(registered.0.is_redirection(), "{registered:?}");
        person
    }
}

/// A browser with one cookie.
pub(crate) struct Person {
    http: reqwest::Client,
    cookie: Option<String>,
}

type Fields = BTreeMap<String, String>;
/// Status, where it leads, and the page.
type Answer = (reqwest::StatusCode, Option<Url>, String);

impl Person {
    /// Agrees on the page of a log-in; gives the verifier that the page shows, or the address that
    /// the server leads to.
    pub(crate) async fn agree(&mut self, url: &Url) -> String {
        self.decide(url, None).await
    }

    /// Refuses on the page of a log-in; gives the address that the server leads to.
    pub(crate) async fn refuse(&mut self, url: &Url) -> String {
        self.decide(url, Some("deny")).await
    }

    async fn decide(&mut self, url: &Url, button: Option<&str>) -> String {
        let (_, _, page) = self.send(self.http.get(url.clone())).await;
        let mut form = hidden_fields(&page);
        form.extend(button.map(|name| (name.to_owned(), "x".to_owned())));
        let (_, location, page) = self.submit(url, &form).await;
        if let Some(location) = location {
            return location.into();
        }
        let shown = page.split_once("id=\"verifier\">").unwrap().1;
        shown.split_once('<').unwrap().0.to_owned()
    }

    async fn submit(&mut self, url: &Url, fields: &Fields) -> Answer {
        let mut form = Url::parse("http://x/").unwrap();
        form.query_pairs_mut().extend_pairs(fields);
        let body = form.query().unwrap().to_owned();
        let request = self.http.post(url.clone()).body(body);
        let form = "application/x-www-form-urlencoded";
        let request = request.header(ACCEPT, "text/html");
        self.send(request.header(CONTENT_TYPE, form)).await
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let answer = request.send().await.unwrap();
        let header = |name| Some(answer.headers().get(name)?.to_str().unwrap().to_owned());
        if let Some(cookie) = header(SET_COOKIE) {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let location = header(LOCATION).map(|location| answer.url().join(&location).unwrap());
        (answer.status(), location, answer.text().await.unwrap())
    }
}

fn hidden_fields(page: &str) -> Fields {
    let value = |input: &str, name: &str| {
        let rest = input.split_once(&format!(" {name}=\""))?.1;
        Some(rest.split_once('"')?.0.to_owned())
    };
    page.split("<input")
        .filter(|input| input.contains("type=\"hidden\""))
        .filter_map(|input| Some((value(input, "name")?, value(input, "value")?)))
        .collect()
}
