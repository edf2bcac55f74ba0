//! HTML that grows when it is parsed: formatting that is not closed is opened again in every block,
//! with all its attributes.

use std::io;

/// More tags than people write.
const MOST_TAGS: usize = 5_000;
/// How many elements may come of elements that are opened again.
const MOST_REOPENED: usize = 100_000;
/// How many bytes the tags of those may have.
const MOST_REPEATED: usize = 20_000_000;

/// Elements that a parser opens again in every block until they are closed.
const REOPENED: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// What pieces of HTML may still cost, all together.
pub(super) struct Allowance {
    elements: usize,
    bytes: usize,
}

impl Default for Allowance {
    fn default() -> Self {
        Self {
            elements: MOST_REOPENED,
            bytes: MOST_REPEATED,
        }
    }
}

impl Allowance {
    /// Takes what parsing a piece costs at most; false, and nothing taken, if that is not left.
    pub(super) fn take(&mut self, html: &str) -> bool {
        let tags = html.matches('<').count();
        if tags > MOST_TAGS {
            return false;
        }
        let (mut elements, mut bytes) = (self.elements, self.bytes);
        for (start, _) in html.match_indices('<') {
            let name = tag_name(&html[start + 1..]);
            if !REOPENED.iter().any(|one| one.eq_ignore_ascii_case(name)) {
                continue;
            }
            let attributes = &html[start + 1 + name.len()..];
            let longest = bytes / tags;
            let length = length(attributes.as_bytes(), longest);
            if length >= longest || elements < tags {
                return false;
            }
            elements -= tags;
            bytes -= length * tags;
        }
        *self = Self { elements, bytes };
        true
    }
}

/// The letters with which a tag begins; none if it is an end tag.
fn tag_name(tag: &str) -> &str {
    let end = tag.find(|c: char| !c.is_ascii_alphabetic());
    &tag[..end.unwrap_or(tag.len())]
}

/// How long the rest of a start tag is after its name, as parsers read it; not more than `longest`.
fn length(tag: &[u8], longest: usize) -> usize {
    enum Place {
        Between,
        Name,
        AfterName,
        BeforeValue,
        Quoted(u8),
        Unquoted,
    }
    let mut place = Place::Between;
    for (at, byte) in tag.iter().copied().enumerate().take(longest) {
        let is_space = matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ');
        place = match (place, byte) {
            (Place::Quoted(quote), _) if byte != quote => Place::Quoted(quote),
            (Place::Quoted(_), _) => Place::Between,
            (_, b'>') => return at + 1,
            (Place::BeforeValue, b'"' | b'\'') => Place::Quoted(byte),
            (Place::BeforeValue, _) if is_space => Place::BeforeValue,
            (Place::Unquoted, _) if is_space => Place::Between,
            (Place::BeforeValue | Place::Unquoted, _) => Place::Unquoted,
            (Place::Name | Place::AfterName, b'=') => Place::BeforeValue,
            (Place::Name | Place::AfterName, _) if is_space => Place::AfterName,
            (Place::Between, _) if is_space => Place::Between,
            (_, b'/') => Place::Between,
            _ => Place::Name,
        };
    }
    tag.len().min(longest)
}

/// A text that is written and has a limit.
pub(super) struct Bounded {
    text: Vec<u8>,
    most: usize,
}

impl Bounded {
    /// A text of so many bytes at most.
    pub(super) fn new(most: usize) -> Self {
        Self {
            text: Vec::new(),
            most,
        }
    }

    pub(super) fn into_text(self) -> Option<String> {
        String::from_utf8(self.text).ok()
    }
}

impl io::Write for Bounded {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.text.len() + more.len() > self.most {
            return Err(io::Error::from(io::ErrorKind::FileTooLarge));
        }
        self.text.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_as_long_as_parsers_read_them() {
        for tag in [
            ">",
            " >",
            "/>",
            " title>",
            " title=x>",
            " title=>",
            " title = \"a > b\" lang='>'>",
            "/title='>'>",
            // A quotation mark elsewhere than before a value is a letter like others.
            " a\"=\"x>y\">",
            " =\"x>",
            " =\"x=\"y>z\">",
            " a=b\">",
            " a b=\"'>\">",
            " a\t=\n'<b>'>",
            " a=/>",
            " a=x/>",
        ] {
            let followed = format!("{tag}text > \"'<");
            assert_eq!(length(followed.as_bytes(), 100), tag.len(), "{tag}");
        }
        assert_eq!(length(b" title=\"never closed>", 100), 21);
        assert_eq!(length(b" title=\"never closed>", 10), 10);
    }

    #[test]
    fn pieces_share_what_they_may_cost() {
        // 10,000 elements each.
        let piece = "<b><p>x".repeat(70);
        let mut allowance = Allowance::default();
        let taken = (0..20).filter(|_| allowance.take(&piece)).count();
        assert_eq!(taken, MOST_REOPENED / (70 * 140));
        // 5,000,000 bytes each.
        let piece = format!("<b title='<{}'>{}", "x".repeat(9_990), "<p>x".repeat(498));
        let mut allowance = Allowance::default();
        let taken = (0..20).filter(|_| allowance.take(&piece)).count();
        assert_eq!(taken, 3);
        assert!(
            allowance.take("<b title=x>short</b>"),
            "a smaller one has room"
        );
    }
}
