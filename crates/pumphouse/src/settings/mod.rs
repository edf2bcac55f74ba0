//! Settings of a server: command line over environment over configuration file over defaults.

mod args;
mod check;
mod environment;
mod file;
mod given;
mod keys;
mod load;
mod presets;
mod serving;
mod table;
#[cfg(test)]
mod tests;
mod values;

use std::net::IpAddr;
use std::path::PathBuf;

use serde::Serialize;

pub(crate) use args::Sources;
pub(crate) use check::print;
pub(crate) use load::Loaded;

use presets::Presets;
use pumphouse_server::{PresetClient, PresetUser};
use values::{Bounce, Hsts, Level, LogFormat, Registration, Secret};

use crate::error::Error;
use crate::logs::LogSettings;

/// All settings, each as the table of keys (`table.rs`) says. Their names there are the names here.
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
    pub(crate) reach_private_addresses: bool,
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
    pub(crate) no_web: bool,
    pub(crate) registration: Registration,
    pub(crate) disable_registration: bool,
    pub(crate) require_email: bool,
    pub(crate) clients: Presets<PresetClient>,
    pub(crate) users: Presets<PresetUser>,
    pub(crate) smtp_server: Option<String>,
    pub(crate) smtp_port: u16,
    pub(crate) smtp_user: Option<String>,
    pub(crate) smtp_pass: Option<Secret>,
    pub(crate) smtp_use_tls: bool,
    pub(crate) smtp_require_tls: bool,
    pub(crate) smtp_use_ssl: bool,
    pub(crate) smtp_timeout: u64,
    pub(crate) smtp_from: Option<String>,
    pub(crate) data_dir: Option<PathBuf>,
    pub(crate) enable_uploads: bool,
    pub(crate) upload_limit: usize,
    pub(crate) requests_per_second: u32,
    pub(crate) connections_per_address: usize,
    pub(crate) compress: bool,
    pub(crate) sockjs: bool,
    pub(crate) metrics: Option<String>,
    pub(crate) control_socket: Option<PathBuf>,
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
            reach_private_addresses: false,
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
            no_web: false,
            registration: Registration::Open,
            disable_registration: false,
            require_email: false,
            clients: Presets::default(),
            users: Presets::default(),
            smtp_server: None,
            smtp_port: 25,
            smtp_user: None,
            smtp_pass: None,
            smtp_use_tls: true,
            smtp_require_tls: false,
            smtp_use_ssl: false,
            smtp_timeout: 30_000,
            smtp_from: None,
            data_dir: None,
            enable_uploads: true,
            upload_limit: 32 * 1024 * 1024,
            requests_per_second: 50,
            connections_per_address: 256,
            compress: true,
            sockjs: true,
            metrics: None,
            control_socket: None,
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

    /// Where those who run the server speak to it.
    pub(crate) fn control_socket(&self) -> Result<PathBuf, Error> {
        match &self.control_socket {
            Some(path) => Ok(path.clone()),
            None => Ok(self.data_dir()?.join("control.sock")),
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
