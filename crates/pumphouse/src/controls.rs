//! What could steer a terminal, or turn the direction of text.

/// Takes it out; line ends stay.
pub(crate) fn without_controls(text: &str) -> String {
    text.chars()
        .filter(|&c| c == '\n' || !(c.is_control() || is_direction(c)))
        .collect()
}

/// Whether a character turns the direction of what stands around it: marks, embeddings, overrides and
/// isolates.
pub(crate) fn is_direction(c: char) -> bool {
    matches!(
        c,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal_or_turns_text() {
        let nasty = "a\u{1b}[31mb\u{9b}31mc\u{7}\u{202e}d\rx";
        assert_eq!(without_controls(nasty), "a[31mb31mcdx");
        let turned = "a\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}b\nc";
        assert_eq!(without_controls(turned), "ab\nc");
    }
}
