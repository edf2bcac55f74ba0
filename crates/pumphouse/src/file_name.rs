//! Names for files that others named: safe on every system, whatever was meant by them.

use percent_encoding::percent_decode_str;
use url::Url;

/// Longer names are cut; file systems allow 255 bytes, and something may be added.
const LONGEST: usize = 150;
/// An ending is no longer than this; a dot before more is a dot in the name.
const LONGEST_ENDING: usize = 10;

/// The name of the file at an address: its last part, if it can be one.
pub(crate) fn of_url(url: &Url) -> String {
    let last = url
        .path_segments()
        .and_then(|mut segments| segments.rfind(|segment| !segment.is_empty()));
    let decoded = percent_decode_str(last.unwrap_or_default()).decode_utf8_lossy();
    safe(&decoded)
}

/// A name without what means something to a file system or a shell that lists it.
pub(crate) fn safe(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || " ._-+@()[],'".contains(c);
    let plain: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { '_' })
        .collect();
    // No hidden files, no `..`, no options; and Windows drops dots and spaces at the end.
    let name = plain
        .trim_start_matches(['.', ' ', '-'])
        .trim_end_matches(['.', ' ']);
    let name = short(name);
    if name.is_empty() {
        "file".to_owned()
    } else if is_device(&name) {
        format!("_{name}")
    } else {
        name
    }
}

/// The name and its ending, with the dot: `("cat", ".jpg")`.
pub(crate) fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= LONGEST_ENDING => name.split_at(dot),
        _ => (name, ""),
    }
}

fn short(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let (stem, ending) = split(name);
    let room = LONGEST - ending.len();
    let end = (0..=room).rev().find(|&end| stem.is_char_boundary(end));
    format!("{}{ending}", &stem[..end.unwrap_or(0)])
}

/// Whether Windows takes it for a device, whatever its ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let is_numbered = |device: &str| {
        let number = stem.strip_prefix(device);
        number.is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
    };
    ["CON", "PRN", "AUX", "NUL"].contains(&&*stem) || is_numbered("COM") || is_numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_last_part() {
        for (path, name) in [
            ("uploads/alice/2026/11/25/cat.jpg?x=1#y", "cat.jpg"),
            ("my%20cat%20(1).jpg", "my cat (1).jpg"),
            ("K%C3%A4tzchen.png", "Kätzchen.png"),
            ("a/b/", "b"),
            ("", "file"),
        ] {
            let url = format!("http://a.example/{path}").parse().unwrap();
            assert_eq!(of_url(&url), name);
        }
    }

    #[test]
    fn no_name_leads_anywhere_else() {
        for (hostile, name) in [
            ("..%2f..%2fetc%2fpasswd", "_.._etc_passwd"),
            ("..%5c..%5cx.exe", "_.._x.exe"),
            ("%2e%2e", "file"),
            (".bashrc", "bashrc"),
            ("-rf", "rf"),
            ("a%00b%1b[2J%e2%80%ae.txt", "a_b_[2J_.txt"),
            ("nul", "_nul"),
            ("COM1.txt", "_COM1.txt"),
            ("com10.txt", "com10.txt"),
            ("x%20.%20.", "x"),
            ("c:x%3Ay", "c_x_y"),
        ] {
            let url = format!("http://a.example/{hostile}").parse().unwrap();
            assert_eq!(of_url(&url), name, "{hostile}");
        }
    }

    #[test]
    fn long_names_keep_their_ending() {
        let name = safe(&format!("{}.jpeg", "ä".repeat(300)));
        assert!(name.len() <= LONGEST && name.ends_with("ä.jpeg"), "{name}");
        assert_eq!(split("a.tar.gz"), ("a.tar", ".gz"));
        assert_eq!(split("v1.a-long-sentence"), ("v1.a-long-sentence", ""));
        assert_eq!(split(".x"), (".x", ""));
    }
}
