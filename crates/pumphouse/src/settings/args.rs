//! Settings on the command line: every key that is no secret is a flag.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};
use serde_json::Value;

use super::file::{Entry, Places};
use super::given::{Given, Origin};
use super::keys::{Honoured, Key};
use super::load::{Loaded, load};
use super::table::KEYS;
use super::{Settings, environment};
use crate::error::Error;

/// Where settings come from.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Sources {
    /// The configuration: pumphouse.toml, or a pump.io.json of pump.io [default: the first that is there
    /// of pumphouse.toml here, in your configuration directory and in /etc; then ~/.pump.io.json over
    /// /etc/pump.io.json]
    #[arg(short, long, env = "PUMPHOUSE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    #[command(flatten)]
    flags: Flags,
}

impl Sources {
    /// A configuration and a few paths that stand over it.
    pub(crate) fn new(
        config: Option<PathBuf>,
        flags: impl IntoIterator<Item = (&'static str, Option<PathBuf>)>,
    ) -> Self {
        let flag = |(name, path): (&str, Option<PathBuf>)| {
            let value = Value::String(path?.to_string_lossy().into_owned());
            let origin = Origin::Flag;
            Some((name.to_owned(), Given { value, origin }))
        };
        Self {
            config,
            flags: Flags(flags.into_iter().filter_map(flag).collect()),
        }
    }

    /// Reads all of them.
    ///
    /// # Errors
    /// If a file cannot be read, a value is not what its key takes, or settings contradict each other.
    pub(crate) fn load(&self) -> Result<Loaded, Error> {
        let environment = environment::read(std::env::vars_os().filter_map(|(name, value)| {
            // What is no text is none of ours.
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }));
        let flags = self.flags.0.clone();
        load(self.config.clone(), &Places::here(), environment, flags)
    }
}

/// The settings that stand on the command line.
#[derive(Clone, Debug, Default)]
struct Flags(Vec<Entry>);

impl clap::Args for Flags {
    fn augment_args(mut command: Command) -> Command {
        let defaults = serde_json::to_value(Settings::default()).unwrap_or_default();
        for (key, honoured) in flags() {
            command = command.arg(arg(key, honoured, &defaults[key.name]));
        }
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = flags().filter_map(|(key, _)| {
            let values = matches.get_many::<String>(key.name)?;
            let values: Vec<&str> = values.map(String::as_str).collect();
            let given = Given {
                value: Value::String(values.join(",")),
                origin: Origin::Flag,
            };
            Some((key.name.to_owned(), given))
        });
        Ok(Self(given.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn flags() -> impl Iterator<Item = (&'static Key, &'static Honoured)> {
    let honoured = KEYS.iter().filter_map(|key| Some((key, key.honoured()?)));
    honoured.filter(|(_, honoured)| !honoured.is_secret)
}

fn arg(key: &'static Key, honoured: &'static Honoured, default: &Value) -> Arg {
    let shown = match default {
        Value::Null => None,
        Value::Bool(is_on) if honoured.value.is_empty() => Some(is_on.to_string()),
        Value::Bool(_) => None,
        Value::Array(parts) if parts.is_empty() => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    let help = match shown {
        Some(shown) => format!("{} [default: {shown}]", honoured.help),
        None => honoured.help.to_owned(),
    };
    let arg = Arg::new(key.name)
        .long(key.name)
        .help(help)
        .help_heading(honoured.heading);
    match (honoured.value, default) {
        ("", _) => arg
            .value_name("BOOL")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true"),
        (value, Value::Array(_)) => arg.value_name(value).action(ArgAction::Append),
        (value, _) => arg.value_name(value),
    }
}
