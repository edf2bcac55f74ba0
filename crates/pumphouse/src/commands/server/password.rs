//! Passwords as they are given: asked for twice without being shown, or read from standard input.
//! Never an argument, which everybody on the machine could read.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _};

use crate::ask::ask;
use crate::error::Error;

/// No line that is longer is a password.
const LONGEST: u64 = 4_096;

/// How a password comes in.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct PasswordArgs {
    /// Read the password from the first line of standard input instead of asking for it
    #[arg(long)]
    password_stdin: bool,
}

impl PasswordArgs {
    pub(super) fn read(self, nickname: &str) -> Result<String, Error> {
        if self.password_stdin {
            return from_input();
        }
        if !io::stdin().is_terminal() {
            return Err(
                Error::usage("there is no terminal to ask for the password on")
                    .with_hint("give it on standard input, with --password-stdin"),
            );
        }
        let first = answer(&format!("New password for {nickname}: "))?;
        let second = answer("Once more: ")?;
        if first != second {
            return Err(Error::usage("the two passwords differ").with_hint("try again"));
        }
        Ok(first)
    }
}

fn from_input() -> Result<String, Error> {
    let mut line = String::new();
    let read = io::stdin().lock().take(LONGEST).read_line(&mut line);
    read.map_err(|error| Error::failure("cannot read the password").with_source(error))?;
    let password = line.trim_end_matches(['\r', '\n']);
    if password.is_empty() {
        return Err(Error::usage("there is no password on standard input")
            .with_hint("for example: pumphouse server user add alice --password-stdin < file"));
    }
    Ok(password.to_owned())
}

fn answer(question: &str) -> Result<String, Error> {
    ask(question).map_err(|error| {
        Error::failure("cannot ask for the password")
            .with_source(error)
            .with_hint("give it on standard input, with --password-stdin")
    })
}
