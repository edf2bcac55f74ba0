//! `pumphouse serve`: a server, until it is told to stop.

use std::net::IpAddr;
use std::path::PathBuf;

use etcetera::BaseStrategy as _;
use pumphouse_server::{Builder, Server};

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
      --data-dir /var/lib/pumphouse
  pumphouse serve --address 0.0.0.0 --port 443 --hostname pump.example \\
      --tls-cert fullchain.pem --tls-key key.pem --bounce 0.0.0.0:80")]
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

    /// A path of the public address below which everything stands, such as /social
    #[arg(long, env = "PUMPHOUSE_URL_PATH", value_name = "PATH")]
    url_path: Option<String>,

    /// The certificate and its chain, in PEM, to serve https directly
    #[arg(
        long,
        env = "PUMPHOUSE_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    tls_cert: Option<PathBuf>,

    /// The key of the certificate, in PEM
    #[arg(
        long,
        env = "PUMPHOUSE_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    tls_key: Option<PathBuf>,

    /// An address and port whose requests are led to https, such as 0.0.0.0:80
    #[arg(
        long,
        env = "PUMPHOUSE_BOUNCE",
        value_name = "ADDRESS:PORT",
        requires = "tls_cert"
    )]
    bounce: Option<String>,

    /// An address and port to read metrics from, such as 127.0.0.1:9090
    #[arg(long, env = "PUMPHOUSE_METRICS", value_name = "ADDRESS:PORT")]
    metrics: Option<String>,

    /// A proxy whose X-Forwarded-For is believed, besides those on this machine; may be repeated
    #[arg(
        long,
        env = "PUMPHOUSE_TRUSTED_PROXIES",
        value_name = "IP",
        value_delimiter = ','
    )]
    trusted_proxy: Vec<IpAddr>,
}

impl Args {
    /// The settings of how the server meets the network.
    fn network(self, mut builder: Builder) -> Builder {
        if let Some(path) = self.url_path {
            builder = builder.url_path(path);
        }
        if let (Some(certificate), Some(key)) = (self.tls_cert, self.tls_key) {
            builder = builder.tls(certificate, key);
        }
        if let Some(address) = self.bounce {
            builder = builder.bounce(address);
        }
        if let Some(address) = self.metrics {
            builder = builder.metrics(address);
        }
        builder.trusted_proxies(self.trusted_proxy)
    }
}

/// Serves until SIGINT or SIGTERM; then lets requests under way end.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let data_dir = match args.data_dir.clone() {
        Some(directory) => directory,
        None => default_data_dir()?,
    };
    let host = if args.address.contains(':') && !args.address.starts_with('[') {
        format!("[{}]", args.address)
    } else {
        args.address.clone()
    };
    let mut builder = Server::builder(&data_dir)
        .listen(format!("{host}:{}", args.port))
        .hostname(&args.hostname)
        .site(&args.site);
    if let Some(port) = args.url_port {
        builder = builder.public_port(port);
    }
    let server = args.network(builder).start().await?;
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
