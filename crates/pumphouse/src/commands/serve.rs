//! `pumphouse serve`: a server, until it is told to stop.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use pumphouse_server::Server;

use crate::error::Error;

/// Run a pump.io server.
///
/// Without any option it keeps its data in your data directory and listens on this machine only.
/// Ids are addresses: choose the host name and port with which people will reach the server before
/// anybody registers, for they cannot be changed afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse serve
  pumphouse serve --hostname pump.example --url-port 443 \\
      --data-dir /var/lib/pumphouse")]
pub(crate) struct Args {
    /// The address to listen on
    #[arg(long, env = "PUMPHOUSE_ADDRESS", default_value = "127.0.0.1")]
    address: String,

    /// The port to listen on; 0 takes any free one
    #[arg(long, env = "PUMPHOUSE_PORT", default_value_t = 31337)]
    port: u16,

    /// The public host name, which stands in all addresses and ids
    #[arg(long, env = "PUMPHOUSE_HOSTNAME", default_value = "localhost")]
    hostname: String,

    /// The public port, if it is another than the one to listen on: 443 behind a TLS proxy, 80
    /// behind a plain one
    #[arg(long, env = "PUMPHOUSE_URL_PORT")]
    url_port: Option<u16>,

    /// Where everything is kept [default: pumphouse/server in your data directory]
    #[arg(long, env = "PUMPHOUSE_DATA_DIR")]
    data_dir: Option<PathBuf>,

    /// The name of the site, for people
    #[arg(long, env = "PUMPHOUSE_SITE", default_value = "Pumphouse")]
    site: String,
}

/// Serves until SIGINT or SIGTERM; then lets requests under way end.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let data_dir = match args.data_dir {
        Some(directory) => directory,
        None => default_data_dir()?,
    };
    let host = if args.address.contains(':') && !args.address.starts_with('[') {
        format!("[{}]", args.address)
    } else {
        args.address
    };
    let mut builder = Server::builder(&data_dir)
        .listen(format!("{host}:{}", args.port))
        .hostname(args.hostname)
        .site(args.site);
    if let Some(port) = args.url_port {
        builder = builder.public_port(port);
    }
    let server = builder.start().await?;
    crate::output::line(&format!(
        "Pumphouse serves {} on {}",
        server.base_url(),
        server.address()
    ))?;
    tracing::info!(data_dir = %data_dir.display(), "ready");
    stop_signal().await?;
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}

fn default_data_dir() -> Result<PathBuf, Error> {
    let strategy = etcetera::choose_base_strategy().map_err(|error| {
        Error::usage(format!(
            "there is no home directory to keep data in ({error})"
        ))
        .with_hint("say where with --data-dir")
    })?;
    Ok(strategy.data_dir().join("pumphouse").join("server"))
}

/// Waits for SIGINT (Ctrl-C) or SIGTERM.
pub(crate) async fn stop_signal() -> Result<(), Error> {
    let cannot = |error| Error::failure("cannot wait for signals").with_source(error);
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).map_err(cannot)?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted.map_err(cannot),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(cannot)
}
