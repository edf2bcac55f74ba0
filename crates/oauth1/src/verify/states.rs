//! The three states of a request that is being verified.

use std::borrow::Cow;

use super::parse::{Claims, check_tls};
use super::policy::{Policy, SharedMethod, TlsRule};
use crate::base_string;
use crate::body_hash::ClaimedBodyHash;
use crate::header::Authorization;
use crate::params::Params;
use crate::problem::Problem;
use crate::protocol::Name;
use crate::request::{Body, Located, Request};
use crate::signature::Keys;
use crate::url::Origin;
use crate::written::Written;

/// A request whose parameters are complete and well-formed, and whose signature nobody has looked at.
///
/// It tells what to look up, and nothing else: every value is a mere claim.
#[derive(Clone)]
pub struct Unverified<'a> {
    pub(super) received: Box<Received<'a>>,
    pub(super) checked: Checked<'a>,
}

/// A request and its claims. In a box, because it is large and passes through many hands.
#[derive(Clone)]
pub(super) struct Received<'a> {
    pub(super) request: Request<'a>,
    pub(super) located: Located<'a>,
    pub(super) claims: Claims<'a>,
}

/// What was found out about the claims.
#[derive(Clone)]
pub(super) struct Checked<'a> {
    pub(super) method: SharedMethod,
    pub(super) client_key: Cow<'a, str>,
    pub(super) token: Option<Cow<'a, str>>,
    pub(super) timestamp_and_nonce: Option<(u64, Cow<'a, str>)>,
    /// How far timestamps may be from the server's clock, in seconds.
    pub(super) window: u64,
    /// What is still to be compared with the body.
    pub(super) body_hash: Option<ClaimedBodyHash>,
}

impl<'a> Unverified<'a> {
    /// `oauth_consumer_key`: the client whose keys to look up.
    pub fn client_key(&self) -> &str {
        &self.checked.client_key
    }

    /// `oauth_token`: the token whose secret to look up. An empty one counts as none.
    pub fn token(&self) -> Option<&str> {
        self.checked.token.as_deref()
    }

    /// `oauth_signature_method`.
    pub fn method_name(&self) -> &str {
        self.checked.method.name()
    }

    /// `oauth_callback`, for the endpoint that gives temporary credentials.
    pub fn callback(&self) -> Option<Cow<'a, str>> {
        self.received
            .claims
            .protocol
            .text(Name::Callback)
            .ok()
            .flatten()
    }

    /// `oauth_verifier`, for the endpoint that gives token credentials.
    pub fn verifier(&self) -> Option<Cow<'a, str>> {
        self.received
            .claims
            .protocol
            .text(Name::Verifier)
            .ok()
            .flatten()
    }

    /// The realm of the header. It is not signed, so it stays a claim even when the request is verified.
    pub fn realm(&self) -> Option<Cow<'a, str>> {
        self.received.claims.realm.map(Written::unquoted_text)
    }

    /// Whether the signature covers the body, and how.
    pub fn body_coverage(&self) -> BodyCoverage {
        let (request, protocol) = (&self.received.request, &self.received.claims.protocol);
        match request.body() {
            Body::Whole([]) => BodyCoverage::NoBody,
            _ if request.is_form() => BodyCoverage::Form,
            _ if protocol.has(Name::BodyHash) => BodyCoverage::Hash,
            _ => BodyCoverage::NotCovered,
        }
    }

    /// Whether the request travelled over TLS, going by its origin or URL.
    pub fn is_secure(&self) -> bool {
        let (request, located) = (&self.received.request, &self.received.located);
        located.is_secure() && request.other_origin().is_none_or(Origin::is_secure)
    }

    /// Whether an answer that holds secrets may be given over this connection.
    pub(crate) fn may_carry_secrets(&self, policy: &Policy) -> bool {
        let (request, located) = (&self.received.request, &self.received.located);
        policy.tls == TlsRule::Never || check_tls(request, located, policy).is_ok()
    }

    /// Client key and token for building [`Keys`] that outlive this value.
    pub(crate) fn identifiers(&self) -> (Cow<'a, str>, Option<Cow<'a, str>>) {
        (self.checked.client_key.clone(), self.checked.token.clone())
    }

    /// Whether the signature is right, without saying so to anyone: for doing the same work with dummy keys.
    pub(crate) fn signature_matches(&self, keys: &Keys<'_>) -> bool {
        let matches = |located| self.signature_matches_at(located, keys);
        let other = || self.received.request.locate_other();
        matches(self.received.located) || other().is_some_and(matches)
    }

    fn signature_matches_at(&self, located: Located<'_>, keys: &Keys<'_>) -> bool {
        let mut memory = self.base_string_at(&located);
        let length = memory.len();
        if let Some(signature) = self.received.claims.protocol.get(Name::Signature) {
            signature.decode_into(&mut memory);
        }
        let (base_string, signature) = memory.split_at(length);
        keys.verify(&*self.checked.method, base_string, signature)
    }

    /// The base string that the signature must fit.
    pub(crate) fn base_string(&self) -> Vec<u8> {
        self.base_string_at(&self.received.located)
    }

    fn base_string_at(&self, located: &Located<'_>) -> Vec<u8> {
        base_string::write(
            self.received.request.method(),
            located,
            &self.received.claims.protocol,
            &self.received.claims.params,
        )
    }

    /// What is sent as the signature.
    pub(crate) fn signature(&self) -> Cow<'a, [u8]> {
        self.received
            .claims
            .protocol
            .get(Name::Signature)
            .map(Written::decode)
            .unwrap_or_default()
    }

    /// Whether the method takes a signature for that of some other base string.
    pub(crate) fn method_verifies(
        &self,
        base_string: &[u8],
        keys: &Keys<'_>,
        signature: &[u8],
    ) -> bool {
        self.checked.method.verify(base_string, keys, signature)
    }

    /// The URL, when the request was made with one.
    pub(crate) fn url_sent(&self) -> Option<&'a str> {
        self.received.request.url()
    }

    pub(crate) fn method_sent(&self) -> &'a str {
        self.received.request.method()
    }

    pub(crate) fn raw_query(&self) -> String {
        String::from_utf8_lossy(self.received.located.query()).into_owned()
    }

    /// The decoded parameters of header, query and form body.
    pub(crate) fn places(&self) -> [Vec<(Vec<u8>, Vec<u8>)>; 3] {
        let header = self
            .received
            .request
            .authorization()
            .and_then(|value| Authorization::parse(value).ok());
        let query = Params::from_form(self.received.located.query());
        let body = self
            .received
            .request
            .form()
            .map(Params::from_form)
            .unwrap_or_default();
        let header = header
            .map(|header| header.params().clone())
            .unwrap_or_default();
        [header, query, body].map(|params| {
            params
                .iter()
                .map(|param| (param.name().into(), param.value().into()))
                .collect()
        })
    }

    /// The body, read as a form whether it is one or not.
    pub(crate) fn body_as_form(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let Body::Whole(body) = self.received.request.body() else {
            return Vec::new();
        };
        Params::from_form(body)
            .iter()
            .map(|param| (param.name().into(), param.value().into()))
            .collect()
    }

    /// Checks signature and body hash.
    ///
    /// # Errors
    /// [`Problem::SignatureInvalid`] and [`Problem::BodyHashInvalid`].
    pub fn check_signature(mut self, keys: &Keys<'_>) -> Result<Authentic<'a>, Problem> {
        self.authenticate(keys)?;
        Ok(Authentic { request: self })
    }

    /// Checks signature, body hash and then the nonce: `is_new` is asked whether it was never used, and must remember it.
    ///
    /// Ask a store that does both in one step, or two requests with one nonce may both pass.
    ///
    /// # Errors
    /// Those of [`check_signature`](Self::check_signature), and [`Problem::NonceUsed`].
    pub fn verify(
        mut self,
        keys: &Keys<'_>,
        is_new: impl FnOnce(&NonceUse<'_>) -> bool,
    ) -> Result<Verified<'a>, Problem> {
        self.authenticate(keys)?;
        if self.nonce_use().is_none_or(|nonce| is_new(&nonce)) {
            Ok(Verified { request: self })
        } else {
            Err(Problem::NonceUsed)
        }
    }

    /// Checks signature and body hash, and notes that the latter is done.
    fn authenticate(&mut self, keys: &Keys<'_>) -> Result<(), Problem> {
        if !self.signature_matches(keys) {
            return Err(Problem::SignatureInvalid);
        }
        if let (Some(claimed), Body::Whole(body)) =
            (&self.checked.body_hash, self.received.request.body())
        {
            if !claimed.matches(body) {
                return Err(Problem::BodyHashInvalid);
            }
            self.checked.body_hash = None;
        }
        Ok(())
    }

    fn nonce_use(&self) -> Option<NonceUse<'_>> {
        let (timestamp, nonce) = self.checked.timestamp_and_nonce.as_ref()?;
        Some(NonceUse {
            client_key: self.client_key(),
            token: self.token(),
            timestamp: *timestamp,
            nonce,
            expires: timestamp.saturating_add(self.checked.window),
        })
    }
}

/// Whether a signature covers the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyCoverage {
    /// There is none.
    NoBody,
    /// It is a form, whose parameters are signed.
    Form,
    /// Its hash is signed. With [`BodyHashRule::Ignore`](super::BodyHashRule::Ignore) nobody compares it.
    Hash,
    /// Anybody on the way may have changed it.
    NotCovered,
}

impl std::fmt::Debug for Unverified<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unverified")
            .field("path", &self.received.located.target.path())
            .field("method", &self.checked.method.name())
            .field("client_key", &self.checked.client_key)
            .field("token", &self.checked.token)
            .finish_non_exhaustive()
    }
}

/// What makes a request unique (RFC 5849, section 3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NonceUse<'a> {
    /// `oauth_consumer_key`.
    pub client_key: &'a str,
    /// `oauth_token`, when there is one.
    pub token: Option<&'a str>,
    /// `oauth_timestamp`, in seconds since 1970.
    pub timestamp: u64,
    /// `oauth_nonce`.
    pub nonce: &'a str,
    /// The last second in which the timestamp is in the policy's window: until it is over the use must be remembered.
    pub expires: u64,
}

/// A request with the right signature, which may be the repetition of an earlier one.
#[derive(Clone, Debug)]
pub struct Authentic<'a> {
    request: Unverified<'a>,
}

impl<'a> Authentic<'a> {
    /// What to look for, and to remember, in one atomic step. `None` when the request may do without (PLAINTEXT).
    pub fn nonce_use(&self) -> Option<NonceUse<'_>> {
        self.request.nonce_use()
    }

    /// With the answer whether the nonce was never used before.
    ///
    /// # Errors
    /// [`Problem::NonceUsed`].
    pub fn conclude(self, is_new: bool) -> Result<Verified<'a>, Problem> {
        if is_new {
            Ok(Verified {
                request: self.request,
            })
        } else {
            Err(Problem::NonceUsed)
        }
    }
}

/// A request that was sent by whoever holds the keys, once.
///
/// ```compile_fail
/// # use pumphouse_oauth1::verify::{Unverified, Verified};
/// fn whoever_sent_it(request: &Verified<'_>) -> String {
///     request.client_key().to_owned()
/// }
/// fn not_yet(request: Unverified<'_>) -> String {
///     whoever_sent_it(&request) // a parsed request is nobody's
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Verified<'a> {
    request: Unverified<'a>,
}

impl<'a> Verified<'a> {
    /// The client that signed.
    pub fn client_key(&self) -> &str {
        self.request.client_key()
    }

    /// The token that signed with it.
    pub fn token(&self) -> Option<&str> {
        self.request.token()
    }

    /// The signed callback.
    pub fn callback(&self) -> Option<Cow<'a, str>> {
        self.request.callback()
    }

    /// The signed verifier.
    pub fn verifier(&self) -> Option<Cow<'a, str>> {
        self.request.verifier()
    }

    /// The application's parameters, of header, query and form body in this order: exactly those that the signature covers.
    /// An application that reads its parameters here sees what was signed, whatever its framework makes of the request.
    /// Protocol parameters that this crate does not know are among them.
    pub fn params(&self) -> &Params<'a> {
        &self.request.received.claims.params
    }

    /// The hash that the body must have, when the body was streamed and is still to be compared.
    pub fn pending_body_hash(&self) -> Option<&ClaimedBodyHash> {
        self.request.checked.body_hash.as_ref()
    }
}
