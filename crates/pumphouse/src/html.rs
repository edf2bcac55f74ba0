//! HTML that others wrote, as plain text for a terminal.

mod pictures;
mod urls;

use std::borrow::Cow;

use html2text::config::{Config, ImageRenderMode};
use html2text::render::{TextDecorator, TrivialDecorator};

use self::pictures::WithPictures;
use crate::controls::without_controls;
use crate::text;

/// Longer lines are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 76;
/// So are shorter ones: a terminal that is narrower breaks them itself.
const MIN_WIDTH: usize = 16;
/// So many columns may go to what stands before a line, as in quotations and lists, and an address
/// still fits. It is not much of one that is longer than the line, and stands out at the right.
const BEFORE_URLS: usize = 24;

/// More tags than people write.
const MOST_TAGS: usize = 5_000;
/// Elements that a parser opens again in every block until they are closed.
const REOPENED: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
/// How many elements may come of those.
const MOST_REOPENED: usize = 300_000;
/// Elements of which every line begins with something.
const INDENTED: &[&str] = &["blockquote", "dd", "ol", "ul"];
/// How much may be written before lines, about.
const MOST_INDENTED: usize = 20_000_000;

/// HTML in lines of this many columns at most, with the addresses of links below it, and those of
/// pictures in it. Addresses are in one line, however long they are.
pub(crate) fn in_lines(html: &str, width: usize) -> String {
    let width = width.clamp(MIN_WIDTH, MAX_WIDTH);
    let config = html2text::config::with_decorator(WithPictures::new())
        .do_decorate()
        .link_footnotes(true)
        .empty_img_mode(ImageRenderMode::ShowAlways)
        .max_wrap_width(width)
        .allow_width_overflow()
        .no_link_wrapping();
    render(html, config, width)
}

/// HTML as one line, without the addresses of links.
pub(crate) fn in_one_line(html: &str) -> String {
    let config = html2text::config::with_decorator(TrivialDecorator::new())
        .empty_img_mode(ImageRenderMode::Replace("[image]"))
        .allow_width_overflow();
    text::one_line(&render(html, config, MAX_WIDTH))
}

fn render<D: TextDecorator>(html: &str, config: Config<D>, width: usize) -> String {
    let columns = width.saturating_sub(BEFORE_URLS).max(1);
    let html = urls::shorten(&harmless(html), columns);
    // Text that cannot be rendered is shown as it is rather than not at all.
    let text = config
        .string_from_read(html.as_bytes(), width)
        .unwrap_or(html);
    without_controls(urls::restore(&text).trim_end())
}

/// HTML that can be read in a short time. What would grow without measure when it is parsed is shown
/// as the text that it is.
fn harmless(html: &str) -> Cow<'_, str> {
    let tags: Vec<&str> = html.split('<').skip(1).map(tag_name).collect();
    let count = |names: &[&str]| {
        let is_one = |tag: &&&str| names.iter().any(|name| name.eq_ignore_ascii_case(tag));
        tags.iter().filter(is_one).count()
    };
    if tags.len() > MOST_TAGS
        || count(REOPENED) * tags.len() > MOST_REOPENED
        || count(INDENTED) * html.len() > MOST_INDENTED
    {
        return html.replace('&', "&amp;").replace('<', "&lt;").into();
    }
    html.into()
}

/// The letters with which a tag begins; none if it is an end tag.
fn tag_name(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_ascii_alphabetic());
    &tag[..end.unwrap_or(tag.len())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_readable() {
        assert_eq!(in_lines("Hello <b>world</b>", 80), "Hello **world**");
        let two = "<p>One</p><p>See <a href='https://a.example/'>this</a> &amp; that</p>";
        assert_eq!(
            in_lines(two, 80),
            "One\n\nSee [this][1] & that\n\n[1]: https://a.example/"
        );
        assert_eq!(
            in_one_line("<a href='http://a/'>alice</a> posted <a href='http://b/'>a note</a>"),
            "alice posted a note"
        );
        for (columns, width) in [(30, 30), (200, MAX_WIDTH), (0, MIN_WIDTH)] {
            let long = in_lines(&"word ".repeat(40), columns);
            let longest = long.lines().map(str::len).max();
            assert!(longest.is_some_and(|longest| longest <= width && longest > width - 5));
        }
    }

    #[test]
    fn addresses_are_not_broken() {
        let long = "a-long-name/".repeat(20);
        for url in [
            "https://a.example/".to_owned(),
            format!("https://a.example/{long}"),
            format!("http://localhost:8000/{long}?a=1#it's-'this'"),
            format!("https://a.example/ünïcödé/文字/{long}"),
            format!("acct://{}", "x".repeat(300)),
        ] {
            for html in [
                url.clone(),
                format!("one word and more (see {url}), and so on"),
                format!("<a href=\"{url}\">this</a>"),
                format!("<a href=\"{url}\">{url}</a>"),
                format!("<p>x</p><ul><li><a href={url}>this</a><li>that: {url} </ul>"),
                format!("<ol><li><blockquote><p>Look:</p><p>{url}</p></blockquote></ol>"),
                format!("<pre>{url}</pre>"),
                format!("<table><tr><td>a cell</td><td>{url}</td></tr></table>"),
            ] {
                for columns in [16, 40, 80, 200] {
                    let text = in_lines(&html, columns);
                    assert!(text.contains(&url), "{columns}: {text}");
                }
            }
            let line = in_one_line(&format!("<p>See <b>{url}</b></p><p>now</p>"));
            assert_eq!(line, format!("See {url} now"));
        }
        // The lines before and after are as long as ever.
        let words = "word ".repeat(40);
        let text = in_lines(&format!("{words} https://a.example/{long} {words}"), 40);
        let mut others = text.lines().filter(|line| !line.contains("://"));
        assert!(
            text.lines().count() > 10 && others.all(|line| line.len() <= 40),
            "{text}"
        );
    }

    #[test]
    fn addresses_mean_the_same_as_in_html() {
        let query = "key=value&amp;".repeat(20);
        let text = in_lines(
            &format!("<a href='http://a/?{query}'>x</a> http://a/?{query}"),
            80,
        );
        let url = format!("http://a/?{}", "key=value&".repeat(20));
        assert_eq!(text, format!("[x][1] {url}\n\n[1]: {url}"));
        let quoted = format!("&quot;http://a/{}&quot;&nbsp;x", "y".repeat(100));
        let text = in_lines(&quoted, 80);
        assert!(text.ends_with("y\"\u{a0}x"), "{text}");
        // A character that hides one may mean something else.
        let variant = "葛\u{e0100}飾";
        assert_eq!(in_lines(variant, 80), variant);
    }

    #[test]
    fn pictures_have_words_and_an_address() {
        let url = format!("https://a.example/{}cat.jpg", "pictures/".repeat(10));
        let text = in_lines(&format!("A <img alt='fat cat' src='{url}'> and"), 80);
        assert_eq!(
            text.split_whitespace().collect::<Vec<_>>(),
            ["A", "[image:", "fat", "cat]", &url, "and"]
        );
        assert_eq!(in_lines("<img src=/x.png>", 80), "[image] /x.png");
        let link = "<a href='http://a/'><img src='http://b/x.png' alt=x></a>";
        assert_eq!(
            in_lines(link, 80),
            "[[image: x] http://b/x.png][1]\n\n[1]: http://a/"
        );
        let inside = "<img alt=' ' src='data:image/png;base64,AAAA'>";
        assert_eq!(in_lines(inside, 80), "[image]");
        assert_eq!(
            in_one_line("See <img src=x> <img src=x alt=y>"),
            "See [image] y"
        );
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert!(!in_lines("&#27;[2J<p>\u{1b}]0;x\u{7}</p>", 80).contains('\u{1b}'));
        let hidden = "\u{e0101}\u{e010b}[2J";
        assert_eq!(in_lines(hidden, 80), "[2J");
    }

    #[test]
    fn hostile_html_ends() {
        for (piece, count) in [
            ("<div>", 6_000),
            ("<table><tr><td>", 6_000),
            ("<ul><li>", 6_000),
            ("<b>", 6_000),
            ("<b><p>", 6_000),
            ("://&amp;", 6_000),
            ("<blockquote>x", 5_000),
            ("<ul><li>x", 1_000),
        ] {
            let html = piece.repeat(count);
            let length = in_lines(&html, 80).len();
            assert!(length < MOST_INDENTED, "{piece}: {length}");
        }
    }

    #[test]
    fn long_texts_are_whole() {
        let long = "<p>All of it. ".repeat(4_000);
        assert_eq!(in_lines(&long, 80).matches("All of it.").count(), 4_000);
        let longer = "<p>All of it. ".repeat(6_000);
        assert_eq!(in_lines(&longer, 80).matches("All").count(), 6_000);
    }
}
