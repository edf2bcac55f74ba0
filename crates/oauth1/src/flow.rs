//! The dance, from the client's side (RFC 5849, section 2): temporary credentials, the person's agreement, token credentials.
//!
//! Nothing here talks to anyone. [`Flow`] makes the requests and reads the answers; sending is the caller's business,
//! with any HTTP client. Between the legs stand values that can be saved and resumed in another process:
//!
//! ```text
//! Flow ── begin ──> Post ··· Answer ── pending ──> Pending ── returned / with_verifier ──> Authorised
//!                                                                                              │
//!                            Grant <── granted ── Answer ··· Post <────── exchange ────────────┘
//! ```

mod answer;
mod legs;

pub use self::answer::{Answer, FlowError};
pub use self::legs::{Authorised, Grant, Pending, ReturnError};

use zeroize::Zeroizing;

use crate::credentials::{ClientCredentials, TokenCredentials};
use crate::params::Params;
use crate::percent;
use crate::provider::{Callback, CallbackRule};
use crate::request::Request;
use crate::secret::Secret;
use crate::sign::{SignError, Signer};

/// The three addresses of a provider (RFC 5849, section 2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoints {
    temporary: String,
    authorise: String,
    token: String,
}

impl Endpoints {
    /// The addresses of temporary credentials ("request token"), of the page where a person agrees, and of token credentials ("access token").
    pub fn new(
        temporary: impl Into<String>,
        authorise: impl Into<String>,
        token: impl Into<String>,
    ) -> Self {
        Self {
            temporary: temporary.into(),
            authorise: authorise.into(),
            token: token.into(),
        }
    }
}

/// A request to send: always `POST`.
#[derive(Clone)]
pub struct Post {
    /// Where to.
    pub url: String,
    /// The `Authorization` header, unless the signer puts its parameters elsewhere.
    pub authorization: Option<String>,
    /// The `Content-Type` header, when there is a body.
    pub content_type: Option<&'static str>,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let without_query = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Post")
            .field("url", &without_query)
            .finish_non_exhaustive()
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// A client and a provider.
#[derive(Clone, Debug)]
pub struct Flow {
    signer: Signer,
    endpoints: Endpoints,
}

impl Flow {
    /// With the defaults of [`Signer`].
    pub fn new(client: ClientCredentials, endpoints: Endpoints) -> Self {
        Self::with_signer(Signer::new(client), endpoints)
    }

    /// With a signer that has its method, realm, placement or clock set. A token of it is not used.
    pub fn with_signer(signer: Signer, endpoints: Endpoints) -> Self {
        Self {
            signer: signer.without_token(),
            endpoints,
        }
    }

    /// First leg: asks for temporary credentials.
    ///
    /// `callback` is where the provider shall send the person back to, or `oob` when they will read the verifier off the screen.
    /// Call it again to ask again: every request is signed anew.
    ///
    /// # Errors
    /// When signing fails, the callback is neither an absolute address nor `oob` (RFC 5849, section 2.1), or the address of an
    /// endpoint holds protocol parameters.
    pub fn begin(&self, callback: &str) -> Result<Post, SignError> {
        Callback::parse(callback, CallbackRule::AnyScheme)
            .map_err(|_| SignError::CallbackInvalid)?;
        // Better refused now than when the person is under way.
        check_endpoint(&self.endpoints.authorise)?;
        check_endpoint(&self.endpoints.token)?;
        post(
            &self.signer.clone().with_callback(callback),
            &self.endpoints.temporary,
            b"",
        )
    }

    /// Reads the answer to the first leg.
    ///
    /// # Errors
    /// When the provider refused, or the answer lacks the credentials or `oauth_callback_confirmed=true`:
    /// a provider without it speaks OAuth 1.0 of 2007, which lets strangers take over sessions.
    pub fn pending(&self, answer: &Answer<'_>) -> Result<Pending, FlowError> {
        let fields = answer.fields()?;
        let (token, secret) = fields.credentials()?;
        if fields.get("oauth_callback_confirmed") != Some("true") {
            return Err(FlowError::CallbackUnconfirmed);
        }
        Ok(Pending::from_parts(token, secret))
    }

    /// Second leg: the address to which to send the person.
    pub fn authorisation_url(&self, pending: &Pending) -> String {
        self.authorisation_url_with(pending, &[])
    }

    /// The same with parameters of the provider's own, for example `force_login`.
    pub fn authorisation_url_with(&self, pending: &Pending, extra: &[(&str, &str)]) -> String {
        let mut parameters = extra.to_vec();
        parameters.push(("oauth_token", pending.token()));
        append_to_query(&self.endpoints.authorise, &parameters)
    }

    /// Third leg: exchanges what the person agreed to for token credentials.
    ///
    /// # Errors
    /// When signing fails, or the verifier is empty.
    pub fn exchange(&self, authorised: &Authorised) -> Result<Post, SignError> {
        if authorised.verifier().expose().is_empty() {
            return Err(SignError::VerifierEmpty);
        }
        let credentials = authorised.credentials();
        let credentials = TokenCredentials::new(credentials.token(), credentials.secret().clone());
        let signer = self.signer.clone().with_token(credentials);
        post(
            &signer.with_verifier(authorised.verifier().clone()),
            &self.endpoints.token,
            b"",
        )
    }

    /// Exchanges a session handle and the token that came with it for new token credentials (the Session extension).
    ///
    /// # Errors
    /// When signing fails.
    pub fn renew(
        &self,
        token: &TokenCredentials,
        session_handle: &Secret,
    ) -> Result<Post, SignError> {
        let signer = self.signer.clone().with_token(token.clone());
        post(
            &signer.with_parameter("oauth_session_handle", session_handle.clone()),
            &self.endpoints.token,
            b"",
        )
    }

    /// Exchanges a name and a password for token credentials without a browser (the xAuth extension).
    ///
    /// # Errors
    /// When signing fails.
    pub fn exchange_password(&self, name: &str, password: &Secret) -> Result<Post, SignError> {
        let mut body = Zeroizing::new(Vec::with_capacity(
            3 * (name.len() + password.expose().len()) + 64,
        ));
        for (field, value) in [
            ("x_auth_mode", "client_auth"),
            ("x_auth_username", name),
            ("x_auth_password", password.expose()),
        ] {
            if !body.is_empty() {
                body.push(b'&');
            }
            body.extend_from_slice(field.as_bytes());
            body.push(b'=');
            percent::encode_into(&mut body, value.as_bytes());
        }
        post(&self.signer, &self.endpoints.token, &body)
    }

    /// Reads the answer to [`exchange`](Self::exchange), [`renew`](Self::renew) or [`exchange_password`](Self::exchange_password).
    ///
    /// # Errors
    /// When the provider refused, or the answer lacks the credentials.
    pub fn granted(&self, answer: &Answer<'_>) -> Result<Grant, FlowError> {
        let fields = answer.fields()?;
        let (token, secret) = fields.credentials()?;
        let others = fields
            .into_pairs()
            .filter(|(name, _)| name != "oauth_token" && name != "oauth_token_secret");
        Ok(Grant::new(
            TokenCredentials::new(token, secret),
            others.collect(),
        ))
    }
}

fn post(signer: &Signer, url: &str, form: &[u8]) -> Result<Post, SignError> {
    check_endpoint(url)?;
    let signed = signer.sign(
        &Request::new("POST", url)
            .with_content_type(FORM)
            .with_body(form),
    )?;
    let body = Zeroizing::new(signed.body().unwrap_or(form).to_vec());
    Ok(Post {
        url: signed.url().unwrap_or(url).to_owned(),
        authorization: signed.authorization().map(str::to_owned),
        content_type: (!body.is_empty()).then_some(FORM),
        body,
    })
}

/// Endpoints may have a query, but no protocol parameters in it (RFC 5849, section 2).
fn check_endpoint(url: &str) -> Result<(), SignError> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let params = Params::from_form(query);
    match params.iter().find(|param| param.is_protocol()) {
        Some(param) => Err(SignError::AlreadySigned(param.lossy_name())),
        None => Ok(()),
    }
}

/// Appends parameters to the query of a URL, keeping what stands there and the fragment (RFC 5849, section 2.2).
pub(crate) fn append_to_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let (before, fragment) = url.find('#').map_or((url, ""), |at| url.split_at(at));
    let mut out = before.to_owned();
    for (name, value) in parameters {
        let separator = match out.find('?') {
            None => "?",
            Some(at) if at + 1 == out.len() || out.ends_with('&') => "",
            Some(_) => "&",
        };
        out.push_str(separator);
        out.push_str(&percent::encode(name));
        out.push('=');
        out.push_str(&percent::encode(value));
    }
    out.push_str(fragment);
    out
}
