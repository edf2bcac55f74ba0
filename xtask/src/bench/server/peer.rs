//! What is measured runs in processes of its own: this program again, as the one or the other side.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use bytes::Bytes;
use pumphouse_server::Server;
use tokio::net::TcpListener;

/// The public host name of the server that is measured.
pub(super) const HOST: &str = "pump.bench";

/// One side of a comparison.
#[derive(clap::Subcommand)]
pub(crate) enum Peer {
    /// The server over a data directory
    Server { data: PathBuf },
    /// A handler that reads each request whole and answers the bytes in a file
    Bare { answer: PathBuf },
}

/// Serves until the standard input ends; says first where.
#[expect(clippy::print_stdout, reason = "its parent reads the addresses")]
pub(crate) fn run(peer: Peer) -> Result<()> {
    // As many threads as the program itself takes.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores + 2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        match peer {
            Peer::Server { data } => {
                let server = Server::builder(data)
                    .listen("127.0.0.1:0")
                    .hostname(HOST)
                    .public_port(80)
                    .metrics("127.0.0.1:0")
                    .start()
                    .await?;
                let metrics = server.metrics_address().context("no metrics")?;
                println!("{} {metrics}", server.address());
                parent_is_done().await?;
                server.stop().await;
            }
            Peer::Bare { answer } => {
                let listener = TcpListener::bind("127.0.0.1:0").await?;
                println!("{} -", listener.local_addr()?);
                let router = bare(fs::read(answer)?.into());
                tokio::spawn(async move { axum::serve(NoDelay(listener), router).await });
                parent_is_done().await?;
            }
        }
        Ok(())
    })
}

async fn parent_is_done() -> Result<()> {
    let end = || std::io::stdin().read_to_end(&mut Vec::new());
    tokio::task::spawn_blocking(end).await??;
    Ok(())
}

/// Reads every request whole and answers these bytes.
fn bare(answer: Bytes) -> Router {
    let handler = move |_: Bytes| {
        let answer = answer.clone();
        async move {
            (
                [("Content-Type", "application/json; charset=utf-8")],
                answer,
            )
        }
    };
    Router::new().fallback(handler)
}

/// Takes connections as the server does.
struct NoDelay(TcpListener);

impl axum::serve::Listener for NoDelay {
    type Io = tokio::net::TcpStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let (stream, address) = axum::serve::Listener::accept(&mut self.0).await;
        // Without it the comparison is a little unfair, nothing else.
        let _ = stream.set_nodelay(true);
        (stream, address)
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// A side that runs.
pub(super) struct Running {
    child: Child,
    /// The child serves until this is dropped.
    stdin: Option<ChildStdin>,
    pub(super) address: String,
    pub(super) metrics: String,
}

impl Running {
    pub(super) fn server(data: &Path) -> Result<Self> {
        Self::start("server", data)
    }

    pub(super) fn bare(answer: &Path) -> Result<Self> {
        Self::start("bare", answer)
    }

    fn start(side: &str, path: &Path) -> Result<Self> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["peer", side])
            .arg(path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        let stdout = child.stdout.take().context("no output")?;
        BufReader::new(stdout).read_line(&mut line)?;
        let (address, metrics) = line.trim().split_once(' ').context("it did not start")?;
        Ok(Self {
            stdin: child.stdin.take(),
            address: address.to_owned(),
            metrics: metrics.to_owned(),
            child,
        })
    }

    /// Lets it end well.
    pub(super) fn stop(mut self) -> Result<()> {
        drop(self.stdin.take());
        self.child.wait()?;
        Ok(())
    }

    /// A number of the kernel's about it, in `/proc`: the one behind a name.
    fn number(&self, file: &str, name: &str) -> Option<u64> {
        let text = fs::read_to_string(format!("/proc/{}/{file}", self.child.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(name))?;
        line.split_whitespace().next()?.parse().ok()
    }

    /// Resident memory, in KiB.
    pub(super) fn memory(&self) -> Option<u64> {
        self.number("status", "VmRSS:")
    }

    /// The part of it that is pages of files, which the system takes back when it needs them, in KiB.
    pub(super) fn mapped(&self) -> Option<u64> {
        self.number("status", "RssFile:")
    }

    /// Bytes that were read from the disk for it.
    pub(super) fn read(&self) -> Option<u64> {
        self.number("io", "read_bytes:")
    }

    /// Bytes that it had written to the disk.
    pub(super) fn written(&self) -> Option<u64> {
        self.number("io", "write_bytes:")
    }

    /// How long it computed.
    pub(super) fn computed(&self) -> Duration {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        let stat = stat.unwrap_or_default();
        // After the name, which may hold anything: user and system time are the 12th and 13th.
        let numbers = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u64 = numbers
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|number| number.parse::<u64>().ok())
            .sum();
        Duration::from_millis(ticks * 10)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.stdin.is_some() {
            // It may have ended already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
