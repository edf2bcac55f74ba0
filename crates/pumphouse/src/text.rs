//! What others wrote, made fit for a terminal.

use crate::controls::{is_direction, without_controls};

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
    fn nothing_steers_the_terminal() {
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
}
