//! Signing requests (RFC 5849, section 3): the client's side.

mod parameters;
mod prepared;
mod template;

use std::sync::{Arc, OnceLock};

use self::parameters::ProtocolParameters;
pub use self::prepared::{Placement, Prepared, Signed};
use self::template::Ready;

use crate::body_hash::BodyHash;
use crate::clock::{Clock, SystemClock};
use crate::credentials::{ClientCredentials, TokenCredentials};
use crate::nonce::{NonceSource, RandomError};
use crate::protocol::{Name, OwnedValues};
use crate::request::{Located, Request};
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
    #[error(
        "the request carries the parameter {0} already: sign each request once, and put protocol parameters into one place"
    )]
    AlreadySigned(String),
    /// The parameters are to go into the body, and the body is no form.
    #[error(
        "OAuth parameters fit into the body only when it is a form: set the content type application/x-www-form-urlencoded"
    )]
    NoFormBody,
    /// The parameters are to go into the body, and requests with this method are sent without one.
    #[error(
        "OAuth parameters fit into the body only when there is one: GET and HEAD have none, so put them into the header or the query"
    )]
    NoBody,
    /// The parameters are to go into the query of a request whose absolute URL is not known.
    #[error(
        "OAuth parameters fit into the query only when the request was made with its absolute URL"
    )]
    NoUrl,
    /// The body is a form, or is to be hashed, and is streamed.
    #[error(
        "the body is streamed, so it cannot be signed: give a form whole, and hash another body beforehand or sign without"
    )]
    BodyUnknown,
    /// The provider would not know where to send the person back to.
    #[error(
        "a callback is an absolute address, or 'oob' when the person reads the verifier off the screen"
    )]
    CallbackInvalid,
    /// There is no verifier: nothing shows that anybody agreed.
    #[error("there is no verifier: enter what the provider shows when the person has agreed")]
    VerifierEmpty,
    /// The client has no key: nobody could tell whose signature it is.
    #[error("a request is signed for a client: give its consumer key")]
    NoClientKey,
    /// The source of nonces gave an empty one.
    #[error("a nonce must not be empty: it tells this request from all others")]
    NonceEmpty,
    /// The method would send the secrets over plain http.
    #[error(
        "PLAINTEXT would send the secrets unprotected over http: use https, or another signature method"
    )]
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
pub struct Signer {
    client: ClientCredentials,
    token: Option<TokenCredentials>,
    /// The protocol parameters that are the same in every request.
    fixed: OwnedValues,
    method: Arc<dyn SignatureMethod>,
    /// What can be done before there is a request, once there was one. Every change of the signer undoes it.
    ready: OnceLock<Ready>,
    placement: Placement,
    realm: Option<String>,
    extra: Vec<(String, Secret)>,
    body_hash: Option<BodyHash>,
    nonce_and_timestamp: bool,
    plaintext_without_tls: bool,
    /// `None` for random ones.
    nonces: Option<Arc<dyn NonceSource>>,
    clock: Arc<dyn Clock>,
}

impl Signer {
    /// Signs as this client, for no person: two-legged, until [`with_token`](Self::with_token).
    pub fn new(client: ClientCredentials) -> Self {
        let mut fixed = OwnedValues::default();
        fixed.set(Name::ConsumerKey, client.key());
        fixed.set(Name::SignatureMethod, HmacSha1.name());
        fixed.set(Name::Version, "1.0");
        Self {
            client,
            token: None,
            fixed,
            method: Arc::new(HmacSha1),
            ready: OnceLock::new(),
            placement: Placement::Header,
            realm: None,
            extra: Vec::new(),
            body_hash: None,
            nonce_and_timestamp: true,
            plaintext_without_tls: false,
            nonces: None,
            clock: Arc::new(SystemClock),
        }
    }

    /// Signs with a token: on behalf of whoever gave it.
    #[must_use]
    pub fn with_token(mut self, token: TokenCredentials) -> Self {
        self.set(Name::Token, token.token());
        self.token = Some(token);
        self
    }

    /// The token that it signs with.
    pub fn token(&self) -> Option<&TokenCredentials> {
        self.token.as_ref()
    }

    /// Signs for no person any more.
    #[must_use]
    pub fn without_token(mut self) -> Self {
        self.set(Name::Token, "");
        self.token = None;
        self
    }

    /// Uses another signature method.
    #[must_use]
    pub fn with_method(mut self, method: impl SignatureMethod + 'static) -> Self {
        self.set(Name::SignatureMethod, method.name());
        self.method = Arc::new(method);
        self
    }

    fn set(&mut self, name: Name, value: &str) {
        self.fixed.set(name, value);
        self.ready = OnceLock::new();
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
        self.ready = OnceLock::new();
        self
    }

    /// Sends `oauth_callback`: an absolute URL, or `oob`. For the first request of the dance; [`flow`](crate::flow) does it.
    #[must_use]
    pub fn with_callback(mut self, callback: &str) -> Self {
        self.set(Name::Callback, callback);
        self
    }

    /// Sends `oauth_verifier`. For the last request of the dance; [`flow`](crate::flow) does it.
    #[must_use]
    pub fn with_verifier(mut self, verifier: impl Into<Secret>) -> Self {
        self.set(Name::Verifier, verifier.into().expose());
        self
    }

    /// Sends another protocol parameter, for example `oauth_session_handle`, or another value for the token, callback, verifier,
    /// version or consumer key. What is made for each request (nonce, timestamp, signature and its method, body hash) is not taken
    /// here: it has methods of its own. A realm is no protocol parameter and is never signed: it goes where
    /// [`with_realm`](Self::with_realm) puts it.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: impl Into<Secret>) -> Self {
        let value = value.into();
        match Name::from_bytes(name.as_bytes()) {
            Some(
                Name::BodyHash
                | Name::Nonce
                | Name::Signature
                | Name::SignatureMethod
                | Name::Timestamp,
            ) => {}
            Some(name) => self.set(name, value.expose()),
            // Receivers know it in any letter case.
            None if name.eq_ignore_ascii_case("realm") => return self.with_realm(value.expose()),
            None => {
                // Protocol parameters stand there once (RFC 5849, section 3.1).
                self.extra.retain(|(own, _)| own != name);
                self.extra.push((name.to_owned(), value));
            }
        }
        self
    }

    /// Sends `oauth_body_hash` for bodies that are no forms.
    #[must_use]
    pub fn with_body_hash(mut self, kind: BodyHash) -> Self {
        self.body_hash = Some(kind);
        self
    }

    /// Leaves `oauth_version` out, which RFC 5849 allows and some providers want.
    #[must_use]
    pub fn without_version(mut self) -> Self {
        self.set(Name::Version, "");
        self
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
        self.nonces = Some(Arc::new(nonces));
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
        let signature = self.signature(prepared.base_string())?;
        Ok(prepared.complete(&signature))
    }

    /// Signs a request and gives the value of its `Authorization` header, wherever the signer puts parameters otherwise.
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn authorization(&self, request: &Request<'_>) -> Result<String, SignError> {
        let protocol = ProtocolParameters::new(self, request)?;
        let base_string = protocol.base_string(request)?;
        Ok(protocol.header(&self.signature(&base_string)?))
    }

    /// Everything but the signature itself, for keys that sign elsewhere and take their time:
    /// sign [`Prepared::base_string`], then call [`Prepared::complete`].
    ///
    /// # Errors
    /// See [`SignError`].
    pub fn prepare<'s>(&'s self, request: &Request<'s>) -> Result<Prepared<'s>, SignError> {
        let protocol = ProtocolParameters::new(self, request)?;
        let base_string = protocol.base_string(request)?;
        Prepared::new(request, self.placement, protocol, base_string)
    }

    fn signature(&self, base_string: &[u8]) -> Result<String, MethodError> {
        match &self.ready().bound {
            Some(bound) => bound.sign(base_string),
            None => self.method.sign(base_string, &self.keys()),
        }
    }

    fn ready(&self) -> &Ready {
        self.ready.get_or_init(|| Ready::new(self))
    }

    fn check_transport(&self, located: &Located<'_>) -> Result<(), SignError> {
        let is_safe = !self.method.reveals_secrets()
            || self.plaintext_without_tls
            || located.is_secure()
            || located.is_loopback();
        if is_safe {
            Ok(())
        } else {
            Err(SignError::PlaintextWithoutTls)
        }
    }

    /// Whose keys it signs with.
    pub fn keys(&self) -> Keys<'_> {
        let keys = Keys::new(self.client.key(), self.client.secret());
        match &self.token {
            Some(token) => keys.with_token(token.token(), token.secret()),
            None => keys,
        }
    }

    #[cfg(feature = "reqwest")]
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    pub(crate) fn method(&self) -> &dyn SignatureMethod {
        &*self.method
    }
}

impl Clone for Signer {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            token: self.token.clone(),
            fixed: self.fixed.clone(),
            method: Arc::clone(&self.method),
            ready: OnceLock::new(),
            placement: self.placement,
            realm: self.realm.clone(),
            extra: self.extra.clone(),
            body_hash: self.body_hash,
            nonce_and_timestamp: self.nonce_and_timestamp,
            plaintext_without_tls: self.plaintext_without_tls,
            nonces: self.nonces.clone(),
            clock: Arc::clone(&self.clock),
        }
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
