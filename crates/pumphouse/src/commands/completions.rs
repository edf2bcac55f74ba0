//! `pumphouse completions`: lets a shell complete commands and options.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::Cli;
use crate::error::Error;
use crate::output;

/// Print what lets your shell complete commands and options.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse completions bash > ~/.local/share/bash-completion/completions/pumphouse
  pumphouse completions zsh > ~/.zfunc/_pumphouse
  pumphouse completions fish > ~/.config/fish/completions/pumphouse.fish")]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the script.
pub(crate) fn run(args: &Args) -> Result<(), Error> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "pumphouse", &mut script);
    output::bytes(&script)
}
