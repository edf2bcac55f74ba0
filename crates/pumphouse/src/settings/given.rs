//! A value of a setting as it was given, and where that was.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use serde_json::{Map, Value};

/// A value, not yet of the type that its key wants.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) value: Value,
    pub(crate) origin: Origin,
}

/// Where a value was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// On the command line.
    Flag,
    /// In this variable of the environment.
    Environment(String),
    /// In a file.
    File(Arc<ConfigFile>, usize),
}

/// A configuration file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ConfigFile {
    pub(crate) path: PathBuf,
    /// Whether pump.io wrote its rules: other defaults, and paths that begin where the program runs.
    pub(crate) is_pump_io: bool,
}

/// What a value has to be, in words that follow "has to be".
pub(crate) type Wanted = String;

type Result<T> = std::result::Result<T, Wanted>;

impl Given {
    /// A text; a number counts as one.
    pub(crate) fn text(&self) -> Result<String> {
        match &self.value {
            Value::String(text) => Ok(text.clone()),
            Value::Number(number) => Ok(number.to_string()),
            _ => Err("a text".to_owned()),
        }
    }

    /// A text; none if it is empty.
    pub(crate) fn optional_text(&self) -> Result<Option<String>> {
        Ok(Some(self.text()?).filter(|text| !text.is_empty()))
    }

    /// A number, or a text that is one.
    pub(crate) fn number<T: FromStr>(&self, wanted: &str) -> Result<T> {
        let number = match &self.value {
            Value::Number(number) => number.to_string().parse(),
            Value::String(text) => text.trim().parse(),
            _ => return Err(wanted.to_owned()),
        };
        number.map_err(|_| wanted.to_owned())
    }

    /// A port.
    pub(crate) fn port(&self) -> Result<u16> {
        self.number("a port, 0 to 65535")
    }

    /// Yes or no.
    pub(crate) fn switch(&self) -> Result<bool> {
        match &self.value {
            Value::Bool(is_on) => Ok(*is_on),
            Value::String(text) => match text.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Ok(true),
                "false" | "no" | "off" | "0" => Ok(false),
                _ => Err("true or false".to_owned()),
            },
            _ => Err("true or false".to_owned()),
        }
    }

    /// One of these words.
    pub(crate) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T> {
        let text = self.text().unwrap_or_default();
        let found = choices.iter().find(|(word, _)| *word == text);
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            format!("one of: {}", words.join(", "))
        })
    }

    /// A path; none if it is empty. In `pumphouse.toml` it begins where that file is.
    pub(crate) fn path(&self) -> Result<Option<PathBuf>> {
        let text = match &self.value {
            Value::String(text) if text.is_empty() => return Ok(None),
            Value::String(text) => text,
            _ => return Err("a path".to_owned()),
        };
        Ok(Some(match &self.origin {
            Origin::File(file, _) if !file.is_pump_io => {
                let directory = file.path.parent().unwrap_or(Path::new(""));
                directory.join(text)
            }
            _ => PathBuf::from(text),
        }))
    }

    /// A list, or a text with commas between its parts.
    pub(crate) fn list<T: FromStr>(&self, wanted: &str) -> Result<Vec<T>> {
        let parts: Vec<&str> = match &self.value {
            Value::String(text) => text.split(',').filter(|part| !part.is_empty()).collect(),
            Value::Array(parts) => {
                let parts = parts.iter().map(Value::as_str).collect::<Option<_>>();
                parts.ok_or_else(|| wanted.to_owned())?
            }
            _ => return Err(wanted.to_owned()),
        };
        let parsed = parts.iter().map(|part| part.trim().parse().ok()).collect();
        let parsed: Option<Vec<T>> = parsed;
        parsed.ok_or_else(|| wanted.to_owned())
    }

    /// An object, such as `{ a = 1 }`, or a text with one in JSON.
    pub(crate) fn object(&self) -> Option<Map<String, Value>> {
        match &self.value {
            Value::Object(object) => Some(object.clone()),
            Value::String(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    /// Whether it is what a program takes for no: absent, empty, false or zero.
    pub(crate) fn asks_for_nothing(&self) -> bool {
        match &self.value {
            Value::Null | Value::Bool(false) => true,
            Value::Bool(true) => false,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => matches!(text.as_str(), "" | "false" | "0" | "[]" | "{}"),
            Value::Array(parts) => parts.is_empty(),
            Value::Object(parts) => parts.is_empty(),
        }
    }
}

impl Origin {
    /// Where a key stands, in words that follow a comma.
    pub(crate) fn place(&self, key: &str) -> String {
        match self {
            Self::Flag => format!("--{key}"),
            Self::Environment(name) => format!("{name} in the environment"),
            Self::File(file, line) => format!("{}, line {line}", file.path.display()),
        }
    }
}

impl fmt::Display for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.display().fmt(f)
    }
}
