//! How much of a thing is shown: one alone is shown whole, of those in a list some lines each.

use crate::{output, text};

/// A screen holds about as many.
const MOST_LINES: usize = 20;
/// Lines with addresses may be long.
const MOST_CHARACTERS: usize = 4_000;
/// A headline is one line, whatever others write there.
const LONGEST_HEADLINE: usize = 400;

/// How much is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Extent<'a> {
    /// All there is.
    Whole,
    /// The beginning, and below it the command that shows the rest.
    Beginning { rest: &'a str },
}

impl Extent<'_> {
    /// Of a text in lines.
    pub(crate) fn of_lines(self, text: String) -> String {
        let Self::Beginning { rest } = self else {
            return text;
        };
        let lines: Vec<&str> = text.lines().take(MOST_LINES).collect();
        let lines = lines.join("\n");
        let begin = beginning(&lines, MOST_CHARACTERS);
        if begin.len() == text.len() {
            return text;
        }
        let more = output::dim(&text::indent(&format!("… {rest}")));
        format!("{}\n{more}", begin.trim_end())
    }

    /// Of a headline.
    pub(crate) fn of_headline(self, headline: String) -> String {
        let begin = match self {
            Self::Whole => &headline,
            Self::Beginning { .. } => beginning(&headline, LONGEST_HEADLINE),
        };
        if begin.len() == headline.len() {
            return headline;
        }
        format!("{begin}…")
    }
}

fn beginning(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => &text[..end],
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_texts_a_list_has_the_beginning() {
        let short = Extent::Beginning {
            rest: "pumphouse show 3",
        };
        let lines = |count| "    line\n".repeat(count).trim_end().to_owned();
        for count in [0, 1, MOST_LINES] {
            assert_eq!(short.of_lines(lines(count)), lines(count));
        }
        let long = lines(MOST_LINES + 1);
        assert_eq!(
            short.of_lines(long.clone()),
            format!("{}\n    … pumphouse show 3", lines(MOST_LINES))
        );
        assert_eq!(Extent::Whole.of_lines(long.clone()), long);
        let wide = "ä".repeat(MOST_CHARACTERS + 1);
        let begin = "ä".repeat(MOST_CHARACTERS);
        assert_eq!(
            short.of_lines(wide),
            format!("{begin}\n    … pumphouse show 3")
        );
        let title = "ä".repeat(LONGEST_HEADLINE);
        assert_eq!(short.of_headline(title.clone()), title);
        assert_eq!(short.of_headline(format!("{title}ä")), format!("{title}…"));
        assert_eq!(
            Extent::Whole.of_headline(format!("{title}ä")),
            format!("{title}ä")
        );
    }
}
