//! Host metadata, RFC 6415, in both of its forms: JSON and XRD.

use serde::Deserialize;
use url::Url;

use crate::transport::Answer;

const REGISTRATION: &str = "registration_endpoint";
const REQUEST_TOKEN: &str = "http://apinamespace.org/oauth/request_token";
const AUTHORIZE: &str = "http://apinamespace.org/oauth/authorize";
const ACCESS_TOKEN: &str = "http://apinamespace.org/oauth/access_token";
const WHOAMI: &str = "http://apinamespace.org/activitypub/whoami";
const XRD: &str = "http://docs.oasis-open.org/ns/xri/xrd-1.0";

/// What a client wants to know of a host. Links that are no http or https URLs are left out.
#[derive(Debug, Default, PartialEq)]
pub(super) struct HostMeta {
    pub(super) registration: Option<Url>,
    pub(super) request_token: Option<Url>,
    pub(super) authorize: Option<Url>,
    pub(super) access_token: Option<Url>,
    pub(super) whoami: Option<Url>,
}

impl HostMeta {
    /// Reads either form; `None` if the answer is neither.
    pub(super) fn parse(answer: &Answer) -> Option<Self> {
        Self::from_json(answer.body()).or_else(|| Self::from_xrd(answer.text().ok()?))
    }

    fn from_json(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Document {
            links: Vec<Link>,
        }
        #[derive(Deserialize)]
        struct Link {
            rel: Option<String>,
            href: Option<String>,
        }
        let document: Document = serde_json::from_slice(body).ok()?;
        let mut meta = Self::default();
        for link in &document.links {
            if let (Some(rel), Some(href)) = (&link.rel, &link.href) {
                meta.add(rel, href);
            }
        }
        Some(meta)
    }

    /// Document type declarations are refused by the parser, and with them entities that grow.
    fn from_xrd(text: &str) -> Option<Self> {
        let document = roxmltree::Document::parse(text).ok()?;
        let root = document.root_element();
        if !root.has_tag_name((XRD, "XRD")) {
            return None;
        }
        let mut meta = Self::default();
        for link in root
            .children()
            .filter(|node| node.has_tag_name((XRD, "Link")))
        {
            if let (Some(rel), Some(href)) = (link.attribute("rel"), link.attribute("href")) {
                meta.add(rel, href);
            }
        }
        Some(meta)
    }

    fn add(&mut self, rel: &str, href: &str) {
        let place = match rel {
            REGISTRATION => &mut self.registration,
            REQUEST_TOKEN => &mut self.request_token,
            AUTHORIZE => &mut self.authorize,
            ACCESS_TOKEN => &mut self.access_token,
            WHOAMI => &mut self.whoami,
            _ => return,
        };
        let usable =
            |url: &Url| matches!(url.scheme(), "https" | "http") && url.username().is_empty();
        if place.is_none() {
            *place = Url::parse(href).ok().filter(usable);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> HostMeta {
        let url = |path: &str| Some(format!("http://localhost:31337{path}").parse().unwrap());
        HostMeta {
            registration: url("/api/client/register?a=1&b=2"),
            request_token: url("/oauth/request_token"),
            authorize: url("/oauth/authorize"),
            access_token: url("/oauth/access_token"),
            whoami: url("/api/whoami"),
        }
    }

    #[test]
    fn json_and_xrd_say_the_same() {
        let json = r#"{"links": [
            {"rel": "lrdd", "type": "application/json", "template": "http://localhost:31337/w?resource={uri}"},
            {"rel": "registration_endpoint", "href": "http://localhost:31337/api/client/register?a=1&b=2"},
            {"rel": "registration_endpoint", "href": "http://localhost:31337/second"},
            {"rel": "http://apinamespace.org/oauth/request_token", "href": "http://localhost:31337/oauth/request_token"},
            {"rel": "http://apinamespace.org/oauth/authorize", "href": "http://localhost:31337/oauth/authorize"},
            {"rel": "http://apinamespace.org/oauth/access_token", "href": "http://localhost:31337/oauth/access_token"},
            {"rel": "http://apinamespace.org/activitypub/whoami", "href": "http://localhost:31337/api/whoami"}]}"#;
        assert_eq!(HostMeta::from_json(json.as_bytes()), Some(expected()));

        let xrd = r#"<?xml version='1.0' encoding='UTF-8'?>
            <XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>
            <Link rel="lrdd" type="application/json" template="http://localhost:31337/w?resource={uri}" />
            <Link rel="registration_endpoint" href="http://localhost:31337/api/client/register?a=1&amp;b=2" />
            <Link rel="http://apinamespace.org/oauth/request_token" href="http://localhost:31337/oauth/request_token" />
            <Link rel="http://apinamespace.org/oauth/authorize" href="http://localhost:31337/oauth/authorize" />
            <Link rel="http://apinamespace.org/oauth/access_token" href="http://localhost:31337/oauth/access_token" />
            <Link rel="http://apinamespace.org/activitypub/whoami" href="http://localhost:31337/api/whoami" />
            </XRD>"#;
        assert_eq!(HostMeta::from_xrd(xrd), Some(expected()));
    }

    #[test]
    fn growing_entities_and_other_documents_are_refused() {
        let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><XRD
            xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>&b;</XRD>"#;
        assert_eq!(HostMeta::from_xrd(bomb), None);
        assert_eq!(HostMeta::from_xrd("<html><body>no</body></html>"), None);
        assert_eq!(HostMeta::from_json(b"[]"), None);
    }

    #[test]
    fn unusable_links_count_as_missing() {
        let json =
            r#"{"links": [{"rel": "registration_endpoint", "href": "javascript:alert(1)"}]}"#;
        assert_eq!(
            HostMeta::from_json(json.as_bytes()),
            Some(HostMeta::default())
        );
    }
}
