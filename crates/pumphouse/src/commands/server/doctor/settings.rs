//! Whether the settings can be read and mean something.

use super::finding::Finding;
use crate::error::Error;
use crate::settings::Loaded;

const SUBJECT: &str = "settings";

pub(super) fn unreadable(error: &Error) -> Finding {
    let text = error.text().unwrap_or_default();
    let (text, advice) = text.split_once("\nhint: ").unwrap_or((&text, "mend them"));
    let text = text
        .trim_start_matches("error: ")
        .replace("\nerror: ", "; ");
    Finding::failure(SUBJECT, text, advice)
}

pub(super) fn examine(loaded: &Loaded) -> Vec<Finding> {
    let files: Vec<String> = loaded
        .files
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let read = match files.as_slice() {
        [] => "there is no configuration file".to_owned(),
        files => format!("read from {}", files.join(", ")),
    };
    let mut findings = vec![Finding::good(SUBJECT, read)];
    findings.extend(loaded.warnings.iter().map(|warning| {
        // What to do stands at the end of each.
        Finding::warning(
            SUBJECT,
            warning,
            "pumphouse serve --check shows what is used",
        )
    }));
    findings
}
