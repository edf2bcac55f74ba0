//! Texts that are written in the person's own editor.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::{files, output};

/// A text in a file. What was written into it is kept, and said to be kept, until it is
/// [done](Self::done): whatever fails, nobody writes the same twice.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    /// As it was before anybody wrote in it.
    before: String,
    is_done: bool,
}

/// The editor that the person has chosen, if there is one.
pub(crate) fn chosen() -> Option<OsString> {
    let of = |name| std::env::var_os(name).filter(|editor| !editor.is_empty());
    of("VISUAL").or_else(|| of("EDITOR"))
}

impl Draft {
    /// Puts a text into a file, which is its owner's alone.
    pub(crate) fn of(text: &str, is_html: bool) -> Result<Self, Error> {
        let ending = if is_html { ".html" } else { ".txt" };
        let mut before = text.to_owned();
        // Editors end every line.
        if !before.is_empty() && !before.ends_with('\n') {
            before.push('\n');
        }
        let directory = files::state_directory()?.join("drafts");
        let path = files::new(&directory, ending, &before)
            .map_err(|error| Error::failure("cannot keep a draft").with_source(error))?;
        Ok(Self {
            path,
            before,
            is_done: false,
        })
    }

    /// Opens the editor, waits for its end, and gives what was written.
    ///
    /// # Errors
    ///
    /// If there is no editor, or it fails.
    pub(crate) async fn edit(&self) -> Result<String, Error> {
        let editor = chosen().ok_or_else(|| {
            Error::usage("no editor is chosen").with_hint("name one in VISUAL or EDITOR")
        })?;
        let name = editor.to_string_lossy().into_owned();
        let mut command = command(&editor, &self.path);
        let status = tokio::task::spawn_blocking(move || command.status()).await;
        let status = status.map_err(std::io::Error::from).flatten();
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(Error::usage(format!("the editor {name} failed: {status}"))),
            Err(error) => {
                let error_text = format!("the editor {name} cannot be run");
                return Err(Error::usage(error_text).with_source(error));
            }
        }
        let text = files::read(&self.path).map_err(|error| {
            Error::usage(format!("{} cannot be read", self.path.display())).with_source(error)
        })?;
        Ok(text.unwrap_or_default())
    }

    /// The text is where it belongs, or not wanted any more.
    pub(crate) fn done(mut self) {
        self.is_done = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let is_written = || match files::read(&self.path) {
            Ok(text) => text.is_some_and(|text| !text.is_empty() && text != self.before),
            Err(_) => true,
        };
        if !self.is_done && is_written() {
            let path = self.path.display();
            output::note(&format!("Your text is kept in {path}"));
            return;
        }
        // A draft that stays behind harms nobody.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// An editor may come with arguments, which a shell takes apart as everywhere else.
#[cfg(unix)]
fn command(editor: &OsString, path: &Path) -> Command {
    let mut line = editor.clone();
    line.push(" \"$1\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(line).arg("sh").arg(path);
    command
}

#[cfg(not(unix))]
fn command(editor: &OsString, path: &Path) -> Command {
    let mut command = Command::new(editor);
    command.arg(path);
    command
}
