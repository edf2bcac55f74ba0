//! HTML from people is reduced to what is harmless (pump.io protocol, section 7.7).

use std::sync::LazyLock;

use ammonia::Builder;

/// The allow-list of the sanitiser: the usual text elements, no scripts, styles, forms, SVG or
/// MathML; links that open nothing but http, https, mailto, tel, ftp, xmpp and relative addresses.
static SCRUBBER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .url_schemes(["http", "https", "mailto", "tel", "ftp", "xmpp", "sms"].into())
        .add_tags([
            "audio", "video", "source", "picture", "section", "font", "big", "u",
        ])
        .add_tag_attributes("audio", ["src", "controls"])
        .add_tag_attributes("video", ["src", "controls", "width", "height", "poster"])
        .add_tag_attributes("source", ["src", "type"])
        .link_rel(Some("noopener noreferrer"));
    builder
});

/// Elements that a parser opens again in every block until they are closed.
const REOPENED: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// More tags than people write.
const MOST_TAGS: usize = 5_000;
/// How many elements may come of elements that are opened again.
const MOST_REOPENED: usize = 100_000;

/// The harmless part of a piece of HTML. What would grow without measure when it is parsed is
/// shown as the text that it is.
pub(crate) fn html(text: &str) -> String {
    let tags: Vec<&str> = text.split('<').skip(1).map(tag_name).collect();
    let reopened = tags
        .iter()
        .filter(|tag| REOPENED.iter().any(|name| name.eq_ignore_ascii_case(tag)))
        .count();
    if tags.len() > MOST_TAGS || reopened * tags.len() > MOST_REOPENED {
        return ammonia::clean_text(text);
    }
    SCRUBBER.clean(text).to_string()
}

/// The letters with which a tag begins; none if it is an end tag.
fn tag_name(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_ascii_alphabetic());
    &tag[..end.unwrap_or(tag.len())]
}

/// Whether a browser that follows this address would run it, or show what stands in it.
pub(super) fn is_script(address: &str) -> bool {
    match url::Url::parse(address) {
        Ok(url) => matches!(
            url.scheme(),
            "javascript" | "data" | "vbscript" | "file" | "blob"
        ),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_go_and_text_stays() {
        assert_eq!(html("Hello <b>world</b>"), "Hello <b>world</b>");
        assert_eq!(html("a<script>alert(1)</script>b"), "ab");
        assert_eq!(html("<p onclick=x>a & b"), "<p>a &amp; b</p>");
        assert!(!html("<a href='javascript:alert(1)'>x</a>").contains("javascript"));
        assert!(!html("<form><input></form>").contains("input"));
    }
}
