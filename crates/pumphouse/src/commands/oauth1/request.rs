//! The request on the command line.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use pumphouse_oauth1::{Request, base_string};

use crate::error::Error;

/// A request as it will be sent, or as it was received.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The request")]
pub(super) struct RequestArgs {
    /// The HTTP method [default: GET, or POST when there is a body]
    #[arg(long, value_parser = parse_method)]
    method: Option<String>,

    /// The absolute URL with its query, exactly as it is sent
    #[arg(long)]
    url: String,

    /// A header; may be repeated. Host, Content-Type and Authorization matter
    #[arg(long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    headers: Vec<Header>,

    /// The body. It is signed when the Content-Type is application/x-www-form-urlencoded
    #[arg(long, allow_hyphen_values = true, conflicts_with = "body_file")]
    body: Option<String>,

    /// A file that holds the body; - is standard input
    #[arg(long, value_name = "FILE")]
    body_file: Option<PathBuf>,
}

/// A header field.
#[derive(Clone, Debug)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) value: String,
}

/// A request with everything read that it consists of.
pub(super) struct Message {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Vec<Header>,
    pub(super) body: Vec<u8>,
    /// Where the body came from, if not from the command line.
    pub(super) body_file: Option<PathBuf>,
}

impl RequestArgs {
    /// Reads the body, and checks the URL.
    pub(super) fn read(&self) -> Result<Message, Error> {
        let body = match (&self.body, &self.body_file) {
            (Some(body), _) => body.clone().into_bytes(),
            (None, Some(file)) => read_file(file).map_err(|error| {
                let message = format!("the body cannot be read from {}", file.display());
                Error::usage(message).with_source(error)
            })?,
            (None, None) => Vec::new(),
        };
        let default_method = if body.is_empty() { "GET" } else { "POST" };
        let message = Message {
            method: self.method.as_deref().unwrap_or(default_method).to_owned(),
            url: as_sent(&self.url)?,
            headers: self.headers.clone(),
            body,
            body_file: self.body_file.clone(),
        };
        base_string::uri(&message.request()).map_err(|error| {
            // The host is the one of the header.
            let host = message.header("host");
            let host = host.map(|host| format!(", Host: {host}"));
            Error::usage(format!("{error}: {}{}", self.url, host.unwrap_or_default()))
        })?;
        Ok(message)
    }
}

impl Message {
    pub(super) fn request(&self) -> Request<'_> {
        let headers = self.headers.iter();
        Request::new(&self.method, &self.url)
            .with_headers(headers.map(|header| (&header.name, &header.value)))
            .with_body(&self.body)
    }

    /// The value of the first header of that name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some(&header.value)
    }

    /// The query of the URL, as it stands there.
    pub(super) fn query(&self) -> &str {
        let before_fragment = self.url.split('#').next().unwrap_or_default();
        before_fragment
            .split_once('?')
            .map_or("", |(_, query)| query)
    }
}

/// A URL as clients send it: its spaces as `%20`, an internationalised host in ASCII. Nothing else of it is changed.
fn as_sent(url: &str) -> Result<String, Error> {
    let Some((scheme, rest)) = url.split_once("://") else {
        return Ok(url.to_owned());
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(end);
    let target = target.replace(' ', "%20");
    if authority.is_ascii() {
        return Ok(format!("{scheme}://{authority}{target}"));
    }
    let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let (host, port) = host
        .split_once(':')
        .map_or((host, None), |(host, port)| (host, Some(port)));
    let host = url::Host::parse(host).map_err(|error| {
        Error::usage(format!("the host of the URL is no name: {url}")).with_source(error)
    })?;
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{user}{host}{port}{target}"))
}

fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut content = Vec::new();
        std::io::stdin().lock().read_to_end(&mut content)?;
        return Ok(content);
    }
    std::fs::read(path)
}

/// Providers may have methods of their own, whatever HTTP thinks of their names.
fn parse_method(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.contains(char::is_control) {
        return Err("an HTTP method is a word like GET or POST");
    }
    Ok(text.to_owned())
}

fn parse_header(text: &str) -> Result<Header, &'static str> {
    let (name, value) = text.split_once(':').ok_or("write 'Name: value'")?;
    if !is_token(name) {
        return Err("the name of the header is malformed: write 'Name: value'");
    }
    if value.contains(['\r', '\n', '\0']) {
        return Err("the value of a header is one line");
    }
    Ok(Header {
        name: name.to_owned(),
        value: value.trim().to_owned(),
    })
}

/// Whether this is a token of HTTP (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_allowed)
}
