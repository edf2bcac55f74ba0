//! Benchmarks: `cargo xtask bench`.

#![expect(clippy::print_stdout, reason = "a program that prints figures")]

mod bench;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Parser, Subcommand};

/// Benchmarks of Pumphouse.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Measure, each figure next to a baseline in the same run
    #[command(after_help = "\
Examples:
  cargo xtask bench server --seconds 3
  cargo xtask bench cli --seconds 10")]
    Bench {
        /// What to measure
        #[arg(default_value = "server")]
        what: What,
        /// How long each figure is measured
        #[arg(long, default_value_t = 3)]
        seconds: u64,
        /// Where the server's data is made, and kept for the next time
        #[arg(long, default_value = "target/bench")]
        data: PathBuf,
        /// How many activities it holds
        #[arg(long, default_value_t = 1_000_000)]
        activities: usize,
        /// Of the server, only what has this in its name
        #[arg(long, default_value = "")]
        only: String,
    },
    /// One side of a benchmark of the server, in a process of its own
    #[command(hide = true, subcommand)]
    Peer(bench::server::peer::Peer),
}

#[derive(Clone, clap::ValueEnum)]
enum What {
    /// Start of `pumphouse inbox`: time to the first byte at a server, next to that of `pumphouse
    /// --version` to its end, and the most memory
    Cli,
    /// Time of one signature and one verification, next to the bare HMAC
    Oauth1,
    /// Requests per second, next to a bare handler that answers the same bytes
    Server,
}

fn main() -> anyhow::Result<()> {
    match Args::parse().command {
        Command::Bench {
            what,
            seconds,
            data,
            activities,
            only,
        } => {
            let time = Duration::from_secs(seconds);
            match what {
                What::Cli => bench::cli::run(time, &data),
                What::Oauth1 => bench::oauth1::run(time),
                What::Server => bench::server::run(time, &data, activities, only),
            }
        }
        Command::Peer(peer) => bench::server::peer::run(peer),
    }
}
