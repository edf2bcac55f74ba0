//! `pumphouse server user`: accounts, whoever may register.

use std::io::{self, IsTerminal as _};

use clap::Subcommand;
use pumphouse_server::{Account, NewUser};

use super::password::PasswordArgs;
use super::place::Place;
use crate::error::Error;
use crate::output;

/// Make, list, change and delete accounts.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse server user list
  pumphouse server user add alice --email alice@example.org
  pumphouse server user password alice --password-stdin < file
  pumphouse server user delete alice")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Add(Add),
    Password(Password),
    Delete(Delete),
    List(List),
}

/// Make an account, also where registration is closed.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse server user add alice
  pumphouse server user add alice --password-stdin < file")]
struct Add {
    /// The user's name
    nickname: String,

    /// An address for mail; it counts as confirmed
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,

    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    place: Place,
}

/// Set the password of an account; ends its sessions, and its programs have to log in again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse server user password alice")]
struct Password {
    /// The user's name
    nickname: String,

    #[command(flatten)]
    password: PasswordArgs,

    #[command(flatten)]
    place: Place,
}

/// Delete an account for good. What its user posted stays; the name is not given again.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse server user delete alice --yes")]
struct Delete {
    /// The user's name
    nickname: String,

    /// Do not ask
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    place: Place,
}

/// List all accounts, the oldest first.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  pumphouse server user list --json")]
struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    place: Place,
}

pub(super) async fn run(args: Args) -> Result<(), Error> {
    match args.command {
        Command::Add(args) => add(args).await,
        Command::Password(args) => password(args).await,
        Command::Delete(args) => delete(args).await,
        Command::List(args) => list(args).await,
    }
}

async fn add(args: Add) -> Result<(), Error> {
    let control = args.place.control().await?;
    let new = NewUser {
        password: args.password.read(&args.nickname)?,
        nickname: args.nickname,
        email: args.email,
    };
    let account = control.add_user(&new).await?;
    if args.json {
        return print_json(&account);
    }
    output::line(&format!("{} has an account now.", account.nickname))
}

async fn password(args: Password) -> Result<(), Error> {
    let control = args.place.control().await?;
    let password = args.password.read(&args.nickname)?;
    control.set_password(&args.nickname, &password).await?;
    output::line(&format!(
        "{} has a new password; sessions and programs have to log in again.",
        args.nickname
    ))
}

async fn delete(args: Delete) -> Result<(), Error> {
    let control = args.place.control().await?;
    if !args.yes {
        confirm(&args.nickname)?;
    }
    control.delete_user(&args.nickname).await?;
    output::line(&format!("The account {} is deleted.", args.nickname))
}

/// Has the name repeated: there is no way back.
fn confirm(nickname: &str) -> Result<(), Error> {
    if !io::stdin().is_terminal() {
        return Err(Error::usage("there is no terminal to ask on")
            .with_hint("say that you are sure: --yes"));
    }
    output::note(&format!(
        "This deletes the account {nickname} for good. Repeat its name to do so:"
    ));
    let mut answer = String::new();
    let read = io::stdin().read_line(&mut answer);
    read.map_err(|error| Error::failure("cannot read the answer").with_source(error))?;
    if answer.trim() != nickname {
        return Err(Error::usage("that is another name; nothing was deleted"));
    }
    Ok(())
}

async fn list(args: List) -> Result<(), Error> {
    let accounts = args.place.control().await?.users().await?;
    if args.json {
        return print_json(&accounts);
    }
    if accounts.is_empty() {
        output::note("Nobody has an account; make one with: pumphouse server user add NICKNAME");
    }
    let width = accounts.iter().map(|account| account.nickname.len()).max();
    for account in &accounts {
        output::line(&shown(account, width.unwrap_or(0)))?;
    }
    Ok(())
}

fn shown(account: &Account, width: usize) -> String {
    let email = account.email.as_deref().unwrap_or_default();
    let line = format!(
        "{:width$}  since {}  {:>6} activities  {email}",
        account.nickname, account.created, account.activities
    );
    line.trim_end().to_owned()
}

fn print_json(value: &impl serde::Serialize) -> Result<(), Error> {
    let text = serde_json::to_string(value)
        .map_err(|error| Error::failure("cannot write JSON").with_source(error))?;
    output::line(&text)
}
