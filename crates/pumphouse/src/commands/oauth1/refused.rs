//! What can be shown of a request that is refused before its signature is looked at.

use pumphouse_oauth1::{Problem, base_string};
use serde_json::{Value, json};

use super::method::Method;
use super::received::{self, Carried};
use super::report;
use super::request::Message;
use crate::error::Error;
use crate::output;

/// Shows it, and ends with the refusal.
pub(super) fn explain(
    message: &Message,
    problem: &Problem,
    shows_secrets: bool,
    as_json: bool,
) -> Result<(), Error> {
    let claimed = Carried::of(message).get("oauth_signature_method");
    if as_json {
        let report = report(message, problem, claimed.as_deref(), shows_secrets);
        output::line(&report.to_string())?;
    } else {
        report::print_lines(&lines(message, problem, claimed.as_deref()))?;
    }
    let reason = "the request is refused before its signature is looked at";
    Err(Error::refused(format!("{reason}: {problem}")))
}

fn report(
    message: &Message,
    problem: &Problem,
    claimed: Option<&str>,
    shows_secrets: bool,
) -> Value {
    let steps = received::readable_steps(message, problem);
    let mut report = received::report(message, steps.as_ref());
    // A misspelt PLAINTEXT is no known method either.
    let is_harmless = claimed
        .and_then(Method::from_name)
        .is_some_and(|method| method != Method::Plaintext);
    if !is_harmless && !shows_secrets {
        report::mask_signatures(&mut report);
    }
    report.insert("signature_method".to_owned(), json!(claimed));
    report.insert("verdict".to_owned(), json!("refused"));
    report.insert("problem".to_owned(), json!(problem.code()));
    report.insert("message".to_owned(), json!(problem.to_string()));
    report.into()
}

fn lines(
    message: &Message,
    problem: &Problem,
    claimed: Option<&str>,
) -> Vec<(&'static str, String)> {
    let mut lines = vec![("method", message.method.to_uppercase())];
    lines.extend(claimed.map(|claimed| ("signature method", report::shown(claimed))));
    if let Some(steps) = received::readable_steps(message, problem) {
        lines.push(("base string URI", steps.base_string_uri));
        lines.push(("normalised parameters", steps.normalised_parameters));
        lines.push(("base string", steps.base_string));
    } else if let Ok(uri) = base_string::uri(&message.request()) {
        lines.push(("base string URI", uri));
    }
    lines
}
