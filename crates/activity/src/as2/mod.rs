//! ActivityStreams 2.0: how the documents of pump.io look to newer programs (pump.io protocol,
//! section 10). Reading only, and pure: nothing is fetched, nothing is changed.
//!
//! ```
//! use pumphouse_activity::as2::{self, ToAs2 as _};
//! use pumphouse_activity::Object;
//!
//! let mut note = Object::reference("note", "https://pump.example/api/note/x");
//! note.content = Some("Hello".to_owned());
//! let local = as2::Local::new("https://pump.example");
//! let document = as2::Document::new(note.to_as2(&local));
//! assert_eq!(
//!     serde_json::to_string(&document)?,
//!     r#"{"@context":"https://www.w3.org/ns/activitystreams","id":"https://pump.example/api/note/x","type":"Note","content":"Hello"}"#
//! );
//! # Ok::<(), serde_json::Error>(())
//! ```

mod activity;
mod collection;
mod names;
mod object;
mod shapes;
mod time;

pub use shapes::{Collection, Document, Link, Object, Page};

use std::borrow::Cow;

use serde::Serialize;

/// The media type under which documents are sent.
pub const MEDIA_TYPE: &str =
    "application/ld+json; profile=\"https://www.w3.org/ns/activitystreams\"";

/// What has a form in ActivityStreams 2.0.
///
/// ```
/// use pumphouse_activity::as2::{Local, ToAs2 as _};
/// use pumphouse_activity::{Activity, Object};
///
/// let like = Activity::new("like", Object::reference("note", "https://h/api/note/x"));
/// let form = like.to_as2(&Local::new("https://h"));
/// assert_eq!(form.type_name, "Like");
/// ```
pub trait ToAs2 {
    /// That form; it borrows what it can.
    type As2<'a>: Serialize
    where
        Self: 'a;

    /// Gives that form, as the server `local` shows it.
    fn to_as2<'a>(&'a self, local: &Local<'a>) -> Self::As2<'a>;
}

/// The server whose documents they are: its people are known by the addresses of their pages.
///
/// ```
/// use pumphouse_activity::Object;
/// use pumphouse_activity::as2::{Local, ToAs2 as _};
///
/// let evan = Object::reference("person", "acct:evan@h");
/// let id = |base| evan.to_as2(&Local::new(base)).id.map(String::from);
/// assert_eq!(id("https://h").as_deref(), Some("https://h/evan"));
/// assert_eq!(id("https://elsewhere").as_deref(), Some("acct:evan@h"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Local<'a> {
    base: &'a str,
    host: &'a str,
}

impl<'a> Local<'a> {
    /// The server at a public address, `https://host` or `http://host:port`, without a slash at the end.
    pub fn new(base: &'a str) -> Self {
        let authority = base.rsplit('/').next().unwrap_or_default();
        let host = match authority.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
            _ => authority,
        };
        Self { base, host }
    }

    /// The address of a person's page, if an id or the address of a profile is of one of its people.
    fn page(&self, id: &str) -> Option<String> {
        let nickname = match id.strip_prefix("acct:").and_then(|id| id.split_once('@')) {
            Some((nickname, host)) => (host == self.host).then_some(nickname),
            None => id
                .strip_prefix(self.base)
                .and_then(|path| path.strip_prefix("/api/user/"))
                .and_then(|path| path.strip_suffix("/profile")),
        }?;
        Some(format!("{}/{nickname}", self.base))
    }

    /// The address of everybody.
    fn public(&self) -> Cow<'a, str> {
        const PATH: &str =
            "/api/collection?id=http%3A%2F%2Factivityschema.org%2Fcollection%2Fpublic";
        Cow::Owned([self.base, PATH].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::Local;

    #[test]
    fn people_of_the_server_are_known_by_their_pages() {
        let local = Local::new("https://h");
        assert_eq!(local.page("acct:a@h").as_deref(), Some("https://h/a"));
        assert_eq!(
            local.page("https://h/api/user/a/profile").as_deref(),
            Some("https://h/a")
        );
        for other in [
            "acct:a@x",
            "https://x/api/user/a/profile",
            "https://h/a",
            "x",
        ] {
            assert_eq!(local.page(other), None, "{other}");
        }
        let ported = Local::new("http://h:8080");
        assert_eq!(ported.page("acct:a@h").as_deref(), Some("http://h:8080/a"));
    }
}
