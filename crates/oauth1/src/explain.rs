//! For people whose signature is refused: every intermediate value, and the usual mistake that explains it.
//!
//! Nothing here is needed to sign or to verify, and what is printed of it shows no secret (with PLAINTEXT the signature
//! itself is the secrets: it is not printed); the key itself comes from
//! [`Keys::shared_key`](crate::Keys::shared_key).
//!
//! ```
//! use pumphouse_oauth1::explain::{Diagnosis, Mistake, diagnose};
//! use pumphouse_oauth1::verify::{Policy, Unverified};
//! use pumphouse_oauth1::{ClientCredentials, Keys, Request, Secret, Signer, SystemClock, Clock};
//!
//! // A client signs what it believes to be sent …
//! let signer = Signer::new(ClientCredentials::new("key", "secret"));
//! let header = signer.authorization(&Request::new("GET", "http://example.org/photos"))?;
//!
//! // … but it is sent over https.
//! let received = Request::new("GET", "https://example.org/photos").with_authorization(&header);
//! let unverified = Unverified::parse(&received, &Policy::default(), SystemClock.now())?;
//! let secret = Secret::new("secret");
//! assert_eq!(diagnose(&unverified, &Keys::new("key", &secret)), Diagnosis::Explained(vec![Mistake::OtherScheme]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod attempt;
mod encoding;
mod mistake;
mod search;

pub use self::mistake::{Diagnosis, Mistake};
pub use self::search::diagnose;

use crate::base_string;
use crate::header;
use crate::percent;
use crate::problem::Problem;
use crate::request::Request;
use crate::sign::{Prepared, SignError, Signer};
use crate::verify::Unverified;

/// The parts of a signature base string, and the whole (RFC 5849, section 3.4.1).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Steps {
    /// Scheme, host, port and path.
    pub base_string_uri: String,
    /// All parameters, encoded, sorted and joined.
    pub normalised_parameters: String,
    /// What is signed.
    pub base_string: String,
}

impl Steps {
    /// The parts of the base string of a request as it was received, whatever else is wrong with it: for those that
    /// [`Unverified::parse`] refuses. Every parameter counts, repeated ones too.
    ///
    /// # Errors
    /// When the URL or the header cannot be read.
    pub fn of_received(request: &Request<'_>) -> Result<Self, Problem> {
        if request.has_repeated_authorization() {
            return Err(Problem::HeaderMalformed);
        }
        let mut params = base_string::collect_parameters(request).map_err(Problem::UrlMalformed)?;
        if let Some(mut pairs) = header::pairs(request.authorization().unwrap_or_default()) {
            while let Some(pair) = pairs.next_pair().map_err(|_| Problem::HeaderMalformed)? {
                if !pair.is_realm() {
                    params.push(pair.param());
                }
            }
        }
        let base_string = base_string::build(request, &params).map_err(Problem::UrlMalformed)?;
        Ok(Self::of(base_string.as_bytes()))
    }

    fn of(base_string: &[u8]) -> Self {
        let base_string = String::from_utf8_lossy(base_string).into_owned();
        let mut parts = base_string
            .splitn(3, '&')
            .skip(1)
            .map(|part| percent::into_text(percent::decode(part.as_bytes()).into_owned()));
        let base_string_uri = parts.next().unwrap_or_default();
        let normalised_parameters = parts.next().unwrap_or_default();
        Self {
            base_string_uri,
            normalised_parameters,
            base_string,
        }
    }
}

impl Prepared<'_> {
    /// The parts of the base string.
    pub fn steps(&self) -> Steps {
        Steps::of(self.base_string())
    }
}

impl Unverified<'_> {
    /// The parts of the base string that the signature must fit.
    pub fn steps(&self) -> Steps {
        Steps::of(&self.base_string())
    }
}

/// A signed request in every form, all with the same nonce and timestamp.
///
/// Printed for debugging it shows the steps alone: with PLAINTEXT the rest holds the secrets.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Explanation {
    /// How the base string came about.
    pub steps: Steps,
    /// The signature, not percent-encoded. With PLAINTEXT it is the secrets.
    pub signature: String,
    /// The `Authorization` header.
    pub authorization_header: String,
    /// The URL with the parameters in its query.
    pub signed_url: String,
    /// The body with the parameters in it, when it is a form.
    pub signed_body: Option<Vec<u8>>,
}

impl std::fmt::Debug for Explanation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Explanation")
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl Signer {
    /// Signs a request and gives every form and every intermediate value. The request must have been made with its absolute URL.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn explain(&self, request: &Request<'_>) -> Result<Explanation, SignError> {
        if request.url().is_none() {
            return Err(SignError::NoUrl);
        }
        let prepared = self.prepare(request)?;
        let signature = self.method().sign(prepared.base_string(), &self.keys())?;
        Ok(Explanation {
            steps: prepared.steps(),
            authorization_header: prepared.header(&signature),
            signed_url: prepared.query(&signature),
            signed_body: request.form().is_some().then(|| prepared.body(&signature)),
            signature,
        })
    }
}
