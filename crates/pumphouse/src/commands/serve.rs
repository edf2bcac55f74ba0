//! `pumphouse serve`: a server, until it is told to stop.

use pumphouse_server::{Builder, Server};

use crate::error::Error;
use crate::logs::{self, Logs};
use crate::output;
use crate::settings::{self, Loaded, Settings, Sources};

/// No Unix system takes a longer path for a socket than this, in bytes.
const LONGEST_SOCKET: usize = 100;

/// Run a pump.io server.
///
/// Without any option it keeps its data in your data directory and listens on this machine only.
/// Ids are addresses: choose the host name and port with which people will reach the server before
/// anybody registers, for they cannot be changed afterwards.
///
/// Every option can stand elsewhere, too: --url-port is PUMPHOUSE_URL_PORT in the environment and
/// url-port in the configuration file. The command line stands over the environment, and that over
/// the file. A pump.io.json of pump.io is read as it is; what means nothing here is named.
///
/// SIGHUP reads the configuration again and takes up the certificate, the log's level and its file;
/// SIGTERM and SIGINT let requests under way end.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse serve
  pumphouse serve --hostname pump.example --url-port 443 \\
      --data-dir /var/lib/pumphouse
  pumphouse serve --address 0.0.0.0 --port 443 --hostname pump.example \\
      --tls-cert fullchain.pem --tls-key key.pem --bounce 0.0.0.0:80
  pumphouse serve --config /etc/pump.io.json --check")]
pub(crate) struct Args {
    /// Read the settings, print them as a pumphouse.toml without secrets, and stop
    #[arg(long)]
    check: bool,

    #[command(flatten)]
    sources: Sources,
}

impl Args {
    /// Whether it begins a log: not if it only checks.
    pub(crate) fn has_log(&self) -> bool {
        !self.check
    }
}

/// Serves until SIGINT or SIGTERM; then lets requests under way end.
pub(crate) async fn run(args: Args) -> Result<(), Error> {
    let loaded = args.sources.load()?;
    if args.check {
        return settings::print(&loaded);
    }
    let logs = logs::start(loaded.settings.log())?;
    warn(&loaded);
    let mut signals = Signals::new()?;
    let server = with_control(loaded.settings.server()?, &loaded.settings)?;
    let server = server.start().await?;
    output::line(&format!(
        "Pumphouse serves {} on {}",
        server.base_url(),
        server.address()
    ))?;
    tracing::info!(data_dir = %loaded.settings.data_dir()?.display(), "ready");
    while signals.next().await == Signal::Reload {
        reload(&args.sources, &logs, &server);
    }
    tracing::info!("stopping");
    server.stop().await;
    Ok(())
}

/// Adds the control socket, where there can be one.
fn with_control(server: Builder, settings: &Settings) -> Result<Builder, Error> {
    let socket = settings.control_socket()?;
    let is_too_long = socket.as_os_str().len() > LONGEST_SOCKET;
    if is_too_long && settings.control_socket.is_none() {
        tracing::warn!(
            "the path of the data directory is too long for a control socket in it: pumphouse server works \
             only while this does not run; name a shorter one with --control-socket"
        );
        return Ok(server);
    }
    Ok(match cfg!(unix) {
        true => server.control_socket(socket),
        false => server,
    })
}

fn warn(loaded: &Loaded) {
    for file in &loaded.files {
        tracing::info!(file = %file.display(), "configuration read");
    }
    for warning in &loaded.warnings {
        tracing::warn!("{warning}");
    }
}

/// Takes up what can be changed while the server runs. What is wrong stays as it was.
fn reload(sources: &Sources, logs: &Logs, server: &Server) {
    let changed = sources.load().and_then(|loaded| {
        logs.change(loaded.settings.log())?;
        warn(&loaded);
        Ok(server.reload()?)
    });
    match changed {
        Ok(()) => tracing::info!("configuration, certificate and log taken up anew"),
        Err(error) => tracing::error!(
            "nothing was taken up anew: {}",
            error.text().unwrap_or_default()
        ),
    }
}

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Signal {
    Stop,
    Reload,
}

/// The signals that this process gets.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> Result<Self, Error> {
        use tokio::signal::unix::{SignalKind, signal};

        let listen = |kind| signal(kind).map_err(cannot_wait);
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Stop,
            _ = self.terminate.recv() => Signal::Stop,
            _ = self.hang_up.recv() => Signal::Reload,
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn new() -> Result<Self, Error> {
        Ok(Self)
    }

    async fn next(&mut self) -> Signal {
        // Without signals there is nothing to wait for: the process is ended from outside.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Signal::Stop
    }
}

#[cfg(unix)]
fn cannot_wait(error: std::io::Error) -> Error {
    Error::failure("cannot wait for signals").with_source(error)
}

/// Waits for SIGINT (Ctrl-C) or SIGTERM.
#[cfg(feature = "client")]
pub(crate) async fn stop_signal() -> Result<(), Error> {
    let mut signals = Signals::new()?;
    while signals.next().await == Signal::Reload {}
    Ok(())
}
