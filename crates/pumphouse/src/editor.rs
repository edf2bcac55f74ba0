//! Texts that are written in the person's own editor.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::{files, interrupts, output, text};

/// A text in a file. What was written into it is kept, and said to be kept, until it is
/// [done](Self::done): whatever fails, nobody writes the same twice.
#[derive(Debug)]
pub(crate) struct Draft {
    path: PathBuf,
    /// As it was before anybody wrote in it.
    before: String,
    is_html: bool,
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
            is_html,
            is_done: false,
        })
    }

    /// Opens the editor, waits for its end, and gives what was written. Ctrl-C is the editor's
    /// meanwhile; afterwards it ends the program, which says where the text is.
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
        let cannot =
            |error| Error::usage(format!("the editor {name} cannot be run")).with_source(error);
        let mut interrupts = interrupts::listen().map_err(cannot)?;
        let mut running = tokio::task::spawn_blocking(move || command.status());
        let status = loop {
            tokio::select! {
                biased;
                _ = interrupts.recv() => {}
                status = &mut running => break status,
            }
        };
        let (path, is_html) = (self.path.clone(), self.is_html);
        tokio::spawn(async move {
            interrupts.recv().await;
            if path.exists() {
                say_kept(&path, is_html);
            }
            std::process::exit(interrupts::STATUS);
        });
        let status = status.map_err(std::io::Error::from).flatten();
        match status {
            Ok(status) if status.success() => {}
            Ok(status) => return Err(Error::usage(format!("the editor {name} failed: {status}"))),
            Err(error) => return Err(cannot(error)),
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
            say_kept(&self.path, self.is_html);
            return;
        }
        // A draft that stays behind harms nobody.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn say_kept(path: &Path, is_html: bool) {
    let html = if is_html { "--html " } else { "" };
    let word = text::shell_word(&path.to_string_lossy());
    output::note(&format!(
        "Your text is kept in {}\nTo use it, repeat the command without --editor and with: {html}- < {word}",
        path.display()
    ));
}

/// An editor may come with arguments, which a shell takes apart as everywhere else. The shell outlives
/// Ctrl-C, as the editor may.
#[cfg(unix)]
fn command(editor: &OsString, path: &Path) -> Command {
    let mut line = OsString::from("trap : INT\n");
    line.push(editor);
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
