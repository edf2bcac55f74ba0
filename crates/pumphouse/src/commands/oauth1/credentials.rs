//! Keys and secrets: from the command line, the environment, or whoever sits at the terminal.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use pumphouse_oauth1::{RsaPrivateKey, RsaPublicKey, Secret, percent};

use super::method::Method;
use crate::ask::ask;
use crate::error::Error;

const CONSUMER_SECRET: &str = "PUMPHOUSE_OAUTH1_CONSUMER_SECRET";
const TOKEN_SECRET: &str = "PUMPHOUSE_OAUTH1_TOKEN_SECRET";

/// Who signs, or has signed.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Keys and secrets")]
pub(super) struct CredentialArgs {
    /// The consumer key, which names the client
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub(super) consumer_key: Option<String>,

    /// The consumer secret; - asks for it, and so does a terminal when it is missing
    #[arg(long, value_name = "SECRET", env = CONSUMER_SECRET, hide_env_values = true, allow_hyphen_values = true)]
    consumer_secret: Option<Secret>,

    /// The token, when the request has one
    #[arg(long, allow_hyphen_values = true)]
    pub(super) token: Option<String>,

    /// The secret of the token; - asks for it, and so does a terminal when it is missing
    #[arg(long, value_name = "SECRET", env = TOKEN_SECRET, hide_env_values = true, allow_hyphen_values = true)]
    token_secret: Option<Secret>,

    /// A PEM file for the RSA methods: the private key to sign, the public key, the certificate or
    /// the private key to verify
    #[arg(long, value_name = "FILE")]
    pub(super) rsa_key: Option<PathBuf>,
}

/// The secrets that HMAC and PLAINTEXT share with the provider.
#[derive(Default)]
pub(super) struct SharedSecrets {
    pub(super) consumer: Secret,
    /// Empty when there is no token.
    pub(super) token: Secret,
}

impl SharedSecrets {
    /// The key that they make (RFC 5849, section 3.4.2), or with names in place of the secrets.
    pub(super) fn as_key(&self, is_shown: bool) -> String {
        let show = |secret: &Secret, name: &str| match secret.expose() {
            "" => String::new(),
            text if is_shown => percent::encode(text),
            _ => format!("({name})"),
        };
        let consumer = show(&self.consumer, "consumer secret");
        let token = show(&self.token, "token secret");
        format!("{consumer}&{token}")
    }
}

impl CredentialArgs {
    /// The client to sign as.
    pub(super) fn client(&self) -> Result<&str, Error> {
        self.consumer_key.as_deref().ok_or_else(|| {
            Error::usage("there is no consumer key to sign with")
                .with_hint("name the client with --consumer-key")
        })
    }

    /// The secrets that the method takes: with RSA none, without a token that of the client only.
    pub(super) fn shared_secrets(
        &self,
        method: Method,
        token: Option<&str>,
    ) -> Result<SharedSecrets, Error> {
        if method.is_rsa() {
            return Ok(SharedSecrets::default());
        }
        let consumer = find(
            self.consumer_secret.as_ref(),
            "consumer secret",
            CONSUMER_SECRET,
        )?;
        let token = match token {
            None => Secret::default(),
            Some(_) => find(self.token_secret.as_ref(), "token secret", TOKEN_SECRET)?,
        };
        Ok(SharedSecrets { consumer, token })
    }

    pub(super) fn private_key(&self) -> Result<RsaPrivateKey, Error> {
        let (path, pem) = self.read_key("the private key")?;
        RsaPrivateKey::from_pem(pem.expose()).map_err(|error| unusable(path, error))
    }

    pub(super) fn public_key(&self) -> Result<RsaPublicKey, Error> {
        let (path, pem) = self.read_key("the public key")?;
        match RsaPrivateKey::from_pem(pem.expose()) {
            Ok(key) => Ok(key.public_key()),
            Err(_) => RsaPublicKey::from_pem(pem.expose()).map_err(|error| unusable(path, error)),
        }
    }

    fn read_key(&self, what: &str) -> Result<(&Path, Secret), Error> {
        let Some(path) = &self.rsa_key else {
            return Err(
                Error::credentials(format!("the RSA methods need {what} of the client"))
                    .with_hint("name the PEM file that holds it with --rsa-key"),
            );
        };
        match std::fs::read_to_string(path) {
            Ok(pem) => Ok((path, Secret::new(pem))),
            Err(error) => Err(unusable(path, error)),
        }
    }
}

fn unusable(path: &Path, error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::credentials(format!("the key in {} cannot be used", path.display())).with_source(error)
}

/// The secret that was given, or that the person types in.
fn find(given: Option<&Secret>, what: &str, variable: &str) -> Result<Secret, Error> {
    // The question is asked where people see it, whatever the input and the output are used for.
    let has_terminal = std::io::stderr().is_terminal();
    match given {
        Some(secret) if secret.expose() != "-" => Ok(secret.clone()),
        _ if has_terminal => ask(&format!("The {what}: "))
            .map(Secret::new)
            .map_err(|error| {
                Error::credentials(format!("the {what} could not be asked for")).with_source(error)
            }),
        Some(_) => Err(Error::credentials(format!(
            "the {what} cannot be asked for: there is no terminal"
        ))
        .with_hint(format!("put it into the environment variable {variable}"))),
        None => Err(
            Error::credentials(format!("the {what} is missing")).with_hint(format!(
                "put it into the environment variable {variable}, where the shell's history does \
                 not keep it; an empty one must be given as such"
            )),
        ),
    }
}
