//! `pumphouse oauth1 sign`: signs a request.

use pumphouse_oauth1::SignError;
use pumphouse_oauth1::explain::Explanation;
use serde_json::Value;

use super::credentials::SharedSecrets;
use super::input::Input;
use super::method::Method;
use super::parameters::Place;
use super::request::Message;
use super::{curl, report};
use crate::error::Error;
use crate::output;

/// Sign a request.
///
/// Prints the Authorization header, or with --placement the signed URL or the signed body, exactly
/// as it must be sent: a body has no line end unless it is shown on a terminal.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  pumphouse oauth1 sign --url 'https://api.example/photos?size=small' \\
    --consumer-key key --token token
  pumphouse oauth1 sign --url https://api.example/notes --header 'Content-Type: application/json' \\
    --body '{\"text\":\"Hello\"}' --body-hash --consumer-key key --rsa-key client.pem --curl

The secrets are taken from PUMPHOUSE_OAUTH1_CONSUMER_SECRET and PUMPHOUSE_OAUTH1_TOKEN_SECRET, or
asked for.")]
pub(super) struct Args {
    #[command(flatten)]
    input: Input,

    /// Print a curl command that sends the signed request; it can be sent once
    #[arg(long, help_heading = "Output", conflicts_with = "json")]
    curl: bool,

    /// Print JSON: every form of the signed request, and what was signed
    #[arg(long, help_heading = "Output")]
    json: bool,
}

/// Signs and prints.
pub(super) fn run(args: &Args) -> Result<(), Error> {
    let message = args.input.request.read()?;
    let (signed, _) = sign(&args.input, &message)?;
    let Input {
        credentials,
        parameters,
        ..
    } = &args.input;
    if parameters.method(credentials) == Method::Plaintext && !is_https(&message.url) {
        output::note(
            "warning: over http everyone on the way can read the secrets that PLAINTEXT sends",
        );
    }
    if args.json {
        return output::line(&Value::from(report::of_signed(&signed)).to_string());
    }
    let place = parameters.place();
    if args.curl {
        return output::line(&curl::command(&message, &signed, place)?);
    }
    match place {
        Place::Header => output::line(&format!("Authorization: {}", signed.authorization_header)),
        Place::Query => output::line(&signed.signed_url),
        Place::Body => output::data(&signed.signed_body.unwrap_or_default()),
    }
}

/// The signed request in every form, and how it came about; and the secrets that it took.
pub(super) fn sign(
    input: &Input,
    message: &Message,
) -> Result<(Explanation, SharedSecrets), Error> {
    let Input {
        credentials,
        parameters,
        ..
    } = input;
    credentials.client()?;
    let method = parameters.method(credentials);
    let secrets = credentials.shared_secrets(method, credentials.token.as_deref())?;
    let signer = parameters.signer(credentials, &secrets)?;
    let signed = signer.explain(&message.request()).map_err(cannot_sign)?;
    Ok((signed, secrets))
}

fn cannot_sign(error: SignError) -> Error {
    match error {
        SignError::Random(error) => Error::failure("no nonce could be made").with_source(error),
        SignError::Method(error) => Error::credentials("the key cannot sign").with_source(error),
        SignError::NoFormBody => Error::usage(error.to_string())
            .with_hint("add --header 'Content-Type: application/x-www-form-urlencoded'"),
        SignError::NoBody => Error::usage(error.to_string())
            .with_hint("name a method that has a body, for example with --method POST"),
        SignError::AlreadySigned(_) => Error::usage(error.to_string())
            .with_hint("to look into a signed request, use: pumphouse oauth1 explain"),
        error => Error::usage(error.to_string()),
    }
}

fn is_https(url: &str) -> bool {
    url.split_once(':')
        .is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("https"))
}
