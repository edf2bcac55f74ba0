//! What the commands that write a text have in common: where the text comes from.

use std::io::{self, IsTerminal as _, Read as _};

use pumphouse_client::Content;

use crate::editor::{self, Draft};
use crate::error::Error;
use crate::output;

/// A text, however it is given.
#[derive(Debug, clap::Args)]
pub(super) struct Written {
    /// The text, or - for standard input; without it, you write it in your editor ($VISUAL or
    /// $EDITOR), or it comes on standard input
    text: Option<String>,

    /// The text is HTML
    #[arg(long)]
    html: bool,

    /// Write the text in your editor
    #[arg(long, short, conflicts_with = "text")]
    editor: bool,
}

/// A text that is to be sent. What was written in an editor is kept until it is [sent](Self::sent).
#[derive(Debug)]
pub(super) struct Text {
    html: Content,
    draft: Option<Draft>,
}

impl Written {
    /// The text.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) async fn read(self) -> Result<Text, Error> {
        let (text, draft) = match &self.text {
            Some(text) if text != "-" => (text.clone(), None),
            None if self.editor || has_editor() => {
                let (text, draft) = edited("", self.html).await?;
                (text, Some(draft))
            }
            _ => (from_stdin().await?, None),
        };
        if text.trim().is_empty() {
            if let Some(draft) = draft {
                draft.done();
            }
            return Err(Error::usage("there is no text to post"));
        }
        Ok(Text {
            html: content(&text, self.html),
            draft,
        })
    }

    /// The text beside something else, which needs none: nobody is asked for it.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or was to be written and was not.
    pub(super) async fn read_if_given(self) -> Result<Option<Text>, Error> {
        if self.text.is_none() && !self.editor {
            return Ok(None);
        }
        self.read().await.map(Some)
    }

    /// Whether [`change`](Self::change) shows the earlier text.
    pub(super) fn shows_text(&self, is_asked: bool) -> bool {
        self.text.is_none() && (self.editor || (is_asked && has_editor()))
    }

    /// The text in place of an earlier one, which is shown in the editor; `None` if none is given and
    /// nobody asks for the editor.
    ///
    /// # Errors
    ///
    /// If it is left as it was, or there is none.
    pub(super) async fn change(
        self,
        html: Option<&str>,
        is_asked: bool,
    ) -> Result<Option<Text>, Error> {
        if !self.shows_text(is_asked) {
            return self.read_if_given().await;
        }
        let html = html.unwrap_or_default();
        let plain = if self.html { None } else { as_text(html) };
        let is_html = plain.is_none();
        let before = plain.unwrap_or_else(|| html.to_owned());
        let (text, draft) = edited(&before, is_html).await?;
        if text.trim().is_empty() || text.trim_end() == before.trim_end() {
            draft.done();
            return Err(Error::usage("nothing was changed"));
        }
        Ok(Some(Text {
            html: content(&text, is_html),
            draft: Some(draft),
        }))
    }
}

impl Text {
    /// What is sent.
    pub(super) fn content(&self) -> Content {
        self.html.clone()
    }

    /// It has arrived, and need not be kept.
    pub(super) fn sent(self) {
        if let Some(draft) = self.draft {
            draft.done();
        }
    }
}

fn content(text: &str, is_html: bool) -> Content {
    if is_html {
        Content::html(text)
    } else {
        Content::text(text.trim_end())
    }
}

/// Whether somebody is there to write, and with what.
fn has_editor() -> bool {
    let is_there = io::stdin().is_terminal() && io::stdout().is_terminal();
    is_there && editor::chosen().is_some()
}

async fn edited(before: &str, is_html: bool) -> Result<(String, Draft), Error> {
    let draft = Draft::of(before, is_html)?;
    let text = draft.edit().await?;
    Ok((text, draft))
}

/// The characters that have names in HTML of plain text; `&amp;` last, so that nothing is read twice.
const NAMED: [(&str, &str); 5] = [
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#39;", "'"),
    ("&amp;", "&"),
];

/// The text of HTML that says no more than a plain text does.
fn as_text(html: &str) -> Option<String> {
    let mut text = html.to_owned();
    for end in ["<br>", "<br/>", "<br />"] {
        text = text.replace(&format!("{end}\n"), "\n").replace(end, "\n");
    }
    let is_known = |rest: &str| NAMED.iter().any(|(name, _)| rest.starts_with(name));
    if text.contains('<') || !text.match_indices('&').all(|(at, _)| is_known(&text[at..])) {
        return None;
    }
    for (name, character) in NAMED {
        text = text.replace(name, character);
    }
    Some(text)
}

async fn from_stdin() -> Result<String, Error> {
    if io::stdin().is_terminal() {
        output::note("Write the text; end it with Ctrl-D on a line of its own.");
    }
    let read = tokio::task::spawn_blocking(|| {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map(|_| text)
    });
    read.await
        .map_err(io::Error::from)
        .flatten()
        .map_err(|error| Error::usage("the text cannot be read").with_source(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_texts_come_back_as_they_were() {
        for text in [
            "",
            "a\nb\n\nc",
            "1 < 2 & \"3\" > '0'",
            "&lt;br&gt; &amp;amp;",
        ] {
            assert_eq!(
                as_text(Content::text(text).as_html()).as_deref(),
                Some(text)
            );
        }
        assert_eq!(as_text("a<br />b&#39;s").as_deref(), Some("a\nb's"));
        for more in ["<b>bold</b>", "<p>a</p>", "caf&eacute;", "a & b"] {
            assert_eq!(as_text(more), None, "{more}");
        }
    }
}
