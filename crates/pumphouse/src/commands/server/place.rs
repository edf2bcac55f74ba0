//! Which server is meant.

use std::path::PathBuf;

use pumphouse_server::Control;

use crate::error::Error;
use crate::settings::{Settings, Sources};

/// Where a server and its data are.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Which server")]
pub(super) struct Place {
    /// Its configuration [default: as for pumphouse serve]
    #[arg(short, long, env = "PUMPHOUSE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,

    /// Where it keeps everything [default: as its configuration says]
    #[arg(long, value_name = "DIRECTORY")]
    data_dir: Option<PathBuf>,

    /// Its control socket [default: as its configuration says, or control.sock in its data directory]
    #[arg(long, value_name = "FILE")]
    control_socket: Option<PathBuf>,
}

impl Place {
    /// Its settings, as far as they are known here.
    pub(super) fn settings(self) -> Result<Settings, Error> {
        let flags = [
            ("data-dir", self.data_dir),
            ("control-socket", self.control_socket),
        ];
        let sources = Sources::new(self.config, flags);
        Ok(sources.load()?.settings)
    }

    /// The way to it.
    pub(super) async fn control(self) -> Result<Control, Error> {
        let settings = self.settings()?;
        let socket = settings.control_socket()?;
        Control::open(settings.server()?, &socket)
            .await
            .map_err(|error| {
                Error::failure("cannot reach the server or its data").with_source(error)
            })
    }
}
