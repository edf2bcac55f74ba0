//! Every address and id that the server gives out, built in one place.
//!
//! In pump.io ids are addresses, so these are the protocol (sections 4.2, 7.2 and 13.5).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters, as in `encodeURIComponent`'s strict form.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The types that have a path of their own; all others live under `other`.
const TYPES: &[&str] = &[
    "alert",
    "application",
    "article",
    "audio",
    "badge",
    "binary",
    "bookmark",
    "collection",
    "comment",
    "device",
    "event",
    "file",
    "game",
    "group",
    "image",
    "issue",
    "job",
    "note",
    "offer",
    "organization",
    "page",
    "person",
    "place",
    "process",
    "product",
    "question",
    "review",
    "service",
    "task",
    "video",
];

/// The public origin of the server, and all addresses under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Urls {
    https: bool,
    host: String,
    port: u16,
    /// The part of `base` after the host: empty, or `/path`.
    path: String,
    base: String,
}

impl Urls {
    /// The addresses of a server whose public name is `host` and whose public port is `port`.
    /// Port 443 means `https`; 80 and 443 do not appear in addresses.
    pub(crate) fn new(host: &str, port: u16) -> Self {
        Self::at(host, port, port == 443)
    }

    /// The addresses of a server that speaks TLS itself: `https` on any port.
    pub(crate) fn over_tls(host: &str, port: u16) -> Self {
        Self::at(host, port, true)
    }

    /// The addresses under one that they were made under before.
    pub(crate) fn parse(base: &str) -> Option<Self> {
        let parsed = url::Url::parse(base).ok()?;
        let port = parsed.port_or_known_default()?;
        let urls = Self::at(parsed.host_str()?, port, parsed.scheme() == "https");
        let urls = urls.under(parsed.path().trim_end_matches('/'));
        (urls.base() == base).then_some(urls)
    }

    fn at(host: &str, port: u16, https: bool) -> Self {
        let host = host.to_lowercase();
        let base = match (https, port) {
            (true, 443) => format!("https://{host}"),
            (true, _) => format!("https://{host}:{port}"),
            (false, 80) => format!("http://{host}"),
            (false, _) => format!("http://{host}:{port}"),
        };
        Self {
            https,
            host,
            port,
            path: String::new(),
            base,
        }
    }

    /// The same addresses below a path of the host: `/pump`, without a slash at the end. Host
    /// metadata stays at the root, where other servers look for it.
    pub(crate) fn under(mut self, path: &str) -> Self {
        self.base = format!("{}{path}", self.origin());
        path.clone_into(&mut self.path);
        self
    }

    /// Scheme, host and port: what browsers and signatures call the origin.
    pub(crate) fn origin(&self) -> &str {
        self.base
            .strip_suffix(self.path.as_str())
            .unwrap_or(&self.base)
    }

    /// What stands in front of every path: empty, or `/path`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The value of `Host` in requests for this server.
    pub(crate) fn authority(&self) -> &str {
        self.origin()
            .split_once("://")
            .map_or("", |(_, authority)| authority)
    }

    /// `http://host[:port]` or `https://host` and the path, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// The public host name.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether people reach the server by `https`.
    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    /// Whether a host in an address is this server; a port after it does not count.
    pub(crate) fn is_host(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => name,
            _ => host,
        };
        name.eq_ignore_ascii_case(&self.host)
    }

    /// Whether an id is one that only this server gives: an address on its host, however it is
    /// written, or that of one of its people.
    pub(crate) fn is_own_id(&self, id: &str) -> bool {
        let person = id.strip_prefix("acct:").and_then(|id| id.split_once('@'));
        let address = ["http://", "https://"].iter().find_map(|scheme| {
            let beginning = id.get(..scheme.len())?;
            let is_address = beginning.eq_ignore_ascii_case(scheme);
            is_address.then(|| &id[scheme.len()..])
        });
        let is_here = address.is_some_and(|address| {
            let (authority, path) = match address.find(['/', '?', '#']) {
                Some(end) => address.split_at(end),
                None => (address, ""),
            };
            authority.eq_ignore_ascii_case(self.authority()) && path.starts_with(self.path())
        });
        is_here || person.is_some_and(|(_, host)| self.is_host(host))
    }

    /// The nickname in any of the ids and addresses by which people name a user of this server:
    /// `acct:NICK@HOST`, `NICK@HOST`, the page, the account and the profile (section 14, row 87).
    pub(crate) fn nickname_of<'a>(&self, id: &'a str) -> Option<&'a str> {
        let nickname = match id.strip_prefix(self.base()) {
            Some(path) => {
                let path = path.strip_prefix('/')?;
                let path = path.strip_prefix("api/user/").unwrap_or(path);
                path.strip_suffix("/profile").unwrap_or(path)
            }
            None => {
                let address = id.strip_prefix("acct:").unwrap_or(id);
                let (nickname, host) = address.split_once('@')?;
                let is_here = [self.authority(), self.host()]
                    .iter()
                    .any(|own| own.eq_ignore_ascii_case(host));
                is_here.then_some(nickname)?
            }
        };
        let is_one = !nickname.is_empty() && !nickname.contains(['/', ':', '?', '#']);
        is_one.then_some(nickname)
    }

    /// The id of a user's profile: an `acct:` address on default ports, else its address.
    pub(crate) fn person_id(&self, nickname: &str) -> String {
        match self.port {
            80 | 443 => format!("acct:{nickname}@{}", self.host),
            _ => self.profile(nickname),
        }
    }

    /// A user's profile.
    pub(crate) fn profile(&self, nickname: &str) -> String {
        format!("{}/api/user/{nickname}/profile", self.base)
    }

    /// Where applications register.
    pub(crate) fn registration(&self) -> String {
        format!("{}/api/client/register", self.base)
    }

    /// Where other servers ask whether a request is ours.
    pub(crate) fn dialback(&self) -> String {
        format!("{}/api/dialback", self.base)
    }

    /// The page on which an invitation is used.
    pub(crate) fn invitation(&self, code: &str) -> String {
        format!("{}/main/register?invitation={code}", self.base)
    }

    /// The collection of all users.
    pub(crate) fn users(&self) -> String {
        format!("{}/api/users", self.base)
    }

    /// One of a user's feeds: `feed`, `inbox/major`, `followers`, `lists/person`, ….
    pub(crate) fn feed(&self, nickname: &str, feed: &str) -> String {
        format!("{}/api/user/{nickname}/{feed}", self.base)
    }

    /// A file that was uploaded.
    pub(crate) fn upload(&self, path: &str) -> String {
        format!("{}/uploads/{path}", self.base)
    }

    /// A user's page.
    pub(crate) fn page(&self, nickname: &str) -> String {
        format!("{}/{nickname}", self.base)
    }

    /// The address, and for local objects the id, of an object.
    pub(crate) fn object(&self, object_type: &str, uuid: &str) -> String {
        format!("{}/api/{}/{uuid}", self.base, path_type(object_type))
    }

    /// The address of an object whose id was chosen elsewhere.
    pub(crate) fn foreign_object(&self, object_type: &str, id: &str) -> String {
        format!(
            "{}/api/{}?id={}",
            self.base,
            path_type(object_type),
            component(id)
        )
    }

    /// `likes`, `replies` or `shares` of an object whose id was chosen elsewhere.
    pub(crate) fn foreign_object_feed(&self, object_type: &str, feed: &str, id: &str) -> String {
        format!(
            "{}/api/{}/{feed}?id={}",
            self.base,
            path_type(object_type),
            component(id)
        )
    }

    /// The address of a feed of an object, by its UUID unless its id was chosen elsewhere.
    pub(crate) fn object_feed(
        &self,
        object_type: &str,
        id: &str,
        uuid: &str,
        feed: &str,
    ) -> String {
        let own = self.object(object_type, uuid);
        if id == own {
            format!("{own}/{feed}")
        } else {
            self.foreign_object_feed(object_type, feed, id)
        }
    }

    /// The page of an object that a user made.
    pub(crate) fn object_page(&self, nickname: &str, object_type: &str, uuid: &str) -> String {
        let segment = match object_type {
            "collection" => "list",
            other => path_type(other),
        };
        format!("{}/{nickname}/{segment}/{uuid}", self.base)
    }

    /// The address and id of an activity.
    pub(crate) fn activity(&self, uuid: &str) -> String {
        format!("{}/api/activity/{uuid}", self.base)
    }

    /// The page of an activity.
    pub(crate) fn activity_page(&self, nickname: &str, uuid: &str) -> String {
        format!("{}/{nickname}/activity/{uuid}", self.base)
    }

    /// The id of the server itself, as an actor.
    pub(crate) fn service(&self) -> String {
        format!("{}/", self.base)
    }

    /// The nickname in the address of a local user's followers.
    pub(crate) fn followers_owner<'a>(&self, id: &'a str) -> Option<&'a str> {
        let path = id
            .strip_prefix(self.base.as_str())?
            .strip_prefix("/api/user/")?;
        path.strip_suffix("/followers")
            .filter(|nickname| !nickname.contains('/'))
    }
}

/// The path segment of a type.
pub(crate) fn path_type(object_type: &str) -> &str {
    if TYPES.contains(&object_type) {
        object_type
    } else {
        "other"
    }
}

/// Whether a path segment names a type.
pub(crate) fn is_path_type(segment: &str) -> bool {
    segment == "other" || TYPES.contains(&segment)
}

/// Percent-encodes a value for a query.
pub(crate) fn component(value: &str) -> String {
    utf8_percent_encode(value, COMPONENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_can_be_made_again_from_their_base() {
        for urls in [
            Urls::new("pump.test", 443),
            Urls::new("pump.test", 80),
            Urls::new("localhost", 31337).under("/social/pump"),
            Urls::over_tls("[::1]", 8443),
        ] {
            assert_eq!(Urls::parse(urls.base()), Some(urls));
        }
        assert_eq!(Urls::parse("pump.test"), None);
    }

    #[test]
    fn default_ports_make_acct_ids_and_bare_addresses() {
        let public = Urls::new("Pump.Test", 443);
        assert_eq!(public.base(), "https://pump.test");
        assert_eq!(public.person_id("alice"), "acct:alice@pump.test");
        let direct = Urls::over_tls("pump.test", 8443);
        assert_eq!(direct.base(), "https://pump.test:8443");
        assert!(direct.is_https());
        let local = Urls::new("localhost", 31337);
        assert_eq!(
            local.person_id("alice"),
            "http://localhost:31337/api/user/alice/profile"
        );
    }

    #[test]
    fn a_path_stands_in_all_addresses_but_not_in_the_origin() {
        let urls = Urls::new("pump.test", 8080).under("/social");
        assert_eq!(urls.base(), "http://pump.test:8080/social");
        assert_eq!(urls.origin(), "http://pump.test:8080");
        assert_eq!(urls.authority(), "pump.test:8080");
        assert_eq!(
            urls.profile("alice"),
            "http://pump.test:8080/social/api/user/alice/profile"
        );
        assert!(!urls.is_own_id("http://pump.test:8080/elsewhere"));
    }

    #[test]
    fn unknown_types_live_under_other() {
        let urls = Urls::new("h", 80);
        assert_eq!(urls.object("hashtag", "u"), "http://h/api/other/u");
        assert_eq!(
            urls.object_page("a", "collection", "u"),
            "http://h/a/list/u"
        );
    }

    /// Quirk 87: a person with and without `acct:` was two persons.
    #[test]
    fn quirk_87_people_are_known_by_all_their_names() {
        let urls = Urls::new("h", 8_080);
        for name in [
            "acct:a@h:8080",
            "acct:a@h",
            "a@H",
            "http://h:8080/a",
            "http://h:8080/api/user/a",
            "http://h:8080/api/user/a/profile",
        ] {
            assert_eq!(urls.nickname_of(name), Some("a"), "{name}");
        }
        for other in [
            "acct:a@h:81",
            "a@x",
            "a",
            "http://h:8080/",
            "http://h:8080/a/note/x",
            "http://h:8080/api/user/a/feed",
            "http://h:80800/a",
            "http://x/a",
        ] {
            assert_eq!(urls.nickname_of(other), None, "{other}");
        }
    }

    #[test]
    fn only_own_followers_are_recognised() {
        let urls = Urls::new("h", 80);
        assert_eq!(
            urls.followers_owner("http://h/api/user/a/followers"),
            Some("a")
        );
        assert_eq!(urls.followers_owner("http://x/api/user/a/followers"), None);
        assert_eq!(
            urls.followers_owner("http://h/api/user/a/b/followers"),
            None
        );
    }
}
