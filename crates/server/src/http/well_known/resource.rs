//! What an address that is to be discovered names (pump.io protocol, section 1.2).

use crate::urls::{Urls, is_path_type};

/// What is looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource<'a> {
    /// A user, by nickname.
    User(&'a str),
    /// A user, if there is one; else nothing is known of the address.
    Page(&'a str),
    /// An activity, by the name in its address.
    Activity(&'a str),
    /// An object, by its id, and the type that its address names.
    Object { id: &'a str, type_name: &'a str },
}

/// Why nothing is looked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unknown {
    Host,
    Type,
}

impl<'a> Resource<'a> {
    /// Reads `acct:NICK@HOST`, `NICK@HOST` and addresses of people, objects and activities.
    pub(super) fn parse(resource: &'a str, urls: &Urls) -> Result<Self, Unknown> {
        let address = resource
            .strip_prefix("http://")
            .or_else(|| resource.strip_prefix("https://"));
        if let Some(address) = address {
            let (host, path) = address.split_once('/').ok_or(Unknown::Host)?;
            if !urls.is_host(host) {
                return Err(Unknown::Host);
            }
            return Self::at(path, resource);
        }
        let address = resource.strip_prefix("acct:").unwrap_or(resource);
        match address.split_once('@') {
            // What has a colon before the host is of a scheme that names nothing here.
            Some((nickname, host)) if urls.is_host(host) && !nickname.contains(':') => {
                Ok(Self::User(nickname))
            }
            _ => Err(Unknown::Host),
        }
    }

    fn at(path: &'a str, id: &'a str) -> Result<Self, Unknown> {
        let mut segments = path.split('/');
        let segments = [(); 5].map(|()| segments.next());
        match segments {
            [Some(nickname), None, ..] if !nickname.is_empty() => Ok(Self::Page(nickname)),
            [Some("api"), Some("user"), Some(nickname), None, _]
            | [
                Some("api"),
                Some("user"),
                Some(nickname),
                Some("profile"),
                None,
            ] => Ok(Self::User(nickname)),
            [Some("api"), Some("activity"), Some(uuid), None, _] => Ok(Self::Activity(uuid)),
            [Some("api"), Some(segment), ..] => {
                let segment = segment.split('?').next().unwrap_or_default();
                let type_name = if is_path_type(segment) {
                    segment
                } else {
                    "other"
                };
                Ok(Self::Object { id, type_name })
            }
            _ => Err(Unknown::Type),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_names_what_it_should() {
        let urls = Urls::new("h", 443);
        let object = |id, type_name| Ok(Resource::Object { id, type_name });
        for (resource, meant) in [
            ("acct:a@h", Ok(Resource::User("a"))),
            ("a@h:8080", Ok(Resource::User("a"))),
            ("https://h/a", Ok(Resource::Page("a"))),
            ("https://h/api/user/a", Ok(Resource::User("a"))),
            ("https://h/api/user/a/profile", Ok(Resource::User("a"))),
            ("https://h/api/activity/u", Ok(Resource::Activity("u"))),
            (
                "https://h/api/note/u",
                object("https://h/api/note/u", "note"),
            ),
            (
                "https://h/api/note?id=x:y",
                object("https://h/api/note?id=x:y", "note"),
            ),
            ("https://h/api/x/u", object("https://h/api/x/u", "other")),
            ("https://h/a/note/u", Err(Unknown::Type)),
            ("https://h/", Err(Unknown::Type)),
            ("https://h", Err(Unknown::Host)),
            ("https://x/a", Err(Unknown::Host)),
            ("a@x", Err(Unknown::Host)),
            ("mailto:a@h", Err(Unknown::Host)),
            ("ftp://h/x", Err(Unknown::Host)),
        ] {
            assert_eq!(Resource::parse(resource, &urls), meant, "{resource}");
        }
    }
}
