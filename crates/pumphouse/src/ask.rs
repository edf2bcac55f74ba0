//! Secrets that a person types in, without their being shown.

use std::io::{Error, ErrorKind};

/// What shells report of a program that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// Asks for a secret. Ctrl-C ends the program, and leaves the terminal as it was.
///
/// # Errors
/// When there is no terminal, or its input ends.
pub(crate) fn ask(question: &str) -> Result<String, Error> {
    // Nothing that was typed is seen while the secret is. The signal by which Ctrl-C then ends a
    // program would come before that is undone; taken here, it comes as an error, after it.
    #[cfg(unix)]
    let signals = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::interrupt())?;
    let answer = rpassword::prompt_password(question);
    #[cfg(unix)]
    drop(signals);
    if matches!(&answer, Err(error) if error.kind() == ErrorKind::Interrupted) {
        std::process::exit(INTERRUPTED);
    }
    // From now on it ends what follows.
    tokio::spawn(async {
        if tokio::signal::ctrl_c().await.is_ok() {
            std::process::exit(INTERRUPTED);
        }
    });
    answer
}
