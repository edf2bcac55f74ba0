//! HTML from people is reduced to what is harmless (pump.io protocol, section 7.7).

use std::sync::LazyLock;

use ammonia::Builder;
use pumphouse_activity::{Activity, Object};
use serde_json::Value;

use super::documents;

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

/// The harmless part of a piece of HTML.
pub(crate) fn html(text: &str) -> String {
    SCRUBBER.clean(text).to_string()
}

/// Scrubs an activity and everything in it.
pub(crate) fn activity(activity: &mut Activity) {
    if let Some(content) = &mut activity.content {
        *content = html(content);
    }
    for part in documents::parts(activity).into_iter().flatten() {
        object(part);
    }
}

/// Scrubs an object and everything in it. Addresses that are no addresses are dropped.
pub(crate) fn object(object: &mut Object) {
    for text in [&mut object.content, &mut object.summary]
        .into_iter()
        .flatten()
    {
        *text = html(text);
    }
    for media in [
        &mut object.image,
        &mut object.full_image,
        &mut object.stream,
    ] {
        if media
            .as_ref()
            .and_then(|media| media.url.as_deref())
            .is_some_and(is_script)
        {
            *media = None;
        }
    }
    if object.url.as_deref().is_some_and(is_script) {
        object.url = None;
    }
    if object
        .extra
        .get("fileUrl")
        .and_then(Value::as_str)
        .is_some_and(is_script)
    {
        object.extra.shift_remove("fileUrl");
    }
    for inner in [
        &mut object.author,
        &mut object.in_reply_to,
        &mut object.location,
    ]
    .into_iter()
    .flatten()
    {
        self::object(inner);
    }
    for list in [&mut object.attachments, &mut object.tags]
        .into_iter()
        .flatten()
    {
        list.iter_mut().for_each(self::object);
    }
}

/// Whether a browser that follows this address would run it, or show what stands in it.
fn is_script(address: &str) -> bool {
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

    #[test]
    fn quirk_49_addresses_that_run_scripts_are_dropped() {
        let mut note = Object::new("note");
        note.url = Some(" JavaScript:alert(1)".into());
        note.extra
            .insert("fileUrl".into(), "javascript:alert(1)".into());
        object(&mut note);
        assert_eq!(note.url, None);
        assert!(note.extra.is_empty());
    }
}
