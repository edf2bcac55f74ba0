//! HTML from people is reduced to what is harmless (pump.io protocol, section 7.7).

mod growth;

use std::sync::LazyLock;

use ammonia::Builder;

use self::growth::{Allowance, Bounded};

/// The allow-list of the sanitiser: the usual elements of texts and media, no scripts, styles, forms,
/// SVG or MathML; links that open nothing but these schemes and relative addresses. Links need no
/// `rel` against the pages that they open: `target` goes, so those are not opened beside this one.
static SANITISER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::default();
    builder
        .url_schemes(SCHEMES.iter().copied().collect())
        .add_tags(MORE_TAGS)
        .add_clean_content_tags(NO_TEXT)
        .add_generic_attributes(["dir"])
        .add_generic_attribute_prefixes(["aria-"])
        .link_rel(None);
    for (tag, attributes) in MORE_ATTRIBUTES {
        builder.add_tag_attributes(*tag, *attributes);
    }
    builder
});

/// What addresses may begin with. None of them lets a browser run or show what stands in the address.
const SCHEMES: &[&str] = &[
    "http", "https", "mailto", "tel", "ftp", "cid", "xmpp", "sms", "callto",
];
/// Further elements.
const MORE_TAGS: &[&str] = &[
    "address", "audio", "big", "fieldset", "font", "legend", "main", "menu", "meter", "output",
    "picture", "progress", "section", "source", "tfoot", "track", "u", "video",
];
/// Further attributes.
const MORE_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["rel"]),
    ("audio", &["src", "controls"]),
    ("data", &["value"]),
    ("details", &["open"]),
    ("font", &["color", "face", "size"]),
    ("li", &["value"]),
    ("meter", &["value", "min", "max", "low", "high", "optimum"]),
    ("ol", &["type", "reversed"]),
    ("progress", &["value", "max"]),
    ("source", &["src", "type"]),
    ("time", &["datetime"]),
    ("track", &["src", "kind", "srclang", "label"]),
    ("video", &["src", "controls", "width", "height", "poster"]),
];
/// Elements whose text is not for people to read: what a browser shows elsewhere or not at all.
const NO_TEXT: &[&str] = &[
    "iframe", "noembed", "noframes", "noscript", "template", "title", "xmp",
];

/// No piece becomes longer than so many times what it was. What grows without being opened again stays
/// below: a character that is written as `&quot;` grows most.
const MOST_GROWTH: usize = 8;

/// Scrubs HTML. All pieces that one scrubber gets have their bounds together, so there is one for each request.
#[derive(Default)]
pub(crate) struct Scrubber(Allowance);

impl Scrubber {
    /// The harmless part of a piece of HTML. What would grow without measure is shown as the text that
    /// it is.
    pub(crate) fn html(&mut self, text: &str) -> String {
        let scrubbed = self.0.take(text).then(|| within_bounds(text)).flatten();
        scrubbed.unwrap_or_else(|| ammonia::clean_text(text))
    }
}

/// The harmless part of a single piece of HTML.
pub(crate) fn html(text: &str) -> String {
    Scrubber::default().html(text)
}

fn within_bounds(text: &str) -> Option<String> {
    let mut scrubbed = Bounded::new(MOST_GROWTH * text.len());
    let written = SANITISER.clean(text).write_to(&mut scrubbed);
    written.ok().and_then(|()| scrubbed.into_text())
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

    #[test]
    fn what_is_harmless_is_kept_as_it_was_given() {
        for kept in [
            r#"<a href="https://h.test/?a=1&amp;b=2">x</a>"#,
            r#"<a href="/page" rel="me nofollow">x</a>"#,
            r#"<a href="cid:part1">x</a><a href="callto:alice">y</a><a href="sms:+1">z</a>"#,
            r#"<p dir="rtl" lang="he" title="t" aria-label="l">x</p>"#,
            r#"<ol start="3" reversed=""><li value="7">x</li></ol>"#,
            r#"<table><tbody><tr><td colspan="2">x</td></tr></tbody><tfoot></tfoot></table>"#,
            r#"<address>x</address><font color="red">y</font><progress max="2" value="1"></progress>"#,
            r#"<video controls="" src="https://h.test/v"><track kind="captions" src="/c"></video>"#,
        ] {
            assert_eq!(html(kept), kept);
        }
    }

    #[test]
    fn what_is_no_text_goes_with_what_stands_in_it() {
        for name in NO_TEXT.iter().chain(&["script", "style"]) {
            assert_eq!(html(&format!("a<{name}>text</{name}>b")), "ab", "{name}");
        }
        // The addresses and attributes that could do harm go alone.
        for (given, left) in [
            (
                r#"<a href="https://h.test/" target="_blank">x</a>"#,
                r#"<a href="https://h.test/">x</a>"#,
            ),
            (r#"<a href="javascript:x">x</a>"#, "<a>x</a>"),
            (r#"<a href="data:text/html,x">x</a>"#, "<a>x</a>"),
            (
                r#"<video src="javascript:x"><track src="data:x"></video>"#,
                "<video><track></video>",
            ),
            (
                r#"<p onclick="x" aria-x="y">x</p>"#,
                r#"<p aria-x="y">x</p>"#,
            ),
        ] {
            assert_eq!(html(given), left);
        }
    }

    /// Formatting that is not closed is opened again in every block, with its attributes.
    #[test]
    fn nothing_grows_without_measure() {
        let long = "a".repeat(80_000);
        let blocks = "<p>x".repeat(4_500);
        for hostile in [
            format!("<p><b title=\"{long}\">x{blocks}"),
            format!("<p><a href=\"http://h.test/{long}\">x{blocks}"),
            format!("<p><b a\"=\"x>\" title=\"<{long}\">x{blocks}"),
            format!("<p><b {}>x{blocks}", "a=b ".repeat(10_000)),
            format!("<p><b title=\"{}\">x{}", &long[..2_000], &blocks[..500]),
            format!("<p>{}{}", "<b title=x>".repeat(300), &blocks[..1_200]),
            "<b><p>x".repeat(300),
            "<b title=x><p>x".repeat(20),
            "\0<".repeat(20_000),
        ] {
            let length = html(&hostile).len();
            assert!(
                length <= MOST_GROWTH * hostile.len(),
                "{length}: {}",
                &hostile[..50]
            );
        }
        // Nothing that is longer by its nature alone is taken for that.
        for long in [
            "&",
            "<table><td>x",
            "<p title='\"\"\"\"\"\"\"\"'>",
            "<td>",
            "<p>",
            "\0",
        ] {
            let many = format!("{}<i>x</i>", long.repeat(1_000));
            assert!(html(&many).contains("<i>x</i>"), "{long}");
        }
    }

    /// What people write in long texts is no reason to show them as code.
    #[test]
    fn long_texts_with_many_links_stay_as_they_are() {
        let link = format!(
            "<p><a href=\"https://h.test/{}\">this</a> and <b>that</b></p>",
            "path/".repeat(20)
        );
        let text = link.repeat(90);
        assert_eq!(html(&text), text);
    }
}
