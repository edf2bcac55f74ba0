//! Ctrl-C where it does not simply end the program.

use std::io;

/// What shells report of a program that Ctrl-C ended.
pub(crate) const STATUS: i32 = 130;

/// Those that come from now on. The system ends the program by none of them any more.
#[cfg(unix)]
pub(crate) fn listen() -> io::Result<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())
}

/// Those that come from now on. The system ends the program by none of them any more.
#[cfg(windows)]
pub(crate) fn listen() -> io::Result<tokio::signal::windows::CtrlC> {
    tokio::signal::windows::ctrl_c()
}
