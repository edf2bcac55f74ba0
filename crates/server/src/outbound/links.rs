//! The links of host metadata and of webfinger, in JSON and in XRD.

use serde::Deserialize;

const XRD: &str = "http://docs.oasis-open.org/ns/xri/xrd-1.0";

/// A link of a document.
#[derive(Debug, Default, PartialEq, Deserialize)]
pub(super) struct Link {
    pub(super) rel: Option<String>,
    #[serde(rename = "type")]
    pub(super) media_type: Option<String>,
    pub(super) href: Option<String>,
    pub(super) template: Option<String>,
}

/// The links of a document; `None` if it is neither JSON nor XRD.
pub(super) fn parse(body: &[u8]) -> Option<Vec<Link>> {
    #[derive(Deserialize)]
    struct Document {
        links: Vec<Link>,
    }
    match serde_json::from_slice::<Document>(body) {
        Ok(document) => Some(document.links),
        Err(_) => from_xrd(std::str::from_utf8(body).ok()?),
    }
}

/// Document type declarations are refused by the parser, and with them entities that grow.
fn from_xrd(text: &str) -> Option<Vec<Link>> {
    let document = roxmltree::Document::parse(text).ok()?;
    let root = document.root_element();
    if !root.has_tag_name((XRD, "XRD")) {
        return None;
    }
    let links = root
        .children()
        .filter(|node| node.has_tag_name((XRD, "Link")));
    let link = |node: roxmltree::Node<'_, '_>| {
        let text = |name| node.attribute(name).map(str::to_owned);
        Link {
            rel: text("rel"),
            media_type: text("type"),
            href: text("href"),
            template: text("template"),
        }
    };
    Some(links.map(link).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_xrd_say_the_same() {
        let json = br#"{"links":[{"rel":"dialback","href":"http://b.test/api/dialback"},
            {"rel":"lrdd","type":"application/json","template":"http://b.test/?r={uri}"}]}"#;
        let xrd = br"<?xml version='1.0'?><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'>
            <Link rel='dialback' href='http://b.test/api/dialback'/>
            <Link rel='lrdd' type='application/json' template='http://b.test/?r={uri}'/></XRD>";
        let links = parse(json).unwrap();
        assert_eq!(links.len(), 2);
        assert_eq!(links[0].href.as_deref(), Some("http://b.test/api/dialback"));
        assert_eq!(parse(xrd), Some(links));
    }

    #[test]
    fn other_documents_have_no_links() {
        for other in [
            &b"<html></html>"[..],
            b"{}",
            b"[]",
            b"\xff",
            b"<!DOCTYPE x [<!ENTITY a 'b'>]><XRD xmlns='http://docs.oasis-open.org/ns/xri/xrd-1.0'/>",
        ] {
            assert_eq!(parse(other), None);
        }
    }
}
