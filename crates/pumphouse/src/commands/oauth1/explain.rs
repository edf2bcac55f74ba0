//! `pumphouse oauth1 explain`: how a signature comes about, and which mistake explains a wrong one.

use pumphouse_oauth1::explain::{Diagnosis, Mistake, Steps, diagnose};
use pumphouse_oauth1::{Clock as _, Problem, SystemClock, Unverified, percent};
use serde_json::{Map, Value, json};

use super::credentials::SharedSecrets;
use super::input::Input;
use super::method::Method;
use super::received::{self, Carried, Keyring};
use super::request::Message;
use super::{advice, refused, report, sign};
use crate::error::Error;
use crate::output;

/// Show how a signature comes about, and find the mistake in a wrong one.
///
/// Without a signature in the request it shows what `sign` would sign. With one, it shows what the
/// signature must fit, and when it does not fit it makes the usual mistakes on purpose, one by one
/// and two by two, until the signature comes out.
///
/// The exit status is 0 when there is an explanation, whatever it says; `verify` tells right from
/// wrong. It is 4 when the request is refused before its signature is looked at; what can be read of
/// such a request is shown.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse oauth1 explain --url 'https://api.example/photos?size=small' --consumer-key key
  pumphouse oauth1 explain --url 'https://api.example/photos?size=small' \\
    --header 'Authorization: OAuth oauth_consumer_key=\"key\", …'

The secrets are taken from PUMPHOUSE_OAUTH1_CONSUMER_SECRET and PUMPHOUSE_OAUTH1_TOKEN_SECRET, or
asked for.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Show the secrets in the key, and PLAINTEXT signatures, which consist of them
    #[arg(long, help_heading = "Output")]
    show_secrets: bool,

    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// How a signature comes about.
struct Story<'m> {
    message: &'m Message,
    method: Method,
    steps: Steps,
    /// Secrets masked, unless they are to be shown.
    key: String,
    /// What the signature must be, when that is known to others than the signer.
    right_signature: Option<String>,
    verdict: Option<Verdict>,
    /// What `sign --json` prints.
    report: Map<String, Value>,
}

/// What is to be said of a signed request.
struct Verdict {
    sent_signature: String,
    diagnosis: Diagnosis,
    /// What else is worth knowing.
    notes: Vec<String>,
}

/// Explains and prints.
pub(super) fn run(args: &Args) -> Result<(), Error> {
    let message = args.input.request.read()?;
    let parsed = received::parse(&message, &args.input.parameters, None, SystemClock.now());
    let mut story = match parsed {
        Ok((unverified, method)) => of_signed(args, &message, &unverified, method)?,
        Err(Problem::NotSigned) => of_unsigned(args, &message)?,
        Err(problem) => {
            return refused::explain(&message, &problem, args.show_secrets, args.json);
        }
    };
    if story.method == Method::Plaintext && !args.show_secrets {
        story.mask_signatures();
    }
    if args.json {
        return output::line(&story.into_json().to_string());
    }
    report::print_lines(&story.lines())
}

/// What would be signed.
fn of_unsigned<'m>(args: &Args, message: &'m Message) -> Result<Story<'m>, Error> {
    let (signed, secrets) = sign::sign(&args.input, message)?;
    let method = args.input.parameters.method(&args.input.credentials);
    Ok(Story {
        message,
        method,
        key: shown_key(method, &secrets, args.show_secrets),
        report: report::of_signed(&signed),
        steps: signed.steps,
        right_signature: Some(signed.signature),
        verdict: None,
    })
}

/// What was signed, or should have been.
fn of_signed<'m>(
    args: &Args,
    message: &'m Message,
    unverified: &Unverified<'_>,
    method: Method,
) -> Result<Story<'m>, Error> {
    let keyring = Keyring::find(&args.input.credentials, unverified, method)?;
    let keys = keyring.keys();
    let steps = unverified.steps();
    let carried = Carried::of(message);
    let sent_signature = carried.get("oauth_signature").unwrap_or_default();
    let right_signature = method
        .implementation(None)
        .sign(steps.base_string.as_bytes(), &keys);
    Ok(Story {
        message,
        method,
        key: shown_key(method, &keyring.secrets, args.show_secrets),
        steps,
        right_signature: right_signature.ok(),
        verdict: Some(Verdict {
            diagnosis: diagnose(unverified, &keys),
            notes: notes(args, message, &carried, &sent_signature),
            sent_signature,
        }),
        report: received::report(message, Some(&unverified.steps())),
    })
}

/// What is not as it should be, whether the signature is right or wrong.
fn notes(args: &Args, message: &Message, carried: &Carried<'_>, sent: &str) -> Vec<String> {
    let mut notes = carried.differences(&args.input);
    let header = message.header("authorization").unwrap_or_default();
    if percent::encode(sent) != sent && header.contains(&format!("\"{sent}\"")) {
        notes.push(
            "its signature is not percent-encoded in the header: strict servers refuse that"
                .to_owned(),
        );
    }
    notes
}

fn shown_key(method: Method, secrets: &SharedSecrets, is_shown: bool) -> String {
    if method.is_rsa() {
        return "(the private key)".to_owned();
    }
    secrets.as_key(is_shown)
}

impl Story<'_> {
    /// PLAINTEXT signatures are the secrets.
    fn mask_signatures(&mut self) {
        let masked = "(the key)".to_owned();
        self.right_signature = self.right_signature.as_ref().map(|_| masked.clone());
        if let Some(verdict) = &mut self.verdict {
            verdict.sent_signature = masked;
        }
        report::mask_signatures(&mut self.report);
    }

    fn into_json(self) -> Value {
        let mut report = self.report;
        report.insert("signature_method".to_owned(), json!(self.method.name()));
        report.insert("key".to_owned(), json!(self.key));
        if let Some(verdict) = self.verdict {
            report.insert("right_signature".to_owned(), json!(self.right_signature));
            report.insert("verdict".to_owned(), json!(verdict.word()));
            let mistakes: Vec<_> = verdict.mistakes().iter().map(mistake_as_json).collect();
            report.insert("mistakes".to_owned(), mistakes.into());
            report.insert("notes".to_owned(), json!(verdict.notes));
        }
        report.into()
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![
            ("method", self.message.method.to_uppercase()),
            ("signature method", self.method.name().to_owned()),
            ("base string URI", self.steps.base_string_uri.clone()),
            (
                "normalised parameters",
                self.steps.normalised_parameters.clone(),
            ),
            ("base string", self.steps.base_string.clone()),
            ("key", self.key.clone()),
        ];
        if let Some(signature) = &self.right_signature {
            let name = match self.verdict {
                Some(_) => "right signature",
                None => "signature",
            };
            lines.push((name, signature.clone()));
        }
        if let Some(verdict) = &self.verdict {
            lines.push(("signature sent", report::shown(&verdict.sent_signature)));
            lines.extend(verdict.lines());
        }
        lines
    }
}

impl Verdict {
    fn mistakes(&self) -> &[Mistake] {
        match &self.diagnosis {
            Diagnosis::Explained(mistakes) => mistakes,
            Diagnosis::Right | Diagnosis::Unexplained => &[],
        }
    }

    fn word(&self) -> &'static str {
        match self.diagnosis {
            Diagnosis::Right => "right",
            Diagnosis::Explained(_) => "explained",
            Diagnosis::Unexplained => "unexplained",
        }
    }

    fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        match &self.diagnosis {
            Diagnosis::Right => lines.push(("verdict", "the signature is right".to_owned())),
            Diagnosis::Unexplained => {
                lines.push((
                    "verdict",
                    "wrong, and no usual mistake explains it".to_owned(),
                ));
                lines.push(("what to do", advice::FOR_THE_UNEXPLAINED.to_owned()));
            }
            Diagnosis::Explained(mistakes) => {
                lines.push(("verdict", "the signature is wrong".to_owned()));
                for mistake in mistakes {
                    lines.push(("mistake", mistake.to_string()));
                    lines.push(("what to do", advice::on(mistake).to_owned()));
                }
            }
        }
        lines.extend(self.notes.iter().map(|note| ("note", note.clone())));
        lines
    }
}

fn mistake_as_json(mistake: &Mistake) -> Value {
    json!({"mistake": mistake.to_string(), "advice": advice::on(mistake)})
}
