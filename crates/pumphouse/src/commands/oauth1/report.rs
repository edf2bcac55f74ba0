//! Signed requests as JSON, and as lines for people.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pumphouse_oauth1::explain::{Explanation, Steps};
use pumphouse_oauth1::percent;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::output;

/// What was signed, and the signed request in its three forms.
pub(super) fn of_signed(signed: &Explanation) -> Map<String, Value> {
    let mut report = of_steps(Some(&signed.steps));
    report.insert("signature".to_owned(), json!(signed.signature));
    report.insert(
        "authorization_header".to_owned(),
        json!(signed.authorization_header),
    );
    report.insert("signed_url".to_owned(), json!(signed.signed_url));
    insert_body(&mut report, signed.signed_body.as_deref());
    report
}

/// What was signed, as far as that is known.
pub(super) fn of_steps(steps: Option<&Steps>) -> Map<String, Value> {
    Map::from_iter([
        (
            "base_string_uri".to_owned(),
            json!(steps.map(|steps| &steps.base_string_uri)),
        ),
        (
            "normalized_parameters".to_owned(),
            json!(steps.map(|steps| &steps.normalised_parameters)),
        ),
        (
            "base_string".to_owned(),
            json!(steps.map(|steps| &steps.base_string)),
        ),
    ])
}

/// JSON holds text only: a body that is none is given in base64.
pub(super) fn insert_body(report: &mut Map<String, Value>, body: Option<&[u8]>) {
    let text = body.map(str::from_utf8);
    report.insert("signed_body".to_owned(), json!(text.and_then(Result::ok)));
    if let (Some(body), Some(Err(_))) = (body, text) {
        report.insert(
            "signed_body_base64".to_owned(),
            json!(STANDARD.encode(body)),
        );
    }
}

/// Takes out all that holds the signature: with PLAINTEXT it is the secrets.
pub(super) fn mask_signatures(report: &mut Map<String, Value>) {
    for name in [
        "signature",
        "authorization_header",
        "signed_url",
        "signed_body",
    ] {
        report.insert(name.to_owned(), Value::Null);
    }
    report.remove("signed_body_base64");
}

/// Names and what they name, one below the other.
pub(super) fn print_lines(lines: &[(&str, String)]) -> Result<(), Error> {
    lines
        .iter()
        .try_for_each(|(name, value)| output::line(format!("{name:22}  {value}").trim_end()))
}

/// Text that others have written: what could steer the terminal is encoded.
pub(super) fn shown(text: &str) -> String {
    if text.chars().all(|c| c.is_ascii_graphic()) {
        text.to_owned()
    } else {
        percent::encode(text)
    }
}
