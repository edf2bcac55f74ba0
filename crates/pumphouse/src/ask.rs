//! Secrets that a person types in, without their being shown.

use std::io::{Error, ErrorKind};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::interrupts;

/// Whether a question waits for its answer.
static ASKING: AtomicBool = AtomicBool::new(false);

/// Asks for a secret. Ctrl-C ends the program, and leaves the terminal as it was.
///
/// # Errors
/// When there is no terminal, or its input ends.
pub(crate) fn ask(question: &str) -> Result<String, Error> {
    // What is typed is not shown meanwhile. The signal by which Ctrl-C ends a program would come before
    // that is undone; taken here, it comes as an error, after it.
    let mut interrupts = interrupts::listen()?;
    ASKING.store(true, Ordering::SeqCst);
    let answer = rpassword::prompt_password(question);
    if matches!(&answer, Err(error) if error.kind() == ErrorKind::Interrupted) {
        std::process::exit(interrupts::STATUS);
    }
    ASKING.store(false, Ordering::SeqCst);
    // Between and after questions it ends the program at once.
    tokio::spawn(async move {
        while interrupts.recv().await.is_some() {
            if !ASKING.load(Ordering::SeqCst) {
                std::process::exit(interrupts::STATUS);
            }
        }
    });
    answer
}
