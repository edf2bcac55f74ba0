//! Settings in the environment: `PUMPHOUSE_NAME`, and pump.io's `PUMPIO_NAME`.

use serde_json::Value;

use super::file::Entry;
use super::given::{Given, Origin};

/// Variables of our own that are no settings of a server.
const OTHERS: &[&str] = &["ACCOUNT", "CONFIG", "INSECURE_HTTP", "LOG"];

/// The settings among these variables; pump.io's first, so that ours stand over them.
pub(crate) fn read(variables: impl IntoIterator<Item = (String, String)>) -> Vec<Entry> {
    let mut found: Vec<(bool, Entry)> = variables
        .into_iter()
        .filter_map(|(variable, text)| entry(&variable, text))
        .collect();
    found.sort_by(|(is_own, (name, _)), (is_own_too, (other, _))| {
        (is_own, name).cmp(&(is_own_too, other))
    });
    found.into_iter().map(|(_, entry)| entry).collect()
}

fn entry(variable: &str, text: String) -> Option<(bool, Entry)> {
    let (is_own, name) = match variable.strip_prefix("PUMPIO_") {
        Some(name) => (false, name),
        None => (true, variable.strip_prefix("PUMPHOUSE_")?),
    };
    let is_other = is_own
        && (OTHERS.contains(&name) || name.starts_with("OAUTH") || name.starts_with("TEST_"));
    // A variable that is set to nothing is how some service managers leave one out.
    if is_other || text.is_empty() {
        return None;
    }
    let given = Given {
        value: Value::String(text),
        origin: Origin::Environment(variable.to_owned()),
    };
    Some((is_own, (name.to_owned(), given)))
}
