//! What the program prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use crate::error::Error;

/// Prints a line of the result.
pub(crate) fn line(text: &str) -> Result<(), Error> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush())
        .map_err(Error::output)
}

/// Says something to the person who waits, apart from the result.
#[cfg(feature = "client")]
pub(crate) fn note(text: &str) {
    complain(text);
}

/// Says what went wrong. There is nobody left to tell if that fails.
pub(crate) fn complain(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}

/// Whether colours make sense: on a terminal, unless `NO_COLOR` is set.
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
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
