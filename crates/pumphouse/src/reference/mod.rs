//! How a person names a thing: by address, by URL, by id, or by its number in what was shown last.

mod found;

use std::fmt;
use std::str::FromStr;

use pumphouse_activity::{Acct, Object};
use pumphouse_client::{ErrorKind, PersonRef, Recipient, Session};
use url::Url;

use self::found::{api_address, at_url, by_id, person_at};
use crate::error::Error;
use crate::memory::{MemoryFile, Shown};
use crate::text;

/// A thing or a person as it is written on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// `3`: what the last list showed under this number.
    Number(usize),
    /// `last`: what was posted last.
    Last,
    /// `user@host`, `@user@host` or `acct:user@host`.
    Person(Acct),
    /// `user` or `@user`: a person on the account's own server.
    Neighbour(String),
    /// The address of a page, or of the thing itself.
    Url(Url),
    /// Any other id, like `urn:…` or `tag:…`.
    Id(String),
}

/// What may be written; for the help of arguments.
pub(crate) const FORMS: &str = "the number of an item that was shown, 'last', an address (URL) or an id; \
     people also as user@host";

/// Longer references are no references.
const LONGEST: usize = 2048;

impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let is_odd = |c: char| c.is_control() || c.is_whitespace();
        if text.is_empty() || text.len() > LONGEST || text.contains(is_odd) {
            return Err(format!("say {FORMS}"));
        }
        if text == "last" {
            return Ok(Self::Last);
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            let number = text.parse().ok().filter(|number| *number > 0);
            return number
                .map(Self::Number)
                .ok_or_else(|| "items are numbered from 1".to_owned());
        }
        if text.starts_with("https://") || text.starts_with("http://") {
            return Url::parse(text)
                .map(Self::Url)
                .map_err(|error| format!("this is no URL: {error}"));
        }
        let name = text.strip_prefix('@').unwrap_or(text);
        if name.contains('@')
            && (name.starts_with("acct:") || !name.contains(':') || has_port(name))
        {
            return name
                .parse()
                .map(Self::Person)
                .map_err(|error: pumphouse_activity::InvalidAcct| error.to_string());
        }
        if text.contains(':') {
            return Ok(Self::Id(text.to_owned()));
        }
        // The rules of names are those of addresses.
        match format!("{name}@localhost").parse::<Acct>() {
            Ok(acct) => Ok(Self::Neighbour(acct.user().to_owned())),
            Err(_) => Err(format!("say {FORMS}")),
        }
    }
}

/// Whether the first colon stands behind the `@`, so that it is a port's.
fn has_port(name: &str) -> bool {
    name.find('@') < name.find(':')
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Last => f.write_str("last"),
            Self::Person(acct) => acct.fmt(f),
            Self::Neighbour(name) => f.write_str(name),
            Self::Url(url) => url.fmt(f),
            Self::Id(id) => f.write_str(id),
        }
    }
}

impl Reference {
    /// The thing itself, as it is mentioned in requests: a type, an id and where it is. The server is
    /// asked only where the reference does not say so much.
    ///
    /// An activity stands for what it is about.
    ///
    /// # Errors
    ///
    /// If nothing has this number or address.
    pub(crate) async fn object(&self, session: &Session) -> Result<Object, Error> {
        match self {
            Self::Number(_) | Self::Last => Ok(self.shown(session)?.to_object()),
            Self::Person(_) | Self::Neighbour(_) => {
                let person = session.person(self.address(session)?);
                let profile = person.profile().await;
                profile
                    .map(pumphouse_client::Received::into_inner)
                    .map_err(|error| self.not_found(error))
            }
            Self::Url(url) => at_url(session, url)
                .await
                .map_err(|error| self.not_found(error)),
            Self::Id(id) => by_id(session, id).await?.ok_or_else(|| {
                Error::refused(format!("your server knows nothing with the id {id}"))
            }),
        }
    }

    /// The thing itself with all that the server says of it.
    ///
    /// # Errors
    ///
    /// As for [`object`](Self::object), and if it is not there any more.
    pub(crate) async fn whole(&self, session: &Session) -> Result<Object, Error> {
        let object = self.object(session).await?;
        self.completed(session, object).await
    }

    /// The same; `None` for an address at which there is no thing, but perhaps a file.
    ///
    /// # Errors
    ///
    /// As for [`whole`](Self::whole).
    pub(crate) async fn whole_unless_file(
        &self,
        session: &Session,
    ) -> Result<Option<Object>, Error> {
        let Self::Url(url) = self else {
            return self.whole(session).await.map(Some);
        };
        if !found::may_be_thing(session, url) {
            return Ok(None);
        }
        match at_url(session, url).await {
            Ok(object) if object.object_type.is_some() => {
                self.completed(session, object).await.map(Some)
            }
            Ok(_) => Ok(None),
            Err(error) => {
                tracing::debug!(%error, "there is no thing");
                Ok(None)
            }
        }
    }

    /// An object that was found by it, with all that the server says of it.
    async fn completed(&self, session: &Session, object: Object) -> Result<Object, Error> {
        // Others were read to find them, but for what an activity only mentions.
        let is_read = !matches!(self, Self::Number(_) | Self::Last);
        if is_read && !found::is_mention(&object) {
            return Ok(object);
        }
        let read = if object.is_a("person") {
            session.person(&object).profile().await
        } else {
            session.load(&object).await
        };
        read.map(pumphouse_client::Received::into_inner)
            .map_err(|error| self.not_found(error))
    }

    /// A person, by address where the reference says it.
    ///
    /// # Errors
    ///
    /// If it is something else, or nothing.
    pub(crate) async fn person(&self, session: &Session) -> Result<PersonRef, Error> {
        match self {
            Self::Person(_) | Self::Neighbour(_) => Ok(self.address(session)?.into()),
            Self::Number(_) | Self::Last => {
                let shown = self.shown(session)?;
                if shown.kind == "person" {
                    return Ok(PersonRef::from(&shown.to_object()));
                }
                let error = self.is_no_person(Some(&shown.kind));
                Err(match shown.author {
                    Some(author) => {
                        let author = text::one_line(&author);
                        error.with_hint(format!("its author is {author}"))
                    }
                    None => error,
                })
            }
            Self::Url(url) => match person_at(url) {
                Some(acct) => Ok(acct.into()),
                None => self.if_person(&self.object(session).await?),
            },
            Self::Id(_) => self.if_person(&self.object(session).await?),
        }
    }

    /// A person as one to whom something is addressed.
    ///
    /// # Errors
    ///
    /// As for [`person`](Self::person).
    pub(crate) async fn recipient(&self, session: &Session) -> Result<Recipient, Error> {
        Ok(match self.person(session).await? {
            PersonRef::Object(object) => Recipient::from(*object),
            PersonRef::Acct(acct) => acct.into(),
            _ => return Err(Error::usage(format!("{self} cannot be written to"))),
        })
    }

    /// The id by which a list finds it: that of the activity by which it was shown, if there is one.
    ///
    /// # Errors
    ///
    /// If nothing has this number or address.
    pub(crate) async fn position(&self, session: &Session) -> Result<String, Error> {
        let id = match self {
            Self::Number(_) | Self::Last => {
                let shown = self.shown(session)?;
                return Ok(shown.activity.unwrap_or(shown.id));
            }
            Self::Person(_) | Self::Neighbour(_) => {
                self.object(session).await?.id.unwrap_or_default()
            }
            Self::Url(url) => api_address(url).unwrap_or_else(|| url.clone()).into(),
            Self::Id(id) => id.clone(),
        };
        let memory = MemoryFile::of(session.account())?.read();
        let shown = memory.find(&id).cloned();
        Ok(shown.and_then(|shown| shown.activity).unwrap_or(id))
    }

    /// The address of a person who is named by it.
    fn address(&self, session: &Session) -> Result<Acct, Error> {
        match self {
            Self::Person(acct) => Ok(acct.clone()),
            Self::Neighbour(name) => format!("{name}@{}", session.account().host())
                .parse()
                .map_err(|error| Error::usage(format!("{name} is no name")).with_source(error)),
            _ => Err(Error::usage(format!("{self} is no address of a person"))),
        }
    }

    /// An object that was found by it, as a person.
    fn if_person(&self, object: &Object) -> Result<PersonRef, Error> {
        if object.is_a("person") {
            return Ok(PersonRef::from(object));
        }
        Err(self.is_no_person(object.object_type.as_deref()))
    }

    fn is_no_person(&self, kind: Option<&str>) -> Error {
        let kind = text::one_line(kind.unwrap_or("no type"));
        Error::usage(format!("{self} is not a person but of type {kind}"))
    }

    /// What is remembered of earlier output.
    fn shown(&self, session: &Session) -> Result<Shown, Error> {
        let memory = MemoryFile::of(session.account())?.read();
        let shown = match self {
            Self::Number(number) => memory.item(*number).ok_or_else(|| {
                let error = Error::usage(format!("nothing was shown under the number {number}"));
                error.with_hint(match memory.numbers() {
                    Some((first, last)) => {
                        format!("the last list has the numbers {first} to {last}")
                    }
                    None => "numbers are those of the last list: try pumphouse inbox".to_owned(),
                })
            })?,
            _ => memory.last().ok_or_else(|| {
                Error::usage("nothing was posted from here yet")
                    .with_hint("look for it with: pumphouse outbox")
            })?,
        };
        if shown.id.is_empty() {
            return Err(Error::usage(format!(
                "{self} has no id, so nothing can be done with it"
            )));
        }
        Ok(shown.clone())
    }

    fn not_found(&self, error: pumphouse_client::Error) -> Error {
        let hint = match error.kind() {
            ErrorKind::NotFound | ErrorKind::Forbidden => {
                Some("it is not there, or you may not see it")
            }
            ErrorKind::InvalidAnswer => {
                Some("give the address of a page of pump.io, or of its API")
            }
            _ => None,
        };
        let error = Error::from(error).while_finding(&self.to_string());
        match hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Reference, String> {
        text.parse()
    }

    #[test]
    fn everything_that_people_write_is_understood() {
        let person = |acct: &str| Ok(Reference::Person(acct.parse().unwrap()));
        for text in [
            "evan@e14n.com",
            "@evan@e14n.com",
            "acct:evan@e14n.com",
            " evan@E14N.com ",
        ] {
            assert_eq!(parse(text), person("evan@e14n.com"), "{text}");
        }
        assert_eq!(parse("a@127.0.0.1:80"), person("a@127.0.0.1:80"));
        for text in ["evan", "@evan"] {
            assert_eq!(parse(text), Ok(Reference::Neighbour("evan".to_owned())));
        }
        assert_eq!(parse("@3"), Ok(Reference::Neighbour("3".to_owned())));
        assert_eq!(parse("3"), Ok(Reference::Number(3)));
        assert_eq!(parse("last"), Ok(Reference::Last));
        let url = "https://e14n.com/api/note/x@y";
        assert_eq!(parse(url), Ok(Reference::Url(url.parse().unwrap())));
        for id in ["urn:uuid:1-2", "tag:a@b.example,2026:x"] {
            assert_eq!(parse(id), Ok(Reference::Id(id.to_owned())));
        }
        for text in [
            "",
            " ",
            "0",
            "99999999999999999999999",
            "a b",
            "@",
            "a/b",
            "a@",
            "https://",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&"x".repeat(LONGEST + 1)).is_err());
    }
}
