//! Reading the data.

use base64::Engine;
use serde_json::Value;

/// Parses a file of cases.
pub(crate) fn cases(text: &str) -> Vec<Value> {
    serde_json::from_str(text).unwrap()
}

pub(crate) fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str)
}

/// The strings of a JSON array.
pub(crate) fn strings(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item.as_str().unwrap())
        .collect()
}

/// The pairs of strings of a JSON array of arrays.
pub(crate) fn pairs(value: &Value) -> Vec<(String, String)> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (strings(pair)[0].to_owned(), strings(pair)[1].to_owned()))
        .collect()
}

pub(crate) fn base64(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

pub(crate) fn headers(case: &Value) -> Vec<(&str, &str)> {
    let headers = case.get("headers").and_then(Value::as_object);
    headers
        .into_iter()
        .flatten()
        .map(|(name, value)| (name.as_str(), value.as_str().unwrap()))
        .collect()
}

/// The body, whichever way it is written down.
pub(crate) fn body(case: &Value) -> Vec<u8> {
    match (text(case, "body64"), text(case, "body")) {
        (Some(encoded), _) => base64(encoded),
        (None, Some(body)) => body.as_bytes().to_vec(),
        (None, None) => Vec::new(),
    }
}

/// The text of a key file.
#[cfg(feature = "rsa")]
pub(crate) fn key(name: &str) -> &'static str {
    match name {
        "rsa2048.private-pkcs8" => include_str!("../data/rsa2048.private-pkcs8.pem"),
        "rsa2048.private-pkcs1" => include_str!("../data/rsa2048.private-pkcs1.pem"),
        "rsa2048.public-spki" => include_str!("../data/rsa2048.public-spki.pem"),
        "rsa2048.public-pkcs1" => include_str!("../data/rsa2048.public-pkcs1.pem"),
        "rsa2048.certificate" => include_str!("../data/rsa2048.certificate.pem"),
        "rsa2048_other.private-pkcs8" => include_str!("../data/rsa2048_other.private-pkcs8.pem"),
        "rsa2048_other.public-spki" => include_str!("../data/rsa2048_other.public-spki.pem"),
        _ => panic!("no key {name}"),
    }
}
