//! Settings of a server: command line over environment over configuration file over defaults.

mod args;
mod check;
mod environment;
mod file;
mod given;
mod keys;
mod load;
mod serving;
#[cfg(test)]
mod tests;
mod values;

use std::net::IpAddr;
use std::path::PathBuf;

use serde::Serialize;

pub(crate) use args::Sources;
pub(crate) use check::print;
pub(crate) use load::Loaded;

use values::{Bounce, Hsts, Level, LogFormat};

use crate::error::Error;
use crate::logs::LogSettings;

/// All settings, each as the table of keys (`keys.rs`) says. Their names there are the names here.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Settings {
    pub(crate) hostname: String,
    pub(crate) address: Option<String>,
    pub(crate) port: u16,
    pub(crate) url_port: Option<u16>,
    pub(crate) url_path: Option<String>,
    pub(crate) trusted_proxy: Vec<IpAddr>,
    pub(crate) redirect_to_canonical: bool,
    pub(crate) redirect_address_to_canonical: bool,
    pub(crate) tls_cert: Option<PathBuf>,
    pub(crate) tls_key: Option<PathBuf>,
    pub(crate) bounce: Bounce,
    pub(crate) hsts: Option<Hsts>,
    pub(crate) site: String,
    pub(crate) owner: Option<String>,
    pub(crate) owner_url: Option<String>,
    pub(crate) main_image: Option<String>,
    pub(crate) append_footer: Option<String>,
    pub(crate) favicon: Option<PathBuf>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) upload_limit: usize,
    pub(crate) requests_per_second: u32,
    pub(crate) connections_per_address: usize,
    pub(crate) compress: bool,
    pub(crate) metrics: Option<String>,
    pub(crate) log_level: Level,
    pub(crate) log_format: LogFormat,
    pub(crate) log_file: Option<PathBuf>,
    pub(crate) no_logger: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            hostname: "localhost".to_owned(),
            address: Some("127.0.0.1".to_owned()),
            port: 31337,
            url_port: None,
            url_path: None,
            trusted_proxy: Vec::new(),
            redirect_to_canonical: true,
            redirect_address_to_canonical: false,
            tls_cert: None,
            tls_key: None,
            bounce: Bounce::Port80(false),
            hsts: None,
            site: "Pumphouse".to_owned(),
            owner: None,
            owner_url: None,
            main_image: None,
            append_footer: None,
            favicon: None,
            data_dir: None,
            upload_limit: 32 * 1024 * 1024,
            requests_per_second: 50,
            connections_per_address: 256,
            compress: true,
            metrics: None,
            log_level: Level::Info,
            log_format: LogFormat::Text,
            log_file: None,
            no_logger: false,
        }
    }
}

impl Settings {
    /// What a file of pump.io leaves open is as pump.io has it, where addresses and ids depend on it.
    fn of_pump_io() -> Self {
        Self {
            hostname: "127.0.0.1".to_owned(),
            address: None,
            ..Self::default()
        }
    }

    /// What the log is to be.
    pub(crate) fn log(&self) -> LogSettings<'_> {
        let is_off = self.no_logger && self.log_file.is_none();
        LogSettings {
            level: if is_off {
                "off"
            } else {
                self.log_level.as_str()
            },
            is_json: self.log_format == LogFormat::Json,
            file: self.log_file.as_deref(),
        }
    }

    /// Where everything is kept.
    pub(crate) fn data_dir(&self) -> Result<PathBuf, Error> {
        use etcetera::BaseStrategy as _;

        if let Some(directory) = &self.data_dir {
            return Ok(directory.clone());
        }
        let strategy = etcetera::choose_base_strategy().map_err(|error| {
            Error::usage(format!(
                "there is no home directory to keep data in ({error})"
            ))
            .with_hint("say where with --data-dir")
        })?;
        Ok(strategy.data_dir().join("pumphouse").join("server"))
    }
}
