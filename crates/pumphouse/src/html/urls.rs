//! Addresses in lines: layout breaks a word that is too long for a line, but an address in two pieces
//! can be neither opened nor copied.
//!
//! So layout does not see how long they are: before it, the rear of each is written in characters that
//! take no columns, and after it as it was.

/// The first of sixteen characters without width, of which two stand for a byte. Elsewhere they follow
/// other characters, never each other (they select variants of ideographs).
const FIRST: u32 = 0xE_0100;

/// HTML in which whatever follows `://` takes no more than so many columns. In attributes, too: that
/// is undone like the rest.
pub(super) fn shorten(html: &str, columns: usize) -> String {
    let (mut rest, mut short) = (html, String::with_capacity(html.len()));
    while let Some(colon) = rest.find("://") {
        let (before, after) = rest.split_at(colon + "://".len());
        let is_scheme = |c: char| c.is_ascii_alphanumeric();
        let is_quoted = before[..colon].trim_end_matches(is_scheme).ends_with('\'');
        let (url, after) = after.split_at(length(after, is_quoted));
        short.push_str(before);
        push_short(url, columns, &mut short);
        rest = after;
    }
    short.push_str(rest);
    short
}

/// How much of the text belongs to an address, which may have begun behind an apostrophe.
fn length(text: &str, is_quoted: bool) -> usize {
    let is_end = |(at, c): (usize, char)| match c {
        '<' | '>' | '"' => true,
        '\'' => is_quoted,
        '&' => ampersand(&text[at..]).is_none() && is_character(&text[at..]),
        c => c.is_whitespace(),
    };
    let end = text.char_indices().find(|it| is_end(*it));
    end.map_or(text.len(), |(at, _)| at)
}

fn push_short(url: &str, columns: usize, short: &mut String) {
    let (mut rest, mut left) = (url, columns);
    while let Some(c) = rest.chars().next() {
        let (piece, after) = rest.split_at(ampersand(rest).map_or(c.len_utf8(), str::len));
        // Some take two columns.
        left = left.saturating_sub(if c.is_ascii() { 1 } else { 2 });
        if left > 0 {
            short.push_str(piece);
        } else {
            hide(c, short);
        }
        rest = after;
    }
}

/// An ampersand as HTML writes it, if that is what the text begins with.
fn ampersand(text: &str) -> Option<&str> {
    ["&amp;", "&#38;", "&#x26;"].iter().find_map(|form| {
        let begin = text.get(..form.len())?;
        form.eq_ignore_ascii_case(begin).then_some(begin)
    })
}

/// Whether the text begins with a character as HTML writes those that it gives a name or a number.
fn is_character(text: &str) -> bool {
    let name = text.get(1..).unwrap_or_default();
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '#'));
    end.is_some_and(|end| end > 0 && name[end..].starts_with(';'))
}

fn hide(c: char, text: &mut String) {
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        let halves = [byte >> 4, byte & 0xF].map(u32::from);
        text.extend(
            halves
                .into_iter()
                .filter_map(|it| char::from_u32(FIRST + it)),
        );
    }
}

/// Text with what was hidden as it was.
pub(super) fn restore(text: &str) -> String {
    let (mut whole, mut bytes) = (String::with_capacity(text.len()), Vec::new());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let first = half(c);
        let second = chars.peek().copied().and_then(half);
        if let (Some(first), Some(second)) = (first, second) {
            bytes.push(first << 4 | second);
            chars.next();
        } else {
            whole.push_str(&String::from_utf8_lossy(&bytes));
            bytes.clear();
            whole.push(c);
        }
    }
    whole.push_str(&String::from_utf8_lossy(&bytes));
    whole
}

fn half(c: char) -> Option<u8> {
    let half = u8::try_from(u32::from(c).checked_sub(FIRST)?).ok()?;
    (half < 16).then_some(half)
}
