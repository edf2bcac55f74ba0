//! Documents for snapshots: what is random in them is made alike.

use serde_json::Value;

/// A document with `UUID` in place of every UUID and token, and `SECRET` in place of every secret.
pub(crate) fn settled(document: &Value) -> Value {
    let mut document = document.clone();
    visit(&mut document);
    document
}

fn visit(value: &mut Value) {
    match value {
        Value::String(text) => *text = settle(text),
        Value::Array(items) => items.iter_mut().for_each(visit),
        Value::Object(object) => object.values_mut().for_each(visit),
        _ => {}
    }
}

fn settle(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let words = text.split_inclusive(|c| !is_plain(c)).map(|word| {
        let name = word.trim_end_matches(|c| !is_plain(c));
        let name = name.strip_suffix("_thumb").unwrap_or(name);
        // What stands behind an encoded slash or colon.
        let inner = ["2F", "3A"].iter().find_map(|code| name.strip_prefix(code));
        let name = inner.filter(|inner| inner.len() >= 22).unwrap_or(name);
        match name.len() {
            22 | 36 => word.replace(name, "UUID"),
            43 => word.replace(name, "SECRET"),
            _ => word.to_owned(),
        }
    });
    words.collect()
}
