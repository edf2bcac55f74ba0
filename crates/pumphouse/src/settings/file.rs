//! Reading configuration files: `pumphouse.toml`, and pump.io's JSON, comments forgiven.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jsonc_parser::{ParseOptions, parse_to_ast};
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::given::{ConfigFile, Given, Origin};
use super::keys::find;
use crate::error::Error;

/// Where files are looked for when none is named.
pub(crate) struct Places {
    /// The first of these that is there is read alone.
    pub(crate) own: Vec<PathBuf>,
    /// If none of those is there, these are read, a later one over an earlier one.
    pub(crate) pump_io: Vec<PathBuf>,
}

impl Places {
    /// The places on this machine.
    pub(crate) fn here() -> Self {
        let mut own = vec![PathBuf::from("pumphouse.toml")];
        let mut pump_io = vec![PathBuf::from("/etc/pump.io.json")];
        if let Ok(strategy) = etcetera::choose_base_strategy() {
            use etcetera::BaseStrategy as _;
            own.push(strategy.config_dir().join("pumphouse/pumphouse.toml"));
            pump_io.push(strategy.home_dir().join(".pump.io.json"));
        }
        own.push(PathBuf::from("/etc/pumphouse.toml"));
        Self { own, pump_io }
    }

    /// The files to read, in order.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let own = self.own.iter().find(|path| path.exists());
        match own {
            Some(path) => vec![path.clone()],
            None => {
                let there = self.pump_io.iter().filter(|path| path.exists());
                there.cloned().collect()
            }
        }
    }
}

/// A key as it stands in a file, with its value.
pub(crate) type Entry = (String, Given);

/// Reads a file: JSON is pump.io's, anything else is TOML.
pub(crate) fn read(path: &Path) -> Result<(Arc<ConfigFile>, Vec<Entry>), Error> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        Error::usage(format!("cannot read the configuration {}", path.display()))
            .with_source(error)
            .with_hint("check its name and that this user may read it")
    })?;
    let is_pump_io = path
        .extension()
        .is_some_and(|extension| extension == "json");
    let file = Arc::new(ConfigFile {
        path: path.to_owned(),
        is_pump_io,
    });
    let entries = if is_pump_io {
        json(&text, &file)
    } else {
        toml(&text, &file)
    };
    let entries = entries.map_err(|(line, what)| {
        Error::usage(format!("{}, line {line}: {what}", path.display()))
            .with_hint("mend that line; pumphouse serve --check reads the file without starting")
    })?;
    Ok((file, entries))
}

type Fault = (usize, String);

fn json(text: &str, file: &Arc<ConfigFile>) -> Result<Vec<Entry>, Fault> {
    let strict = ParseOptions {
        allow_comments: true,
        allow_loose_object_property_names: false,
        allow_trailing_commas: true,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &strict)
        .map_err(|error| (error.line_display(), error.kind().to_string()))?;
    let Some(jsonc_parser::ast::Value::Object(object)) = parsed.value else {
        return Err((1, "it has to be a JSON object: { … }".to_owned()));
    };
    let entry = |property: jsonc_parser::ast::ObjectProp<'_>| {
        let origin = Origin::File(Arc::clone(file), line_at(text, property.range.start));
        let value = Value::from(property.value);
        (property.name.into_string(), Given { value, origin })
    };
    Ok(object.properties.into_iter().map(entry).collect())
}

fn toml(text: &str, file: &Arc<ConfigFile>) -> Result<Vec<Entry>, Fault> {
    let fault = |error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        (line_at(text, start), error.message().to_owned())
    };
    let spans = DeTable::parse(text).map_err(fault)?;
    let values: Map<String, Value> = toml::from_str(text).map_err(fault)?;
    let mut entries = Vec::new();
    flatten(text, file, "", spans.get_ref(), values, &mut entries);
    Ok(entries)
}

/// A table that is no value itself is a section: `[smtp] server = …` is `smtp-server = …`.
fn flatten(
    text: &str,
    file: &Arc<ConfigFile>,
    prefix: &str,
    spans: &DeTable<'_>,
    mut values: Map<String, Value>,
    entries: &mut Vec<Entry>,
) {
    let mut found: Vec<_> = spans.iter().collect();
    found.sort_by_key(|(name, _)| name.span().start);
    for (name, span) in found {
        let Some(value) = values.remove(name.get_ref().as_ref()) else {
            continue;
        };
        let key = format!("{prefix}{}", name.get_ref());
        match (span.get_ref(), value) {
            (DeValue::Table(inner), Value::Object(values)) if find(&key).is_none() => {
                flatten(text, file, &format!("{key}-"), inner, values, entries);
            }
            (_, value) => {
                let origin = Origin::File(Arc::clone(file), line_at(text, name.span().start));
                entries.push((key, Given { value, origin }));
            }
        }
    }
}

/// The number of the line in which this byte stands.
fn line_at(text: &str, byte: usize) -> usize {
    let before = &text.as_bytes()[..byte.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}
