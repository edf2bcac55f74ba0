//! Signing requests (RFC 5849, section 3): the client's side.

mod prepared;

use std::sync::Arc;

pub use self::prepared::{Placement, Prepared, Signed};

use crate::body_hash::BodyHash;
use crate::clock::{Clock, SystemClock};
use crate::credentials::{ClientCredentials, TokenCredentials};
use crate::nonce::{NonceSource, RandomError, RandomNonce};
use crate::params::Param;
use crate::percent::Encoded;
use crate::protocol::{Name, Values};
use crate::request::{Body, Located, Request};
use crate::secret::Secret;
use crate::signature::{HmacSha1, Keys, MethodError, SignatureMethod};
use crate::url::UrlError;

/// Why a request could not be signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The URL is malformed.
    #[error("the request cannot be signed: {0}")]
    Url(#[from] UrlError),
    /// The signature method failed.
    #[error("the request cannot be signed: {0}")]
    Method(#[from] MethodError),
    /// No nonce could be made.
    #[error("the request cannot be signed: {0}")]
    Random(#[from] RandomError),
    /// Query or form body carry a protocol parameter already.
    #[error("the request carries the parameter {0} already: sign each request once, and put protocol parameters into one place")]
    AlreadySigned(String),
    /// The parameters are to go into the body, and the body is no form.
    #[error("OAuth parameters fit into the body only when it is a form: set the content type application/x-www-form-urlencoded")]
    NoFormBody,
    /// The parameters are to go into the query of a request whose absolute URL is not known.
    #[error("OAuth parameters fit into the query only when the request was made with its absolute URL")]
    NoUrl,
    /// A body hash is wanted of a body that is streamed.
    #[error("the body is streamed, so its hash is not known: hash it beforehand and give the hash, or sign without")]
    BodyUnknown,
    /// The method would send the secrets over plain http.
    #[error("PLAINTEXT would send the secrets unprotected over http: use https, or another signature method")]
    PlaintextWithoutTls,
}

/// Signs requests on behalf of a client and, with token credentials, of a person.
///
/// It is made once and signs any number of requests, from any thread. By default: HMAC-SHA1, parameters in the `Authorization`
/// header, `oauth_version` sent, no body hash, a random nonce of 128 bits, the system's time.
///
/// ```
/// use pumphouse_oauth1::{ClientCredentials, Request, Signer, TokenCredentials};
///
/// let signer = Signer::new(ClientCredentials::new("dpf43f3p2l4k3l03", "kd94hf93k423kf44"))
///     .with_token(TokenCredentials::new("nnch734d00sl2jdk", "pfkkdhi9sl3r4s00"));
///
/// let request = Request::new("GET", "https://photos.example.net/photos?file=vacation.jpg");
/// let header = signer.authorization(&request)?;
/// assert!(header.starts_with("OAuth oauth_consumer_key=\"dpf43f3p2l4k3l03\", "));
/// # Ok::<(), pumphouse_oauth1::SignError>(())
/// ```
#[derive(Clone)]
pub struct Signer {
    client: ClientCredentials,
    token: Option<(String, Secret)>,
    /// The protocol parameters that are the same in every request.
    fixed: Values<'static>,
    method: Arc<dyn SignatureMethod>,
    placement: Placement,
    realm: Option<String>,
    extra: Vec<Param<'static>>,
    body_hash: Option<BodyHash>,
    nonce_and_timestamp: bool,
    plaintext_without_tls: bool,
    nonces: Arc<dyn NonceSource>,
    clock: Arc<dyn Clock>,
}

impl Signer {
    /// Signs as this client, for no person: two-legged, until [`with_token`](Self::with_token).
    pub fn new(client: ClientCredentials) -> Self {
        let mut fixed = Values::default();
        fixed.set(Name::ConsumerKey, Encoded::of_bytes(client.key().as_bytes()));
        fixed.set(Name::SignatureMethod, Encoded::of_bytes(HmacSha1.name().as_bytes()));
        fixed.set(Name::Version, Encoded::of_bytes(b"1.0"));
        Self {
            client,
            token: None,
            fixed,
            method: Arc::new(HmacSha1),
            placement: Placement::Header,
            realm: None,
            extra: Vec::new(),
            body_hash: None,
            nonce_and_timestamp: true,
            plaintext_without_tls: false,
            nonces: Arc::new(RandomNonce),
            clock: Arc::new(SystemClock),
        }
    }

    /// Signs with a token: on behalf of whoever gave it.
    #[must_use]
    pub fn with_token(self, token: TokenCredentials) -> Self {
        self.with_token_pair(token.token(), token.secret().clone())
    }

    pub(crate) fn with_token_pair(self, token: &str, secret: Secret) -> Self {
        Self { token: Some((token.to_owned(), secret)), ..self.with_value(Name::Token, token) }
    }

    /// Uses another signature method.
    #[must_use]
    pub fn with_method(self, method: impl SignatureMethod + 'static) -> Self {
        let named = self.with_value(Name::SignatureMethod, method.name());
        Self { method: Arc::new(method), ..named }
    }

    /// Empty values are never sent.
    fn with_value(mut self, name: Name, value: &str) -> Self {
        self.fixed.remove(name);
        if !value.is_empty() {
            self.fixed.set(name, Encoded::of_bytes(value.as_bytes()));
        }
        self
    }

    /// Puts the parameters into the query or the body instead of the header.
    #[must_use]
    pub fn with_placement(mut self, placement: Placement) -> Self {
        self.placement = placement;
        self
    }

    /// Names a realm in the header. It is not part of the signature.
    #[must_use]
    pub fn with_realm(mut self, realm: impl Into<String>) -> Self {
        self.realm = Some(realm.into());
        self
    }

    /// Sends `oauth_callback`: an absolute URL, or `oob`. For the first request of the dance; [`flow`](crate::flow) does it.
    #[must_use]
    pub fn with_callback(self, callback: impl AsRef<str>) -> Self {
        self.with_value(Name::Callback, callback.as_ref())
    }

    /// Sends `oauth_verifier`. For the last request of the dance; [`flow`](crate::flow) does it.
    #[must_use]
    pub fn with_verifier(self, verifier: impl Into<Secret>) -> Self {
        self.with_value(Name::Verifier, verifier.into().expose())
    }

    /// Sends another protocol parameter, for example `oauth_session_handle`. One that this crate sends by itself is replaced.
    #[must_use]
    pub fn with_parameter(mut self, name: impl AsRef<str>, value: impl Into<Secret>) -> Self {
        let value = value.into();
        match Name::from_text(name.as_ref()) {
            Some(name) => self.with_value(name, value.expose()),
            None => {
                self.extra.push(Param::from_bytes(name.as_ref().as_bytes(), value.expose().as_bytes()));
                self
            }
        }
    }

    /// Sends `oauth_body_hash` for bodies that are no forms.
    #[must_use]
    pub fn with_body_hash(mut self, kind: BodyHash) -> Self {
        self.body_hash = Some(kind);
        self
    }

    /// Leaves `oauth_version` out, which RFC 5849 allows and some providers want.
    #[must_use]
    pub fn without_version(self) -> Self {
        self.with_value(Name::Version, "")
    }

    /// Leaves nonce and timestamp out with PLAINTEXT, where they protect nothing (RFC 5849, section 3.1).
    /// With every other method it has no effect.
    #[must_use]
    pub fn without_nonce_and_timestamp(mut self) -> Self {
        self.nonce_and_timestamp = false;
        self
    }

    /// Lets PLAINTEXT send the secrets over plain http also to other machines. Everyone on the way can read them then.
    #[must_use]
    pub fn with_plaintext_without_tls(mut self) -> Self {
        self.plaintext_without_tls = true;
        self
    }

    /// Takes nonces from elsewhere.
    #[must_use]
    pub fn with_nonces(mut self, nonces: impl NonceSource + 'static) -> Self {
        self.nonces = Arc::new(nonces);
        self
    }

    /// Takes the time from elsewhere.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Signs a request; the answer says what to change in it.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn sign(&self, request: &Request<'_>) -> Result<Signed, SignError> {
        let prepared = self.prepare(request)?;
        let signature = self.method.sign(prepared.base_string().as_bytes(), &self.keys())?;
        Ok(prepared.complete(&signature))
    }

    /// Signs a request and gives the value of its `Authorization` header, wherever the signer puts parameters otherwise.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn authorization(&self, request: &Request<'_>) -> Result<String, SignError> {
        let prepared = self.prepare_for(request, Placement::Header)?;
        let signature = self.method.sign(prepared.base_string().as_bytes(), &self.keys())?;
        Ok(prepared.header(&signature))
    }

    /// Everything but the signature itself, for keys that sign elsewhere and take their time:
    /// sign [`Prepared::base_string`], then call [`Prepared::complete`].
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn prepare<'s>(&'s self, request: &Request<'s>) -> Result<Prepared<'s>, SignError> {
        self.prepare_for(request, self.placement)
    }

    fn prepare_for<'s>(&'s self, request: &Request<'s>, placement: Placement) -> Result<Prepared<'s>, SignError> {
        let located = request.locate()?;
        self.check_transport(&located)?;
        let protocol = self.protocol_parameters(request)?;
        Prepared::new(request, &located, protocol, &self.extra, self.realm.as_deref(), placement)
    }

    fn check_transport(&self, located: &Located<'_>) -> Result<(), SignError> {
        let safe = !self.method.reveals_secrets() || self.plaintext_without_tls || located.is_secure() || located.is_loopback();
        if safe { Ok(()) } else { Err(SignError::PlaintextWithoutTls) }
    }

    /// The protocol parameters of RFC 5849, section 3.1, but for the signature.
    fn protocol_parameters<'s>(&'s self, request: &Request<'_>) -> Result<Values<'s>, SignError> {
        let mut values = self.fixed.borrowed();
        if self.nonce_and_timestamp || !self.method.reveals_secrets() {
            values.set(Name::Timestamp, Encoded::owned(self.clock.now().to_string()));
            values.set(Name::Nonce, Encoded::owned(self.nonces.nonce()?));
        }
        if let Some(hash) = self.hash_of(request)? {
            values.set(Name::BodyHash, Encoded::owned(hash));
        }
        Ok(values)
    }

    fn hash_of(&self, request: &Request<'_>) -> Result<Option<String>, SignError> {
        if request.is_form() {
            return Ok(None);
        }
        if let Some(hash) = request.known_body_hash() {
            return Ok(Some(hash.to_owned()));
        }
        match (self.body_hash, request.body()) {
            (None, _) => Ok(None),
            (Some(kind), Body::Whole(body)) => Ok(Some(kind.of(body))),
            (Some(_), Body::Streamed) => Err(SignError::BodyUnknown),
        }
    }

    pub(crate) fn keys(&self) -> Keys<'_> {
        let keys = Keys::new(self.client.key(), self.client.secret());
        match &self.token {
            Some((token, secret)) => keys.with_token(token, secret),
            None => keys,
        }
    }

    pub(crate) fn method(&self) -> &dyn SignatureMethod {
        &*self.method
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Signer")
            .field("client", &self.client)
            .field("token", &self.token)
            .field("method", &self.method.name())
            .field("placement", &self.placement)
            .finish_non_exhaustive()
    }
}
