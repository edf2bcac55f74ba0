//! From settings to what can be done while no server runs.

use std::path::Path;
use std::sync::Arc;

use pumphouse_store::{ErrorKind, Inspection, Store};

use super::{Builder, StartError, cannot_open};
use crate::control::Office;
use crate::domain::Site;
use crate::domain::passwords::Hasher;
use crate::domain::uploads::Uploads;
use crate::urls::Urls;

impl Builder {
    /// Opens the data of a server that does not run. They know their address; `socket` is where a
    /// server would have been heard of.
    pub(crate) fn office(self, socket: &Path) -> Result<Office, StartError> {
        let shown = self.data_dir.display().to_string();
        let base = Inspection::open(&self.data_dir)
            .and_then(|inspection| match inspection {
                Some(inspection) => inspection.setting("base_url"),
                None => Ok(None),
            })
            .map_err(cannot_open)?;
        let Some(base) = base else {
            return Err(StartError::told(format!(
                "there is no data in {shown} yet: start the server once, because data belong to the address \
                 under which they are made; or name another place with --data-dir"
            )));
        };
        let store = Store::open(&self.data_dir).map_err(|error| match error.kind() {
            ErrorKind::InUse => StartError::told(format!(
                "a server uses {shown} and does not answer at its control socket {}: name the socket as for \
                 the server, and run this as the server's user",
                socket.display()
            )),
            _ => cannot_open(error),
        })?;
        let urls = Urls::parse(&base).ok_or_else(|| {
            StartError::told(format!(
                "the data in {shown} belong to '{base}', which is no address"
            ))
        })?;
        let uploads = Uploads::open(&self.data_dir, self.upload_limit)
            .map_err(|error| StartError::new("cannot use the directories for uploads", error))?;
        Ok(Office {
            store,
            site: Site {
                urls: Arc::new(urls),
                name: self.site.into(),
                about: Arc::default(),
                mails: false,
                pages: false,
            },
            uploads,
            hasher: Hasher::new().map_err(|error| StartError::new("cannot start", error))?,
            clock: self.clock,
        })
    }
}
