//! Where collections and objects are, and by which way they are read.

use http::Method;
use pumphouse_activity::{Acct, Collection, Object};
use url::Url;

use super::account::Session;
use crate::error::{Error, ErrorKind, Result};
use crate::transport::{Answer, Outgoing, is_loopback, same_origin};

/// Where something is.
#[derive(Clone, Debug)]
pub(super) enum Address {
    /// Here; and where the reader's own server hands it out, if it is on another one.
    Url { url: Url, proxy: Option<Url> },
    /// Something of a person, by address: `/followers` and the like.
    OfPerson { person: Acct, path: String },
    /// Nowhere: a server has left it out. What was looked for, for the error.
    Missing(&'static str),
}

impl Address {
    pub(super) fn at(url: Url) -> Self {
        Self::Url { url, proxy: None }
    }

    /// Of a collection that is mentioned in an object.
    pub(super) fn of(collection: Option<&Collection>, what: &'static str) -> Self {
        let parse = |text: Option<&str>| text.and_then(|text| Url::parse(text).ok());
        let Some(collection) = collection else {
            return Self::Missing(what);
        };
        let proxy = parse(collection.proxy_url());
        let direct = collection.url.as_deref().or(collection.links.href("self"));
        match (parse(direct), proxy) {
            (Some(url), proxy) => Self::Url { url, proxy },
            (None, Some(proxy)) => Self::at(proxy),
            (None, None) => Self::Missing(what),
        }
    }

    /// Of an object itself.
    pub(super) fn of_object(object: &Object) -> Self {
        let parse = |text: Option<&str>| text.and_then(|text| Url::parse(text).ok());
        match (parse(object.self_url()), parse(object.proxy_url())) {
            (Some(url), proxy) => Self::Url { url, proxy },
            (None, Some(proxy)) => Self::at(proxy),
            (None, None) => Self::Missing("contents"),
        }
    }

    /// Of a link of an object.
    pub(super) fn link(object: &Object, rel: &str, what: &'static str) -> Self {
        let link = object.links.href(rel);
        match link.and_then(|link| Url::parse(link).ok()) {
            Some(url) => Self::at(url),
            None => Self::Missing(what),
        }
    }

    /// This address, or if there is none the other.
    pub(super) fn or(self, other: Self) -> Self {
        match self {
            Self::Missing(_) => other,
            found => found,
        }
    }

    /// A part of it: `/major` and the like.
    pub(super) fn part(self, part: &str) -> Self {
        if part.is_empty() {
            return self;
        }
        match self {
            Self::Url { mut url, .. } => {
                let path = format!("{}{part}", url.path().trim_end_matches('/'));
                url.set_path(&path);
                Self::at(url)
            }
            Self::OfPerson { person, path } => Self::OfPerson {
                person,
                path: path + part,
            },
            missing @ Self::Missing(_) => missing,
        }
    }
}

impl Session {
    /// Something of a person on this server, of the account's own if it is nobody else's.
    pub(super) fn own(&self, path: &str) -> Address {
        Address::at(self.endpoints().user(self.account().user(), path))
    }

    /// Where an address leads. With arguments for the page it is not the proxy, which does not
    /// hand them on (pump.io protocol, section 7.8).
    pub(super) async fn locate(&self, address: &Address, has_arguments: bool) -> Result<Url> {
        match address {
            Address::Url { url, proxy } => {
                let own = &self.endpoints().base;
                let proxy = proxy.as_ref().filter(|proxy| same_origin(own, proxy));
                Ok(match proxy {
                    Some(proxy) if !has_arguments && !same_origin(own, url) => proxy.clone(),
                    _ => url.clone(),
                })
            }
            Address::OfPerson { person, path } => {
                if person.host() == self.account().host() {
                    return Ok(self.endpoints().user(person.user(), path));
                }
                let endpoints = self.client().foreign().endpoints(person.host()).await?;
                Ok(endpoints.user(person.user(), path))
            }
            Address::Missing(what) => Err(Error::new(
                ErrorKind::InvalidInput,
                format!("this object does not say where its {what} are"),
            )),
        }
    }

    /// Reads from wherever it is: the own server with the token, others with a registration of
    /// this program there, which is made if need be and remembered.
    pub(super) async fn read(&self, purpose: &'static str, url: Url) -> Result<Answer> {
        let request = Outgoing::new(purpose, Method::GET, url);
        if same_origin(&self.endpoints().base, &request.url) {
            return self.send(request).await?.success();
        }
        self.check_foreign(&request.url)?;
        self.client().foreign().send(request).await?.success()
    }

    /// No server far away can make this program knock on the doors of this machine.
    pub(super) fn check_foreign(&self, url: &Url) -> Result<()> {
        if is_loopback(url) && !is_loopback(&self.endpoints().base) {
            let message = format!("{url} is on this machine, where the account's server is not");
            return Err(Error::new(ErrorKind::ForeignOrigin, message));
        }
        Ok(())
    }
}
