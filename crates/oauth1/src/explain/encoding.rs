//! Percent-encoding as careless clients do it.

use crate::percent;

/// What a careless client might make of right percent-encoding.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    None,
    Twice,
    LowerCase,
    SpaceAsPlus,
    MarksKept,
    AsteriskKept,
    TildeEncoded,
    Latin1,
}

impl Encoding {
    /// Changes a name or value that is percent-encoded rightly, or by the mistake made before.
    pub(super) fn apply(self, encoded: String) -> String {
        match self {
            Self::None => {
                String::from_utf8_lossy(&percent::decode(encoded.as_bytes())).into_owned()
            }
            Self::Twice => percent::encode(encoded),
            Self::LowerCase => lower_case_escapes(&encoded),
            Self::SpaceAsPlus => encoded.replace("%20", "+"),
            Self::MarksKept => [
                ("%21", "!"),
                ("%27", "'"),
                ("%28", "("),
                ("%29", ")"),
                ("%2A", "*"),
            ]
            .iter()
            .fold(encoded, |text, (escape, mark)| text.replace(escape, mark)),
            Self::AsteriskKept => encoded.replace("%2A", "*"),
            Self::TildeEncoded => encoded.replace('~', "%7E"),
            Self::Latin1 => in_latin_1(&encoded).unwrap_or(encoded),
        }
    }
}

/// With one byte for each character, when all are in Latin-1.
fn in_latin_1(encoded: &str) -> Option<String> {
    let decoded = percent::decode(encoded.as_bytes());
    let characters = str::from_utf8(&decoded).ok()?.chars();
    let bytes: Option<Vec<u8>> = characters.map(|c| u8::try_from(c).ok()).collect();
    Some(percent::encode(bytes?))
}

fn lower_case_escapes(encoded: &str) -> String {
    let mut since_percent = usize::MAX;
    let lower = |c: char| {
        since_percent = if c == '%' {
            0
        } else {
            since_percent.saturating_add(1)
        };
        if since_percent <= 2 {
            c.to_ascii_lowercase()
        } else {
            c
        }
    };
    encoded.chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_1_has_few_characters() {
        assert_eq!(in_latin_1("a%20%C3%A9").as_deref(), Some("a%20%E9"));
        assert_eq!(in_latin_1("%E2%98%83"), None);
        assert_eq!(in_latin_1("%FF"), None);
    }

    #[test]
    fn only_escapes_become_lower_case() {
        assert_eq!(lower_case_escapes("A%2FB%C3%A9CD"), "A%2fB%c3%a9CD");
        assert_eq!(lower_case_escapes("%Aé%"), "%aé%");
    }
}
