//! `--check`: what the settings are and where they come from, as a `pumphouse.toml`.

use serde_json::Value;

use super::table::KEYS;
use super::{Loaded, Settings};
use crate::error::Error;
use crate::output;

/// Prints all settings, without secrets, and then says what there is to say about them.
pub(crate) fn print(loaded: &Loaded) -> Result<(), Error> {
    for line in lines(loaded)? {
        output::line(&line)?;
    }
    for warning in &loaded.warnings {
        output::complain(&format!("warning: {warning}"));
    }
    Ok(())
}

pub(super) fn lines(loaded: &Loaded) -> Result<Vec<String>, Error> {
    let cannot =
        |error: serde_json::Error| Error::failure("cannot show the settings").with_source(error);
    let shown = serde_json::to_value(&loaded.settings).map_err(cannot)?;
    let read = match loaded.files.as_slice() {
        [] => "# No configuration file was read.".to_owned(),
        files => {
            let files: Vec<_> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            format!("# Read: {}", files.join(", "))
        }
    };
    let mut lines = vec![read];
    if let Some(base) = public_address(&loaded.settings)? {
        lines.push(format!("# The public address: {base}"));
    }
    let mut heading = "";
    for key in KEYS {
        let Some(honoured) = key.honoured() else {
            continue;
        };
        if honoured.heading != heading {
            heading = honoured.heading;
            lines.push(format!("\n# {heading}"));
        }
        let from = match loaded.origins.get(key.name) {
            Some(origin) => origin.place(key.name),
            None => "default".to_owned(),
        };
        let name = key.name;
        lines.push(match &shown[name] {
            Value::Null => format!("# {name} is not set"),
            _ if honoured.is_secret => format!("# {name} is set and not shown ({from})"),
            value => format!("{name} = {}  # {from}", toml(value)),
        });
    }
    Ok(lines)
}

/// The address that the settings make; none if the port is known at the start only.
fn public_address(settings: &Settings) -> Result<Option<String>, Error> {
    if settings.port == 0 && settings.url_port.is_none() {
        return Ok(None);
    }
    let base = settings.server()?.base_url(settings.port);
    let base = base.map_err(|error| {
        let hint = "mend hostname or url-path; data belong to the address that they make";
        Error::usage(error.to_string()).with_hint(hint)
    })?;
    Ok(Some(base))
}

/// A value on one line of TOML.
fn toml(value: &Value) -> String {
    let listed = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Array(parts) => format!("[{}]", listed(parts.iter().map(toml).collect())),
        Value::Object(parts) => {
            let part = |(name, value): (&String, &Value)| format!("{name} = {}", toml(value));
            format!("{{ {} }}", listed(parts.iter().map(part).collect()))
        }
        // Strings, numbers and truth are written in TOML as in JSON.
        plain => plain.to_string(),
    }
}
