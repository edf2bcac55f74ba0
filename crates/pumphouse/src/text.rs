//! What others wrote, made fit for a terminal.

use std::borrow::Cow;

use html2text::config::Config;
use html2text::render::{TextDecorator, TrivialDecorator};

use crate::controls::{is_direction, without_controls};

/// Longer lines are hard to read, however wide the terminal is.
const MAX_WIDTH: usize = 76;
/// So are shorter ones: a terminal that is narrower breaks them itself.
const MIN_WIDTH: usize = 16;

/// What is longer is cut: deeply nested HTML takes a time that grows with the square of its length.
const MAX_HTML: usize = 16 * 1024;

/// HTML as plain text in lines of this many columns at most, with the addresses of links below it.
pub(crate) fn of_html(html: &str, width: usize) -> String {
    let width = width.clamp(MIN_WIDTH, MAX_WIDTH);
    let config = html2text::config::plain()
        .max_wrap_width(width)
        .allow_width_overflow();
    render(html, config, width)
}

/// HTML as one line of plain text, without the addresses of links.
pub(crate) fn line_of_html(html: &str) -> String {
    let config = html2text::config::with_decorator(TrivialDecorator::new()).allow_width_overflow();
    one_line(&render(html, config, MAX_WIDTH))
}

fn render<D: TextDecorator>(html: &str, config: Config<D>, width: usize) -> String {
    let html = &cut(html);
    // Text that cannot be rendered is shown as it is rather than not at all.
    let text = config
        .string_from_read(html.as_bytes(), width)
        .unwrap_or_else(|_| html.clone().into_owned());
    without_controls(text.trim_end())
}

fn cut(html: &str) -> Cow<'_, str> {
    if html.len() <= MAX_HTML {
        return html.into();
    }
    let end = (0..=MAX_HTML).rev().find(|&end| html.is_char_boundary(end));
    format!("{}…", &html[..end.unwrap_or(0)]).into()
}

/// One line of plain text.
pub(crate) fn one_line(text: &str) -> String {
    let clean = without_controls(text);
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// JSON as it came, with what could steer a terminal written as escapes: the same values.
pub(crate) fn json(raw: &str) -> String {
    let mut json = String::with_capacity(raw.len());
    for c in raw.chars() {
        if (c.is_control() && !c.is_ascii_whitespace()) || is_direction(c) {
            json.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            json.push(c);
        }
    }
    json
}

/// A word as a shell takes it, whatever is in it.
pub(crate) fn shell_word(word: &str) -> String {
    let word = one_line(word);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "@%+=:,./_-".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// Any text as the name of a file, the same on all systems: upper case is written otherwise, because
/// not all of them know it apart.
pub(crate) fn file_name(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "@-_".contains(c);
    let mut name = String::new();
    for c in text.chars() {
        if is_plain(c) || (c == '.' && !name.is_empty()) {
            name.push(c);
        } else {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                name.push_str(&format!("%{byte:02x}"));
            }
        }
    }
    name
}

/// What lines are moved to the right by.
pub(crate) const INDENT: &str = "    ";

/// Moves every line to the right.
pub(crate) fn indent(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| format!("{INDENT}{line}").trim_end().to_owned())
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_readable() {
        assert_eq!(of_html("Hello <b>world</b>", 80), "Hello **world**");
        let two = "<p>One</p><p>See <a href='https://a.example/'>this</a> &amp; that</p>";
        assert_eq!(
            of_html(two, 80),
            "One\n\nSee [this][1] & that\n\n[1]: https://a.example/"
        );
        assert_eq!(
            line_of_html("<a href='http://a/'>alice</a> posted <a href='http://b/'>a note</a>"),
            "alice posted a note"
        );
        for (columns, width) in [(30, 30), (200, MAX_WIDTH), (0, MIN_WIDTH)] {
            let long = of_html(&"word ".repeat(40), columns);
            let longest = long.lines().map(str::len).max();
            assert!(longest.is_some_and(|longest| longest <= width && longest > width - 5));
        }
    }

    #[test]
    fn nothing_steers_the_terminal() {
        assert!(!of_html("&#27;[2J<p>\u{1b}]0;x\u{7}</p>", 80).contains('\u{1b}'));
        let raw = "{\"a\":\"\u{9b}2J\u{202e}\u{200f}ä\"}";
        assert_eq!(json(raw), r#"{"a":"\u009b2J\u202e\u200fä"}"#);
        assert_eq!(one_line(" a\nb\t c "), "a b c");
    }

    #[test]
    fn nothing_steers_the_shell() {
        assert_eq!(shell_word("http://a:1/b_c-d"), "http://a:1/b_c-d");
        assert_eq!(shell_word("http://a/?b&c"), "'http://a/?b&c'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }

    #[test]
    fn names_of_files_are_plain() {
        assert_eq!(file_name("a.b@c:80"), "a.b@c%3a80");
        assert_eq!(file_name("../Ä"), "%2e.%2f%c3%84");
    }

    #[test]
    fn hostile_html_ends() {
        for piece in ["<div>", "<table><tr><td>", "<ul><li>", "<b>", "&amp;"] {
            assert!(
                of_html(&piece.repeat(100_000), 80).len() < 2 * MAX_HTML,
                "{piece}"
            );
        }
        let long = "ä".repeat(MAX_HTML);
        assert!(of_html(&long, 80).ends_with('…'));
    }
}
