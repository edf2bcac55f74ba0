//! `pumphouse oauth1 verify`: says whether a signed request is what its signer sent.

use pumphouse_oauth1::explain::Steps;
use pumphouse_oauth1::verify::BodyCoverage;
use pumphouse_oauth1::{Clock as _, Problem, SystemClock, Unverified, percent};
use serde_json::{Map, Value, json};

use super::input::Input;
use super::received::{self, Carried, Keyring};
use super::request::Message;
use crate::error::Error;
use crate::output;

/// Seconds; what servers usually allow.
const USUAL_WINDOW: u64 = 600;

/// Verify a signed request.
///
/// Give the request as it was received, with its Authorization header, or with the parameters in
/// the URL or the body. Of the options for parameters each that is given must agree with the
/// request. The realm is compared where there is a header, and no signature covers it: that it agrees
/// does not show who wrote it. Whether the nonce was used before is not known here, and the age of the timestamp does
/// not matter unless --now or --window is given. The exit status is 4 when the request does not
/// verify.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse oauth1 verify --url 'https://api.example/photos?size=small' \\
    --header 'Authorization: OAuth oauth_consumer_key=\"key\", …'
  pumphouse oauth1 verify --method POST --url https://api.example/notes --body-file request.json \\
    --header 'Content-Type: application/json' --header 'Authorization: OAuth …' \\
    --rsa-key client-public.pem --window 600

The secrets are taken from PUMPHOUSE_OAUTH1_CONSUMER_SECRET and PUMPHOUSE_OAUTH1_TOKEN_SECRET, or
asked for.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// How far the timestamp may be away from the time, either way [default: any distance; 600
    /// with --now]
    #[arg(long, help_heading = "Time", value_name = "SECONDS")]
    window: Option<u64>,

    /// The time, in seconds since 1970 [default: this machine's]
    #[arg(long, help_heading = "Time", value_name = "SECONDS")]
    now: Option<u64>,

    /// Print JSON
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// Why a request does not verify.
struct Refusal {
    /// As OAuth problem reports name it.
    code: &'static str,
    message: String,
    hint: Option<&'static str>,
}

/// Verifies and prints.
pub(super) fn run(args: &Args) -> Result<(), Error> {
    let message = args.input.request.read()?;
    let now = args.now.unwrap_or_else(|| SystemClock.now());
    let window = args.window.or(args.now.map(|_| USUAL_WINDOW));
    let parsed = received::parse(&message, &args.input.parameters, window, now);
    let (unverified, steps, outcome) = match parsed {
        Ok((unverified, method)) => {
            let keyring = Keyring::find(&args.input.credentials, &unverified, method)?;
            let outcome = check(&args.input, &message, &unverified, &keyring);
            let steps = unverified.steps();
            (Some(unverified), Some(steps), outcome)
        }
        Err(problem) => {
            let steps = received::readable_steps(&message, &problem);
            (None, steps, Err(problem.into()))
        }
    };
    if args.json {
        let refusal = outcome.as_ref().err();
        let report = report(&message, unverified.as_ref(), steps.as_ref(), refusal);
        output::line(&report.to_string())?;
    }
    match outcome {
        Err(refusal) => Err(refusal.into()),
        Ok(()) if args.json => Ok(()),
        Ok(()) => describe(&message, unverified.as_ref()),
    }
}

fn check(
    input: &Input,
    message: &Message,
    unverified: &Unverified<'_>,
    keyring: &Keyring,
) -> Result<(), Refusal> {
    unverified.clone().check_signature(&keyring.keys())?;
    let differences = Carried::of(message).differences(input);
    if differences.is_empty() {
        return Ok(());
    }
    Err(Refusal {
        code: "parameter_rejected",
        message: format!(
            "The signature is right, but {}.",
            differences.join(", and ")
        ),
        hint: None,
    })
}

fn describe(message: &Message, unverified: Option<&Unverified<'_>>) -> Result<(), Error> {
    output::line("The request verifies.")?;
    for (name, value) in claims(message, unverified) {
        if let Some(value) = value {
            // Others have written it: encoded, it cannot steer the terminal.
            let name = name.replace('_', " ");
            output::line(&format!("{name:18}{}", percent::encode(value)))?;
        }
    }
    Ok(())
}

/// Who signed, when and how, and whether the body takes part.
fn claims(
    message: &Message,
    unverified: Option<&Unverified<'_>>,
) -> [(&'static str, Option<String>); 6] {
    let carried = Carried::of(message);
    let body = match unverified.map(Unverified::body_coverage) {
        None | Some(BodyCoverage::NoBody) => None,
        Some(BodyCoverage::Hash) => Some("covered-by-hash"),
        Some(BodyCoverage::Form) => Some("covered-as-form"),
        Some(BodyCoverage::NotCovered) => Some("not-covered"),
    };
    [
        ("consumer_key", carried.get("oauth_consumer_key")),
        ("token", carried.get("oauth_token")),
        ("signature_method", carried.get("oauth_signature_method")),
        ("timestamp", carried.get("oauth_timestamp")),
        ("nonce", carried.get("oauth_nonce")),
        ("body", body.map(str::to_owned)),
    ]
}

fn report(
    message: &Message,
    unverified: Option<&Unverified<'_>>,
    steps: Option<&Steps>,
    refusal: Option<&Refusal>,
) -> Value {
    let mut report = Map::new();
    report.insert("verified".to_owned(), json!(refusal.is_none()));
    report.insert(
        "problem".to_owned(),
        json!(refusal.map(|refusal| refusal.code)),
    );
    report.insert(
        "message".to_owned(),
        json!(refusal.map(|refusal| &refusal.message)),
    );
    let claims = claims(message, unverified).map(|(name, value)| (name.to_owned(), json!(value)));
    report.extend(claims);
    report.extend(received::report(message, steps));
    report.into()
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let hint = match problem {
            Problem::NotSigned => Some(
                "give the request with its Authorization header, or as it was signed otherwise",
            ),
            Problem::SignatureInvalid => {
                Some("pumphouse oauth1 explain, with the same options, looks for the mistake")
            }
            _ => None,
        };
        Self {
            code: problem.code(),
            message: problem.to_string(),
            hint,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let error = Self::refused(format!("the request does not verify: {}", refusal.message));
        match refusal.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }
}
