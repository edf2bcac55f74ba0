//! What an object is, whose it is, and where it is to be had.

use crate::acct::Acct;
use crate::activity::Activity;
use crate::links::MediaLink;
use crate::object::{Collection, Object};

impl Object {
    /// Whether both are the same thing: by id, whatever else is known of them. What has no id is
    /// the same as nothing.
    ///
    /// ```
    /// use pumphouse_activity::Object;
    ///
    /// let bob = Object { display_name: Some("Bob".to_owned()), ..Object::reference("person", "acct:bob@a") };
    /// assert!(bob.is_same(&Object::reference("person", "acct:bob@a")));
    /// assert!(!Object::new("note").is_same(&Object::new("note")));
    /// ```
    pub fn is_same(&self, other: &Self) -> bool {
        self.id.is_some() && self.id == other.id
    }

    /// The address of a person: from an id like `acct:evan@e14n.com`, or from the name and the
    /// host of an id that is a URL.
    pub fn acct(&self) -> Option<Acct> {
        let id = self.id.as_deref()?;
        if let Some(address) = id.strip_prefix("acct:") {
            return address.parse().ok();
        }
        if !self.is_a("person") {
            return None;
        }
        let name = self.preferred_username.as_deref()?;
        let host = id.split_once("://")?.1.split('/').next()?;
        format!("{name}@{host}").parse().ok()
    }

    /// Where the reader's own server hands out the object, if it is on another one.
    pub fn proxy_url(&self) -> Option<&str> {
        self.pump_io.as_ref()?.proxy_url.as_deref()
    }

    /// Where the object is to be had by programs: through the reader's own server if it is on
    /// another one and the reader's server helps, else from its own.
    pub fn api_url(&self) -> Option<&str> {
        self.proxy_url().or_else(|| self.self_url())
    }

    /// Where the object is to be had by programs on its own server.
    pub fn self_url(&self) -> Option<&str> {
        let is_url = |id: &&str| id.starts_with("https://") || id.starts_with("http://");
        let id = self.id.as_deref().filter(is_url);
        self.links.href("self").or(id)
    }

    /// Whether the reader shared it; `None` if the server does not say.
    pub fn is_shared(&self) -> Option<bool> {
        self.pump_io.as_ref()?.shared
    }

    /// Whether the reader follows it; `None` if the server does not say.
    pub fn is_followed(&self) -> Option<bool> {
        self.pump_io.as_ref()?.followed
    }

    /// How many people like it, as far as the server says.
    pub fn like_count(&self) -> Option<u64> {
        self.likes.as_ref()?.total_items
    }

    /// How many answers it has, as far as the server says.
    pub fn reply_count(&self) -> Option<u64> {
        self.replies.as_ref()?.total_items
    }

    /// How many people shared it, as far as the server says.
    pub fn share_count(&self) -> Option<u64> {
        self.shares.as_ref()?.total_items
    }

    /// The largest picture that there is of it: the whole one, or else the small one.
    pub fn original_image(&self) -> Option<&MediaLink> {
        self.full_image.as_ref().or(self.image.as_ref())
    }

    /// The file that it was posted with: the sound or film, the whole picture, or any other file
    /// (pump.io protocol, section 7.6).
    pub fn file(&self) -> Option<MediaLink> {
        let other = || {
            Some(MediaLink {
                url: Some(self.extra.get("fileUrl")?.as_str()?.to_owned()),
                ..MediaLink::default()
            })
        };
        let media = self.stream.as_ref().or_else(|| self.original_image());
        media.cloned().or_else(other)
    }
}

impl Activity {
    /// Whether both are the same activity, by id.
    pub fn is_same(&self, other: &Self) -> bool {
        self.id.is_some() && self.id == other.id
    }

    /// Who made the object: its author, or, in what was posted, the actor.
    pub fn object_author(&self) -> Option<&Object> {
        let author = self.object.as_deref().and_then(|it| it.author.as_deref());
        let posts = matches!(self.verb.as_deref(), None | Some("post" | "create"));
        author.or_else(|| self.actor.as_deref().filter(|_| posts))
    }
}

impl<T> Collection<T> {
    /// Where the reader's own server hands out the collection, if it is on another one.
    pub fn proxy_url(&self) -> Option<&str> {
        self.pump_io.as_ref()?.proxy_url.as_deref()
    }
}

impl MediaLink {
    /// Where the file is to be had: through the reader's own server if it is on another one and
    /// the reader's server helps, else where it is.
    pub fn address(&self) -> Option<&str> {
        let proxy = self.pump_io.as_ref().and_then(|it| it.proxy_url.as_deref());
        proxy.or(self.url.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_have_addresses() {
        let acct = |json: &str| {
            let object: Object = serde_json::from_str(json).unwrap();
            object.acct().map(|acct| acct.to_string())
        };
        assert_eq!(acct(r#"{"id":"acct:a@b.c"}"#).as_deref(), Some("a@b.c"));
        assert_eq!(
            acct(
                r#"{"objectType":"person","preferredUsername":"a",
                    "id":"http://localhost:31337/api/user/a/profile"}"#
            )
            .as_deref(),
            Some("a@localhost:31337")
        );
        assert_eq!(acct(r#"{"objectType":"note","id":"http://x/1"}"#), None);
    }

    #[test]
    fn models_are_compared_whole_or_by_id_and_can_be_hashed() {
        let read = |json: &str| serde_json::from_str::<Object>(json).unwrap();
        let bob = read(r#"{"objectType":"person","id":"acct:bob@a","mood":{"now":[1.5]}}"#);
        let again = read(r#"{"mood":{"now":[1.5]},"id":"acct:bob@a","objectType":"person"}"#);
        let older = read(r#"{"objectType":"person","id":"acct:bob@a"}"#);
        assert_eq!(bob, again);
        assert_ne!(bob, older);
        assert!(bob.is_same(&older) && !bob.is_same(&read(r#"{"id":"acct:carol@a"}"#)));
        let people = std::collections::HashSet::from([bob, again, older]);
        assert_eq!(people.len(), 2);
        let like = |by: &Object| Activity {
            actor: Some(Box::new(by.clone())),
            ..Activity::new("like", Object::default())
        };
        let likes: std::collections::HashSet<_> = people.iter().map(like).collect();
        assert_eq!(likes.len(), 2);
    }

    #[test]
    fn the_own_servers_proxy_comes_first() {
        let object: Object = serde_json::from_str(
            r#"{"id":"http://far/1","links":{"self":{"href":"http://far/api/1"}},
                "pump_io":{"proxyURL":"http://near/api/proxy/x"},
                "image":{"url":"http://far/i.png","pump_io":{"proxyURL":"http://near/api/proxy/y"}}}"#,
        )
        .unwrap();
        assert_eq!(object.api_url(), Some("http://near/api/proxy/x"));
        assert_eq!(object.self_url(), Some("http://far/api/1"));
        let image = object.original_image().unwrap();
        assert_eq!(image.address(), Some("http://near/api/proxy/y"));
    }

    #[test]
    fn files_are_found_wherever_they_stand() {
        let file = |json: &str| {
            let object: Object = serde_json::from_str(json).unwrap();
            object.file().and_then(|file| file.url)
        };
        for (json, url) in [
            (r#"{"stream":{"url":"s"},"image":{"url":"i"}}"#, Some("s")),
            (
                r#"{"fullImage":{"url":"f"},"image":{"url":"i"}}"#,
                Some("f"),
            ),
            (r#"{"image":{"url":"i"}}"#, Some("i")),
            (r#"{"fileUrl":"x"}"#, Some("x")),
            (r#"{"fileUrl":5}"#, None),
        ] {
            assert_eq!(file(json).as_deref(), url, "{json}");
        }
    }

    #[test]
    fn what_is_posted_is_its_actors() {
        let author = |json: &str| {
            let activity: Activity = serde_json::from_str(json).unwrap();
            activity.object_author().and_then(|it| it.id.clone())
        };
        let posted = r#"{"verb":"post","actor":{"id":"a"},"object":{}}"#;
        assert_eq!(author(posted).as_deref(), Some("a"));
        let liked = r#"{"verb":"like","actor":{"id":"a"},"object":{"author":{"id":"b"}}}"#;
        assert_eq!(author(liked).as_deref(), Some("b"));
        assert_eq!(
            author(r#"{"verb":"like","actor":{"id":"a"},"object":{}}"#),
            None
        );
    }
}
