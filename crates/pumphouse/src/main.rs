//! The program `pumphouse`: a pump.io server, and a client for the command line.
//!
//! Nothing is decided here: a command reads its arguments, calls one of the libraries, and prints.

#[cfg(not(any(feature = "client", feature = "oauth1", feature = "server")))]
compile_error!("choose at least one of the features `client`, `oauth1` and `server`");

#[cfg(feature = "client")]
mod account;
#[cfg(any(feature = "oauth1", feature = "server"))]
mod ask;
mod commands;
mod controls;
#[cfg(feature = "client")]
mod editor;
mod error;
#[cfg(feature = "client")]
mod extent;
#[cfg(feature = "client")]
mod file_name;
#[cfg(feature = "client")]
mod files;
#[cfg(feature = "client")]
mod html;
mod interrupts;
mod logs;
#[cfg(feature = "client")]
mod memory;
mod output;
#[cfg(feature = "client")]
mod progress;
#[cfg(feature = "client")]
mod reference;
#[cfg(feature = "server")]
mod settings;
#[cfg(feature = "client")]
mod text;
#[cfg(feature = "client")]
mod time;
#[cfg(feature = "client")]
mod view;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::Command;

/// The pump.io network in one program: a server, and a client for the command line.
#[derive(Debug, Parser)]
#[command(
    version,
    propagate_version = true,
    after_help = "\
Examples:
  pumphouse demo                      see everything at work, on this machine
  pumphouse login you@pump.example    log in to an account
  pumphouse post 'Hello, world'       write a note
  pumphouse inbox                     read what came
  pumphouse serve                     run a server
  pumphouse oauth1 explain --help     find out why a signature is refused

Exit status: 0 done; 1 the server or the network failed; 2 wrong usage; 3 not logged in, or a \
secret is missing; 4 the server refused, or a signature does not verify."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = runtime(&cli.command);
    let result = match runtime {
        Ok(runtime) => {
            let result = runtime.block_on(run(cli.command));
            // A thread that still waits for the terminal does not keep the program alive.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(error::Error::failure("could not start").with_source(error)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if let Some(text) = error.text() {
                output::complain(&text);
            }
            error.exit_status()
        }
    }
}

/// What runs a command. A person's commands wait for one answer after the other: one thread is enough,
/// and begins at once.
fn runtime(command: &Command) -> std::io::Result<tokio::runtime::Runtime> {
    if !command.serves() {
        return tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
    }
    // The server reads from disk on these threads; a few more than there are cores go on serving
    // while one waits for it.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores + 2)
        .enable_all()
        .build()
}

/// Runs a command. A server begins its own log when it knows its settings; a command of a person is
/// quiet, unless `PUMPHOUSE_LOG` says otherwise.
async fn run(command: Command) -> Result<(), error::Error> {
    if !command.logs_itself() {
        logs::start(logs::LogSettings {
            level: "error",
            is_json: false,
            file: None,
        })?;
    }
    command.run().await
}
