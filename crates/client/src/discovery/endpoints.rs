//! The addresses of a server that a client needs.

use serde::{Deserialize, Serialize};
use url::Url;

use super::host_meta::HostMeta;
use crate::error::{Error, ErrorKind, Result};

const REGISTER: &str = "/api/client/register";
const REQUEST_TOKEN: &str = "/oauth/request_token";
const AUTHORIZE: &str = "/oauth/authorize";
const ACCESS_TOKEN: &str = "/oauth/access_token";
const WHOAMI: &str = "/api/whoami";

/// Where a server is to be asked for what (pump.io protocol, section 1.1).
///
/// Found by discovery, and kept with the credentials so that later starts need none.
///
/// ```
/// use pumphouse_client::Endpoints;
///
/// let base = "https://pump.example/".parse().expect("a URL");
/// let endpoints = Endpoints::well_known(&base);
/// assert_eq!(endpoints.whoami.as_str(), "https://pump.example/api/whoami");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Endpoints {
    /// What the paths of the API, `/api/…`, are appended to.
    pub base: Url,
    /// Dynamic client registration.
    pub registration: Url,
    /// Temporary credentials.
    pub request_token: Url,
    /// The page where a person agrees.
    pub authorize: Url,
    /// Token credentials.
    pub access_token: Url,
    /// Whose token a request is signed with.
    pub whoami: Url,
}

impl Endpoints {
    /// The endpoints at the paths that pump.io servers have used from the first, for programs that
    /// know where the server is and want no discovery.
    ///
    /// `base` is the address of the server; its path, if it has one, is kept in front.
    pub fn well_known(base: &Url) -> Self {
        Self {
            base: at(base, ""),
            registration: at(base, REGISTER),
            request_token: at(base, REQUEST_TOKEN),
            authorize: at(base, AUTHORIZE),
            access_token: at(base, ACCESS_TOKEN),
            whoami: at(base, WHOAMI),
        }
    }

    /// The endpoints that a host's metadata names, the missing ones at their well-known paths;
    /// `None` if it names none, so that the host is no pump.io server.
    ///
    /// # Errors
    ///
    /// If one of them would take an encrypted conversation to plain http.
    pub(super) fn from_host_meta(base: &Url, meta: &HostMeta) -> Result<Option<Self>> {
        if meta.registration.is_none() && meta.request_token.is_none() {
            return Ok(None);
        }
        // A whoami under a path of its own tells where the API begins.
        let api = meta
            .whoami
            .as_ref()
            .and_then(|whoami| Some((whoami, whoami.path().strip_suffix(WHOAMI)?)))
            .map(|(whoami, path)| at(&at_root(whoami), path));
        let default = Self::well_known(api.as_ref().unwrap_or(base));
        let found = Self {
            registration: meta.registration.clone().unwrap_or(default.registration),
            request_token: meta.request_token.clone().unwrap_or(default.request_token),
            authorize: meta.authorize.clone().unwrap_or(default.authorize),
            access_token: meta.access_token.clone().unwrap_or(default.access_token),
            whoami: meta.whoami.clone().unwrap_or(default.whoami),
            base: default.base,
        };
        if base.scheme() == "https"
            && let Some(plain) = found.all().into_iter().find(|url| url.scheme() != "https")
        {
            return Err(Error::new(
                ErrorKind::PlainHttp,
                format!("{base} is encrypted, but names the endpoint {plain}, which is not"),
            ));
        }
        Ok(Some(found))
    }

    fn all(&self) -> [&Url; 6] {
        [
            &self.base,
            &self.registration,
            &self.request_token,
            &self.authorize,
            &self.access_token,
            &self.whoami,
        ]
    }

    /// The address of a path of the API.
    pub(crate) fn api(&self, path: &str) -> Url {
        at(&self.base, path)
    }

    /// The address of something of a person on this server: `user("evan", "/inbox")`.
    pub(crate) fn user(&self, user: &str, rest: &str) -> Url {
        let mut url = self.api("/api/user");
        // Only addresses that cannot have a path refuse this, and http and https can.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments
                .push(user)
                .extend(rest.split('/').filter(|segment| !segment.is_empty()));
        }
        url
    }
}

/// The address of the server alone.
pub(super) fn at_root(url: &Url) -> Url {
    let mut root = url.clone();
    root.set_path("");
    root.set_query(None);
    root.set_fragment(None);
    root
}

/// `path` behind the path of `base`, without query.
pub(super) fn at(base: &Url, path: &str) -> Url {
    let mut url = at_root(base);
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn well_known_paths_keep_a_path_in_front() {
        let endpoints = Endpoints::well_known(&url("https://a.example/pump/?x=y"));
        assert_eq!(endpoints.base.as_str(), "https://a.example/pump");
        assert_eq!(
            endpoints.registration.as_str(),
            "https://a.example/pump/api/client/register"
        );
        assert_eq!(
            endpoints.api("/api/note/1").as_str(),
            "https://a.example/pump/api/note/1"
        );
    }

    #[test]
    fn names_of_people_cannot_leave_their_path() {
        let endpoints = Endpoints::well_known(&url("https://a.example/"));
        assert_eq!(
            endpoints.user("../x?y", "/inbox/major").as_str(),
            "https://a.example/api/user/..%2Fx%3Fy/inbox/major"
        );
    }

    #[test]
    fn what_the_metadata_leaves_out_is_at_its_usual_place() {
        let meta = HostMeta {
            registration: Some(url("https://pump.example/app/register")),
            whoami: Some(url("https://pump.example/app/api/whoami")),
            ..HostMeta::default()
        };
        let endpoints = Endpoints::from_host_meta(&url("https://a.example/"), &meta)
            .unwrap()
            .unwrap();
        assert_eq!(endpoints.base.as_str(), "https://pump.example/app");
        assert_eq!(
            endpoints.registration.as_str(),
            "https://pump.example/app/register"
        );
        assert_eq!(
            endpoints.access_token.as_str(),
            "https://pump.example/app/oauth/access_token"
        );
    }

    #[test]
    fn an_encrypted_host_may_not_lead_to_plain_http() {
        let meta = HostMeta {
            registration: Some(url("http://a.example/api/client/register")),
            ..HostMeta::default()
        };
        let error = Endpoints::from_host_meta(&url("https://a.example/"), &meta).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::PlainHttp);
    }
}
