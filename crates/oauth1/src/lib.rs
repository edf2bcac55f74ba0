//! OAuth 1.0 (RFC 5849): sign, verify and provide, without I/O.

pub mod base_string;
pub mod body_hash;
pub mod clock;
pub mod credentials;
pub mod flow;
pub mod header;
pub mod nonce;
pub mod params;
pub mod percent;
pub mod problem;
mod protocol;
pub mod provider;
mod request;
mod secret;
pub mod sign;
pub mod signature;
mod url;
pub mod verify;
mod written;

pub use body_hash::BodyHash;
pub use clock::{Clock, FixedClock, SystemClock};
pub use credentials::{ClientCredentials, TemporaryCredentials, TokenCredentials};
pub use params::{Param, Params};
pub use problem::Problem;
pub use request::Request;
pub use secret::Secret;
pub use sign::{Placement, SignError, Signed, Signer};
pub use signature::{HmacSha1, HmacSha256, HmacSha512, Keys, Plaintext, SignatureMethod};
#[cfg(feature = "rsa")]
pub use signature::{RsaPrivateKey, RsaPublicKey, RsaSha1, RsaSha256, RsaSha512};
pub use url::{Origin, UrlError};
pub use verify::{Policy, Unverified, Verified};
