//! The signature methods on the command line.

use std::sync::Arc;

use clap::ValueEnum;
use pumphouse_oauth1::{
    HmacSha1, HmacSha256, HmacSha512, Plaintext, RsaPrivateKey, RsaSha1, RsaSha256, RsaSha512,
    SignatureMethod,
};

/// A signature method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    #[value(name = "HMAC-SHA1")]
    HmacSha1,
    #[value(name = "HMAC-SHA256")]
    HmacSha256,
    #[value(name = "HMAC-SHA512")]
    HmacSha512,
    #[value(name = "RSA-SHA1")]
    RsaSha1,
    #[value(name = "RSA-SHA256")]
    RsaSha256,
    #[value(name = "RSA-SHA512")]
    RsaSha512,
    #[value(name = "PLAINTEXT")]
    Plaintext,
}

impl Method {
    /// The value of oauth_signature_method.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::HmacSha1 => "HMAC-SHA1",
            Self::HmacSha256 => "HMAC-SHA256",
            Self::HmacSha512 => "HMAC-SHA512",
            Self::RsaSha1 => "RSA-SHA1",
            Self::RsaSha256 => "RSA-SHA256",
            Self::RsaSha512 => "RSA-SHA512",
            Self::Plaintext => "PLAINTEXT",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::value_variants()
            .iter()
            .copied()
            .find(|method| method.name() == name)
    }

    pub(super) fn is_rsa(self) -> bool {
        matches!(self, Self::RsaSha1 | Self::RsaSha256 | Self::RsaSha512)
    }

    /// The method itself; `key` signs with the RSA methods.
    pub(super) fn implementation(self, key: Option<RsaPrivateKey>) -> Arc<dyn SignatureMethod> {
        macro_rules! rsa {
            ($method:ident) => {
                Arc::new(key.map_or_else($method::verifying, $method::signing_with))
            };
        }
        match self {
            Self::HmacSha1 => Arc::new(HmacSha1),
            Self::HmacSha256 => Arc::new(HmacSha256),
            Self::HmacSha512 => Arc::new(HmacSha512),
            Self::RsaSha1 => rsa!(RsaSha1),
            Self::RsaSha256 => rsa!(RsaSha256),
            Self::RsaSha512 => rsa!(RsaSha512),
            Self::Plaintext => Arc::new(Plaintext),
        }
    }
}
