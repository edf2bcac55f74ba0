//! The program's log: where it goes, how its lines look, and how much is in it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, Registry, reload};

use crate::error::Error;
use crate::output;

/// Rules that stand over every setting: `PUMPHOUSE_LOG=pumphouse_server=debug,info`.
const RULES: &str = "PUMPHOUSE_LOG";

/// What a log is to be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LogSettings<'a> {
    /// `off`, `error`, `warn`, `info`, `debug` or `trace`.
    pub(crate) level: &'a str,
    pub(crate) is_json: bool,
    /// A file, or standard error.
    pub(crate) file: Option<&'a Path>,
}

/// The log of this process, which can be changed while it is written.
#[cfg_attr(
    not(feature = "server"),
    expect(dead_code, reason = "only a server runs long enough to change its log")
)]
pub(crate) struct Logs {
    filter: reload::Handle<EnvFilter, Registry>,
    target: Target,
}

/// Begins to log. Only the first log of a process is one.
///
/// # Errors
/// If the file cannot be opened.
pub(crate) fn start(settings: LogSettings<'_>) -> Result<Logs, Error> {
    let target = Target::default();
    target.open(settings.file)?;
    let (filter, handle) = reload::Layer::new(filter(settings.level));
    let lines = tracing_subscriber::fmt::layer().with_writer(target.clone());
    let colours = settings.file.is_none() && output::colours(&io::stderr());
    let lines = if settings.is_json {
        lines.json().flatten_event(true).boxed()
    } else {
        lines.with_ansi(colours).boxed()
    };
    let registry = tracing_subscriber::registry().with(filter).with(lines);
    registry
        .try_init()
        .map_err(|error| Error::failure("cannot begin to log").with_source(error))?;
    Ok(Logs {
        filter: handle,
        target,
    })
}

#[cfg(feature = "server")]
impl Logs {
    /// Takes up another level and opens the file anew, which may have been moved away. The form of
    /// the lines stays.
    ///
    /// # Errors
    /// If the file cannot be opened; then everything stays as it was.
    pub(crate) fn change(&self, settings: LogSettings<'_>) -> Result<(), Error> {
        self.target.open(settings.file)?;
        self.filter
            .reload(filter(settings.level))
            .map_err(|error| Error::failure("cannot change the log's level").with_source(error))
    }
}

fn filter(level: &str) -> EnvFilter {
    EnvFilter::try_from_env(RULES).unwrap_or_else(|_| EnvFilter::new(level))
}

/// Where lines go; can be turned elsewhere.
#[derive(Clone, Default)]
struct Target(Arc<RwLock<Sink>>);

#[derive(Clone, Default)]
enum Sink {
    #[default]
    StandardError,
    File(Arc<File>),
}

impl Target {
    fn open(&self, file: Option<&Path>) -> Result<(), Error> {
        let sink = match file {
            None => Sink::StandardError,
            Some(path) => Sink::File(Arc::new(open(path).map_err(|error| {
                Error::usage(format!("cannot write the log to {}", path.display()))
                    .with_source(error)
                    .with_hint("make its directory, or choose another place with --log-file")
            })?)),
        };
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = sink;
        Ok(())
    }
}

/// Addresses of people stand in it: it is for its owner and their group.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o640);
    options.open(path)
}

impl<'a> MakeWriter<'a> for Target {
    type Writer = Sink;

    fn make_writer(&'a self) -> Sink {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::StandardError => io::stderr().write(bytes),
            Self::File(file) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::StandardError => io::stderr().flush(),
            Self::File(file) => file.flush(),
        }
    }
}
