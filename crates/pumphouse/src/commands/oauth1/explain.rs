//! `pumphouse oauth1 explain`: how a signature comes about, and which mistake explains a wrong one.

use pumphouse_oauth1::explain::{Diagnosis, Mistake, Steps, diagnose};
use pumphouse_oauth1::{Clock as _, Problem, SystemClock, Unverified, percent};
use serde_json::{Value, json};

use super::parameters::Method;
use super::received::{self, Carried, Keyring};
use super::request::Message;
use super::{Input, advice, report, sign};
use crate::error::Error;
use crate::output;

/// Show how a signature comes about, and find the mistake in a wrong one.
///
/// Without a signature in the request it shows what `sign` would sign. With one, it shows what the
/// signature must fit, and when it does not fit it makes the usual mistakes on purpose, one by one
/// and two by two, until the signature comes out.
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
struct Story {
    method: String,
    signature_method: String,
    steps: Steps,
    /// The secrets masked unless they are to be shown.
    key: String,
    /// What the signature must be; unknown when only the signer has the key, or it is to be masked.
    right_signature: Option<String>,
    /// The signature of a signed request, and what is to be said of it.
    verdict: Option<Verdict>,
    /// The fields of `sign --json`.
    report: Value,
}

struct Verdict {
    sent_signature: String,
    diagnosis: Diagnosis,
    /// What the options say, and the request does not.
    differences: Vec<String>,
}

/// Explains and prints.
pub(super) fn run(args: &Args) -> Result<(), Error> {
    let message = args.input.request.read()?;
    let parsed = received::parse(&message, &args.input.parameters, None, SystemClock.now());
    let story = match parsed {
        Ok(unverified) => of_signed(args, &message, &unverified)?,
        Err(Problem::NotSigned) => of_unsigned(args, &message)?,
        Err(problem) => {
            return Err(Error::refused(format!(
                "the request is refused before its signature is looked at: {problem}"
            )));
        }
    };
    if args.json {
        return output::line(&story.to_json().to_string());
    }
    story.lines().iter().try_for_each(|(name, value)| output::line(&format!("{name:24}{value}")))
}

/// What would be signed.
fn of_unsigned(args: &Args, message: &Message) -> Result<Story, Error> {
    let Input { credentials, parameters, .. } = &args.input;
    let signed = sign::sign(&args.input, message)?;
    let method = parameters.method(credentials);
    let token = credentials.token.as_deref();
    let key = if method.is_rsa() {
        "(the RSA private key)".to_owned()
    } else {
        let (consumer_secret, token_secret) = parameters.shared_secrets(credentials)?;
        let keys = Keyring::shared("", consumer_secret, token, token_secret);
        shown_key(args.show_secrets, &keys)
    };
    let is_masked = method == Method::Plaintext && !args.show_secrets;
    let mut report = report::of_signed(&signed);
    if is_masked {
        mask(&mut report);
    }
    Ok(Story {
        method: message.method.clone(),
        signature_method: method.name().to_owned(),
        steps: signed.steps,
        key,
        right_signature: (!is_masked).then_some(signed.signature),
        verdict: None,
        report,
    })
}
