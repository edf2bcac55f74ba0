//! What a browser would do with the two web forms: keep a cookie, fill in, send, follow the redirect.

use std::collections::HashMap;

use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Client, Response, Url, redirect};

use super::show::Show;
use crate::error::Error;

/// A browser with one cookie.
pub(super) struct Browser {
    http: Client,
    cookie: Option<String>,
    show: Show,
}

impl Browser {
    pub(super) fn new(show: Show) -> Result<Self, Error> {
        let http = Client::builder()
            .redirect(redirect::Policy::none())
            .no_proxy()
            .build()
            .map_err(|error| Error::failure("cannot make an HTTP client").with_source(error))?;
        Ok(Self {
            http,
            cookie: None,
            show,
        })
    }

    /// Opens a page; gives its hidden fields.
    pub(super) async fn open(&mut self, url: &Url) -> Result<HashMap<String, String>, Error> {
        let page = self
            .send(self.http.get(url.clone()), "opens the page")
            .await?;
        let html = page.text().await.map_err(broken)?;
        Ok(hidden_fields(&html))
    }

    /// Sends a form; gives the address that its answer leads to.
    pub(super) async fn submit(
        &mut self,
        url: &Url,
        fields: &HashMap<String, String>,
    ) -> Result<Url, Error> {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = self
            .http
            .post(url.clone())
            .header(ACCEPT, "text/html")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = self.send(request, "sends the form").await?;
        let location = answer
            .headers()
            .get(LOCATION)
            .and_then(|value| value.to_str().ok());
        let location = location.and_then(|location| url.join(location).ok());
        location.ok_or_else(|| Error::failure(format!("the form at {} was not taken", url.path())))
    }

    /// Goes where a form's answer leads.
    pub(super) async fn follow(&mut self, url: &Url) -> Result<(), Error> {
        self.send(
            self.http.get(url.clone()),
            "follows the redirect to the client",
        )
        .await?;
        Ok(())
    }

    async fn send(
        &mut self,
        mut request: reqwest::RequestBuilder,
        doing: &str,
    ) -> Result<Response, Error> {
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        let request = request.build().map_err(broken)?;
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let response = self.http.execute(request).await.map_err(broken)?;
        if let Some(cookie) = response
            .headers()
            .get(SET_COOKIE)
            .and_then(|value| value.to_str().ok())
        {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        let size = response.content_length();
        let status = response.status().as_u16();
        let note = format!("the browser {doing}");
        self.show
            .exchange(method.as_str(), &path, status, size.unwrap_or(0), &note)?;
        Ok(response)
    }
}

fn broken(error: reqwest::Error) -> Error {
    Error::failure("the browser of the demo got no answer").with_source(error)
}

/// The hidden fields of our own pages, whose inputs are written `type="hidden" name="…" value="…"`.
fn hidden_fields(html: &str) -> HashMap<String, String> {
    let attribute = |input: &str, name: &str| {
        let value = input
            .split_once(&format!("{name}=\""))?
            .1
            .split_once('"')?
            .0;
        Some(value.to_owned())
    };
    html.split("<input")
        .skip(1)
        .filter_map(|input| input.split_once('>'))
        .filter(|(input, _)| input.contains("type=\"hidden\""))
        .filter_map(|(input, _)| Some((attribute(input, "name")?, attribute(input, "value")?)))
        .collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_hidden_fields_are_taken() {
        let fields = super::hidden_fields(
            r#"<form><input id="a" type="hidden" name="verifier" value="v-1"><input name="deny" value="x"></form>"#,
        );
        assert_eq!(fields.len(), 1);
        assert_eq!(fields["verifier"], "v-1");
    }
}
