//! The text of what is written.

/// The text of a note, comment or other object, which travels as HTML.
///
/// Texts of Rust are taken as plain text: markup in them is shown, not obeyed, and line ends are
/// kept. HTML is what is said to be HTML.
///
/// ```
/// use pumphouse_client::Content;
///
/// assert_eq!(Content::from("1 < 2\nyes").as_html(), "1 &lt; 2<br>\nyes");
/// assert_eq!(Content::html("<b>bold</b>").as_html(), "<b>bold</b>");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content(String);

impl Content {
    /// HTML as it is; servers take out what they do not allow.
    pub fn html(html: impl Into<String>) -> Self {
        Self(html.into())
    }

    /// Plain text, in which nothing has a special meaning.
    pub fn text(text: &str) -> Self {
        let mut html = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '&' => html.push_str("&amp;"),
                '<' => html.push_str("&lt;"),
                '>' => html.push_str("&gt;"),
                '"' => html.push_str("&quot;"),
                '\r' => {}
                '\n' => html.push_str("<br>\n"),
                c => html.push(c),
            }
        }
        Self(html)
    }

    pub(super) fn into_html(self) -> String {
        self.0
    }

    /// The HTML that is sent.
    pub fn as_html(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Content {
    fn from(text: &str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Content {
    fn from(text: String) -> Self {
        Self::text(&text)
    }
}
