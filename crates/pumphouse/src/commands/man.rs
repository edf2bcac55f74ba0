//! `pumphouse man`: manual pages, made of what `--help` says.

use std::fs;
use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::Cli;
use crate::error::Error;
use crate::output;

/// Print the manual page of the program, or write those of all commands to a directory.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse man | man -l -
  pumphouse man ~/.local/share/man/man1")]
pub(crate) struct Args {
    /// Where the pages are to be written; made if need be
    #[arg(value_name = "DIRECTORY")]
    directory: Option<PathBuf>,
}

/// Prints a page or writes them all.
pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let Some(directory) = &args.directory else {
        let mut page = Vec::new();
        Man::new(Cli::command())
            .render(&mut page)
            .map_err(Error::output)?;
        return output::bytes(&page);
    };
    fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), directory))
        .map_err(|error| {
            let what = format!("cannot write manual pages to {}", directory.display());
            Error::failure(what).with_source(error)
        })
}
