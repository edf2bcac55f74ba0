//! What the program prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use crate::controls::without_controls;
use crate::error::Error;

/// Prints a line of the result.
pub(crate) fn line(text: &str) -> Result<(), Error> {
    write(&[text.as_bytes(), b"\n"])
}

/// Prints a result that ends its lines itself.
pub(crate) fn bytes(bytes: &[u8]) -> Result<(), Error> {
    write(&[bytes])
}

/// In which form a result is printed.
#[cfg(feature = "client")]
#[derive(Clone, Copy, Debug, clap::Args)]
pub(crate) struct Format {
    /// Print JSON
    #[arg(long = "json")]
    pub(crate) is_json: bool,
}

#[cfg(feature = "client")]
impl Format {
    /// Prints a result that the server sent: as it came, or in words that may take lines.
    pub(crate) fn received(self, raw: &str, words: impl FnOnce() -> String) -> Result<(), Error> {
        if self.is_json {
            line(&crate::text::json(raw))
        } else {
            line(&words())
        }
    }

    /// Prints a result of this program's own.
    pub(crate) fn own(
        self,
        value: impl FnOnce() -> serde_json::Value,
        words: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        if self.is_json {
            line(&value().to_string())
        } else {
            line(&words())
        }
    }
}

/// Prints data for programs, byte for byte; a person at a terminal gets the end of the line, too.
#[cfg(feature = "oauth1")]
pub(crate) fn data(bytes: &[u8]) -> Result<(), Error> {
    let end: &[u8] = if io::stdout().is_terminal() {
        b"\n"
    } else {
        b""
    };
    write(&[bytes, end])
}

fn write(pieces: &[&[u8]]) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    pieces
        .iter()
        .try_for_each(|piece| out.write_all(piece))
        .and_then(|()| out.flush())
        .map_err(Error::output)
}

/// Says something to the person who waits, apart from the result.
pub(crate) fn note(text: &str) {
    complain(text);
}

/// Asks the person something that is answered on the same line.
#[cfg(feature = "client")]
pub(crate) fn question(text: &str) {
    let mut err = io::stderr().lock();
    drop(write!(err, "{} ", without_controls(text)).and_then(|()| err.flush()));
}

/// Says what went wrong. There is nobody left to tell if that fails.
///
/// Whatever others wrote and still stands in it does not steer the terminal.
pub(crate) fn complain(text: &str) {
    drop(writeln!(io::stderr().lock(), "{}", without_controls(text)));
}

/// How many columns there are to write in: those of the terminal, or 80.
#[cfg(feature = "client")]
pub(crate) fn width() -> usize {
    terminal_size::terminal_size_of(io::stdout())
        .map_or(80, |(terminal_size::Width(columns), _)| columns.into())
}

/// Whether colours make sense: on a terminal that knows them, unless `NO_COLOR` is set.
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    is_steered(stream) && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Whether it is a terminal that understands more than text.
pub(crate) fn is_steered(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|kind| kind != "dumb")
}

/// Text in bold on a terminal that can, as it is elsewhere.
#[cfg(feature = "client")]
pub(crate) fn bold(text: &str) -> String {
    if colours(&io::stdout()) {
        format!("\x1b[1m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Text in the background on a terminal that can, as it is elsewhere.
#[cfg(feature = "client")]
pub(crate) fn dim(text: &str) -> String {
    if colours(&io::stdout()) {
        format!("\x1b[2m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}
