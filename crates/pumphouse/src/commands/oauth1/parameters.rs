//! The parameters of the protocol on the command line.

use clap::ValueEnum;
use pumphouse_oauth1::nonce::FixedNonce;
use pumphouse_oauth1::{
    BodyHash, ClientCredentials, FixedClock, Placement, Signer, TokenCredentials,
};

use super::credentials::{CredentialArgs, SharedSecrets};
use super::method::Method;
use crate::error::Error;

/// What to send with the signature; of a signed request, what it must carry.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Parameters (of a signed request: what it must carry)")]
pub(super) struct ParameterArgs {
    /// How to sign [default: HMAC-SHA1, or RSA-SHA1 with --rsa-key]
    #[arg(long, value_name = "METHOD", ignore_case = true)]
    pub(super) signature_method: Option<Method>,

    /// Where the parameters stand [default: header]
    #[arg(long, value_name = "PLACE")]
    pub(super) placement: Option<Place>,

    /// The realm of the header, which is never signed
    #[arg(long)]
    pub(super) realm: Option<String>,

    /// oauth_callback: an absolute URL, or oob
    #[arg(long, value_name = "URL")]
    pub(super) callback: Option<String>,

    /// oauth_verifier
    #[arg(long, allow_hyphen_values = true)]
    pub(super) verifier: Option<String>,

    /// oauth_body_hash, for bodies that are no forms: sha1 (the standard), or sha256
    #[arg(long, value_name = "HASH", num_args = 0..=1, require_equals = true, default_missing_value = "sha1")]
    pub(super) body_hash: Option<Hash>,

    /// No oauth_version
    #[arg(long)]
    pub(super) no_version: bool,

    /// Neither oauth_nonce nor oauth_timestamp, which PLAINTEXT may go without
    #[arg(long, conflicts_with_all = ["nonce", "timestamp"])]
    pub(super) no_nonce: bool,

    /// oauth_nonce [default: random]
    #[arg(long, allow_hyphen_values = true)]
    pub(super) nonce: Option<String>,

    /// oauth_timestamp, in seconds since 1970 [default: now]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) timestamp: Option<u64>,
}

/// Where the parameters stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Place {
    Header,
    Query,
    Body,
}

/// A hash of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Hash {
    Sha1,
    Sha256,
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Query => "query",
            Self::Body => "body",
        }
    }
}

impl From<Place> for Placement {
    fn from(place: Place) -> Self {
        match place {
            Place::Header => Self::Header,
            Place::Query => Self::Query,
            Place::Body => Self::Body,
        }
    }
}

impl From<Hash> for BodyHash {
    fn from(hash: Hash) -> Self {
        match hash {
            Hash::Sha1 => Self::Sha1,
            Hash::Sha256 => Self::Sha256,
        }
    }
}

impl ParameterArgs {
    /// The method to sign with.
    pub(super) fn method(&self, credentials: &CredentialArgs) -> Method {
        let default = match credentials.rsa_key {
            Some(_) => Method::RsaSha1,
            None => Method::HmacSha1,
        };
        self.signature_method.unwrap_or(default)
    }

    /// Where to put the parameters.
    pub(super) fn place(&self) -> Place {
        self.placement.unwrap_or(Place::Header)
    }

    /// What signs as all options say.
    pub(super) fn signer(
        &self,
        credentials: &CredentialArgs,
        secrets: &SharedSecrets,
    ) -> Result<Signer, Error> {
        let method = self.method(credentials);
        if self.no_nonce && method != Method::Plaintext {
            let name = method.name();
            return Err(Error::usage(format!(
                "{name} needs a nonce and a timestamp: leave --no-nonce out"
            )));
        }
        let private_key = if method.is_rsa() {
            Some(credentials.private_key()?)
        } else {
            None
        };
        let client = ClientCredentials::new(credentials.client()?, secrets.consumer.clone());
        // Whether the connection is protected is for people to see to; `sign` reminds them.
        let mut signer = Signer::new(client)
            .with_method(method.implementation(private_key))
            .with_placement(self.place().into())
            .with_plaintext_without_tls();
        if let Some(token) = &credentials.token {
            signer = signer.with_token(TokenCredentials::new(token, secrets.token.clone()));
        }
        Ok(self.configure(signer))
    }

    fn configure(&self, mut signer: Signer) -> Signer {
        if let Some(realm) = &self.realm {
            signer = signer.with_realm(realm);
        }
        if let Some(callback) = &self.callback {
            signer = signer.with_callback(callback);
        }
        if let Some(verifier) = &self.verifier {
            signer = signer.with_verifier(verifier.as_str());
        }
        if let Some(hash) = self.body_hash {
            signer = signer.with_body_hash(hash.into());
        }
        if self.no_version {
            signer = signer.without_version();
        }
        if self.no_nonce {
            signer = signer.without_nonce_and_timestamp();
        }
        if let Some(nonce) = &self.nonce {
            signer = signer.with_nonces(FixedNonce(nonce.clone()));
        }
        if let Some(timestamp) = self.timestamp {
            signer = signer.with_clock(FixedClock(timestamp));
        }
        signer
    }
}
