//! From all that was given to settings, with what there is to say about it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::Settings;
use super::file::{self, Entry, Places};
use super::given::{Given, Origin};
use super::keys::{Fate, Key, find, nearest};
use crate::error::Error;

/// Settings, and how they came about.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    /// What was given and means nothing, or something else than might be thought.
    pub(crate) warnings: Vec<String>,
    /// Which files were read.
    pub(crate) files: Vec<PathBuf>,
    /// Where settings that are no defaults come from.
    pub(super) origins: BTreeMap<&'static str, Origin>,
}

/// Reads everything, the weakest first.
pub(super) fn load(
    config: Option<PathBuf>,
    places: &Places,
    environment: Vec<Entry>,
    flags: Vec<Entry>,
) -> Result<Loaded, Error> {
    let files = config.map_or_else(|| places.files(), |path| vec![path]);
    let mut entries = Vec::new();
    let mut is_pump_io = false;
    for path in &files {
        let (file, read) = file::read(path)?;
        is_pump_io |= file.is_pump_io;
        entries.extend(read);
    }
    entries.extend(environment);
    entries.extend(flags);

    let settings = if is_pump_io {
        Settings::of_pump_io()
    } else {
        Settings::default()
    };
    let mut loaded = Loaded {
        settings,
        warnings: Vec::new(),
        files,
        origins: BTreeMap::new(),
    };
    let mut faults = Vec::new();
    for (name, given) in entries {
        if let Err(fault) = loaded.take(&name, &given) {
            faults.push(fault);
        }
    }
    faults.extend(loaded.settings.contradictions());
    if !faults.is_empty() {
        let hint = "pumphouse serve --help tells what every setting takes";
        return Err(Error::usage(faults.join("\nerror: ")).with_hint(hint));
    }
    Ok(loaded)
}

impl Loaded {
    /// Takes one value over what was there before; gives what is wrong with it.
    fn take(&mut self, name: &str, given: &Given) -> Result<(), String> {
        let place = given.origin.place(name);
        let Some(key) = find(name) else {
            let meant = nearest(name).map_or_else(
                || "pumphouse serve --help lists all settings".to_owned(),
                |nearest| format!("did you mean '{nearest}'?"),
            );
            let warning = format!("there is no setting '{name}' ({place}): {meant}");
            self.warnings.push(warning);
            return Ok(());
        };
        if given.value.is_null() {
            return Ok(());
        }
        match &key.fate {
            Fate::Honoured(honoured) => {
                (honoured.set)(&mut self.settings, given).map_err(|wanted| {
                    let shown = match honoured.is_secret {
                        true => String::new(),
                        false => format!(", not {}", given.value),
                    };
                    format!("'{name}' ({place}) has to be {wanted}{shown}")
                })?;
                self.moved_data_dir(key, given, &place);
                self.origins.insert(key.name, given.origin.clone());
            }
            Fate::Without { advice, is_met } => {
                if !is_met(given) {
                    let warning = format!("'{name}' ({place}) is not used: {advice}");
                    self.warnings.push(warning);
                }
            }
        }
        Ok(())
    }

    /// In pump.io's data directory there are uploads of the old server: ours gets a place of its own.
    fn moved_data_dir(&mut self, key: &Key, given: &Given, place: &str) {
        let is_pump_io = match &given.origin {
            Origin::File(file, _) => file.is_pump_io,
            Origin::Environment(name) => name.starts_with("PUMPIO_"),
            Origin::Flag => false,
        };
        if key.name != "data-dir" || !is_pump_io {
            return;
        }
        if let Some(directory) = &mut self.settings.data_dir {
            let old = directory.display().to_string();
            directory.push("pumphouse");
            self.warnings.push(format!(
                "'datadir' ({place}): Pumphouse keeps its data in {}, so that the old server's files in {old} \
                 stay as they are",
                directory.display()
            ));
        }
    }
}

impl Settings {
    /// What does not go together.
    fn contradictions(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut needs = |is_wrong: bool, text: &str| {
            if is_wrong {
                found.push(text.to_owned());
            }
        };
        let has_tls = self.tls_cert.is_some();
        needs(
            has_tls && self.tls_key.is_none(),
            "there is a certificate ('tls-cert') without its key: give 'tls-key', too",
        );
        needs(
            !has_tls && self.tls_key.is_some(),
            "there is a key ('tls-key') without its certificate: give 'tls-cert', too",
        );
        needs(
            !has_tls && self.bounce != super::Bounce::Port80(false),
            "'bounce' leads to https, which is not served: give 'tls-cert' and 'tls-key', or leave it out",
        );
        needs(
            self.require_email && self.smtp_server.is_none(),
            "'require-email' needs a mail server: give 'smtp-server', too, or leave it out",
        );
        needs(
            self.smtp_user.is_some() != self.smtp_pass.is_some(),
            "'smtp-user' and 'smtp-pass' belong together: give both or neither",
        );
        found
    }
}
