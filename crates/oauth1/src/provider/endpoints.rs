//! The three endpoints and the check of protected resources.

use super::answer::Answer;
use super::authenticated::Authenticated;
use super::callback::{Callback, CallbackRule};
use super::rejection::Rejection;
use super::store::{
    Access, Client, Exchange, NewTemporary, Pending, PendingAccess, Store, TemporaryAccess,
    TemporaryState,
};
use super::tokens::{TokenSource, UrlSafeTokens};
use crate::clock::{Clock, SystemClock};
use crate::credentials::{TemporaryCredentials, TokenCredentials};
use crate::nonce::RandomError;
use crate::problem::{Problem, TokenFault};
use crate::request::Request;
use crate::secret::Secret;
use crate::signature::Keys;
use crate::verify::{Authentic, Policy, Unverified, Verified};

/// Answers OAuth requests over a [`Store`].
pub struct Provider<S> {
    store: S,
    policy: Policy,
    callback_rule: CallbackRule,
    clock: Box<dyn Clock>,
    tokens: Box<dyn TokenSource>,
    has_uniform_refusals: bool,
    dummy: Dummy,
}

/// Keys for clients and tokens that do not exist, so that refusing them takes as long as refusing others.
struct Dummy {
    client: Client,
    token_secret: Secret,
}

impl Dummy {
    fn new() -> Result<Self, RandomError> {
        let client = Client::new(UrlSafeTokens.secret()?);
        #[cfg(feature = "rsa")]
        let client = match crate::signature::RsaPublicKey::dummy()? {
            Some(key) => client.with_rsa_key(key),
            None => client,
        };
        Ok(Self {
            client,
            token_secret: UrlSafeTokens.secret()?,
        })
    }
}

/// By whom a request must be signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Legs {
    /// By a client alone; a token is refused.
    Two,
    /// By a client on behalf of somebody; a token is demanded.
    Three,
    /// By either. The identity tells which.
    Any,
}

impl<S: Store> Provider<S> {
    /// Over a store, with the defaults of [`Policy`], [`UrlSafeTokens`], [`CallbackRule`] and the system's clock.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new(store: S) -> Result<Self, RandomError> {
        Ok(Self {
            store,
            policy: Policy::default(),
            callback_rule: CallbackRule::default(),
            clock: Box::new(SystemClock),
            tokens: Box::new(UrlSafeTokens),
            has_uniform_refusals: false,
            dummy: Dummy::new()?,
        })
    }

    /// With other demands.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// With another rule for callbacks.
    #[must_use]
    pub fn with_callback_rule(mut self, rule: CallbackRule) -> Self {
        self.callback_rule = rule;
        self
    }

    /// With the time from elsewhere.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// With tokens made otherwise.
    #[must_use]
    pub fn with_tokens(mut self, tokens: impl TokenSource + 'static) -> Self {
        self.tokens = Box::new(tokens);
        self
    }

    /// Tells whoever has no right signature nothing but that: unknown clients, unknown tokens and methods that a client may not
    /// use are all [`Problem::SignatureInvalid`]. By default they are told apart, which helps those who write clients.
    #[must_use]
    pub fn with_uniform_refusals(mut self) -> Self {
        self.has_uniform_refusals = true;
        self
    }

    /// The store.
    pub fn store(&self) -> &S {
        &self.store
    }

    /// The endpoint for temporary credentials (RFC 5849, section 2.1).
    ///
    /// # Errors
    /// When the request is refused; a missing callback is [`Problem::ParameterAbsent`].
    pub async fn temporary_credentials(
        &self,
        request: &Request<'_>,
    ) -> Result<Answer, Rejection<S::Error>> {
        let unverified = self.parse_for_secrets(request)?;
        if unverified.token().is_some() {
            return Err(Problem::TokenRejected(TokenFault::NotWanted).into());
        }
        let callback = unverified
            .callback()
            .filter(|callback| !callback.is_empty());
        let callback = callback.ok_or_else(|| Problem::ParameterAbsent(vec!["oauth_callback"]))?;
        let callback = Callback::parse(&callback, self.callback_rule)?;
        let realms: Vec<_> = unverified
            .realm()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();

        let access = self
            .store
            .find_access(unverified.client_key(), None)
            .await
            .map_err(Rejection::Store)?;
        let found = Found::of_access(&access);
        let authentic = self.check_signature(unverified, &found)?;
        check_permissions(found.client, &callback, &realms)?;
        // Who names no realm asks for all that the client may ask for, and no more.
        let own = found.client.and_then(|client| client.realms.clone());
        let realms = if realms.is_empty() {
            own.unwrap_or_default()
        } else {
            realms
        };
        let verified = self.use_nonce(authentic).await?;

        let credentials = TemporaryCredentials::new(self.tokens.token()?, self.tokens.secret()?);
        let answer = Answer::temporary(&credentials);
        let client_key = verified.client_key().to_owned();
        let temporary = NewTemporary {
            client_key,
            credentials,
            callback,
            realms,
            created: self.clock.now(),
        };
        self.store
            .save_temporary(temporary)
            .await
            .map_err(Rejection::Store)?;
        Ok(answer)
    }

    /// What to show to the person who shall agree (RFC 5849, section 2.2). Know first who they are.
    ///
    /// # Errors
    /// When the token is unknown, or past agreeing to.
    pub async fn pending(&self, token: &str) -> Result<Pending, Rejection<S::Error>> {
        match self
            .store
            .find_pending(token)
            .await
            .map_err(Rejection::Store)?
        {
            PendingAccess::Found(pending) => Ok(pending),
            PendingAccess::Rejected(fault) => Err(Problem::TokenRejected(fault).into()),
        }
    }

    /// A verifier for somebody who agreed. Keep it with the temporary credentials and that person, then hand it out with
    /// [`Callback::redirect`], or show it.
    ///
    /// # Errors
    /// When the operating system gives no random bytes.
    pub fn new_verifier(&self) -> Result<Secret, RandomError> {
        self.tokens.verifier()
    }

    /// The endpoint for token credentials (RFC 5849, section 2.3).
    ///
    /// # Errors
    /// When the request is refused.
    pub async fn token_credentials(
        &self,
        request: &Request<'_>,
    ) -> Result<Answer, Rejection<S::Error>> {
        let unverified = self.parse_for_secrets(request)?;
        let (token, verifier) = exchange_parameters(&unverified)?;
        let access = self
            .store
            .find_temporary(unverified.client_key(), &token)
            .await
            .map_err(Rejection::Store)?;
        let authentic = self.check_signature(unverified, &Found::of_temporary(&access))?;
        let verified = self.use_nonce(authentic).await?;
        self.check_verifier(&access, verified.client_key(), &token, &verifier)
            .await?;

        let fresh = TokenCredentials::new(self.tokens.token()?, self.tokens.secret()?);
        let exchange = Exchange {
            client_key: verified.client_key().to_owned(),
            token,
            fresh,
            now: self.clock.now(),
        };
        let issued = self
            .store
            .exchange(exchange)
            .await
            .map_err(Rejection::Store)?;
        Ok(Answer::token(
            &issued.ok_or(Problem::TokenRejected(TokenFault::Used))?,
        ))
    }

    /// The check of a request for a protected resource (RFC 5849, section 3.2).
    ///
    /// # Errors
    /// When the request is refused.
    pub async fn authenticate<'a>(
        &self,
        request: &Request<'a>,
        legs: Legs,
    ) -> Result<Authenticated<'a, S::Identity>, Rejection<S::Error>> {
        let unverified = Unverified::parse(request, &self.policy, self.clock.now())?;
        match (legs, unverified.token()) {
            (Legs::Three, None) => return Err(Problem::ParameterAbsent(vec!["oauth_token"]).into()),
            (Legs::Two, Some(_)) => {
                return Err(Problem::TokenRejected(TokenFault::NotWanted).into());
            }
            _ => {}
        }
        let (client_key, token) = unverified.identifiers();
        let access = self
            .store
            .find_access(&client_key, token.as_deref())
            .await
            .map_err(Rejection::Store)?;
        let authentic = self.check_signature(unverified, &Found::of_access(&access))?;
        let verified = self.use_nonce(authentic).await?;
        match access {
            Access::Found {
                identity, realms, ..
            } => Ok(Authenticated {
                verified,
                realms,
                identity,
            }),
            // `check_signature` refused these already.
            Access::ClientUnknown | Access::TokenRejected { .. } => {
                Err(Problem::ConsumerKeyUnknown.into())
            }
        }
    }

    /// Parses a request whose answer holds secrets.
    fn parse_for_secrets<'a>(&self, request: &Request<'a>) -> Result<Unverified<'a>, Problem> {
        let unverified = Unverified::parse(request, &self.policy, self.clock.now())?;
        if unverified.may_carry_secrets(&self.policy) {
            Ok(unverified)
        } else {
            Err(Problem::TransportInsecure)
        }
    }

    /// Checks the signature. Whatever the look-up found wrong is told only after the same work.
    fn check_signature<'a>(
        &self,
        unverified: Unverified<'a>,
        found: &Found<'_>,
    ) -> Result<Authentic<'a>, Problem> {
        let (client_key, token) = unverified.identifiers();
        let client = found.client.unwrap_or(&self.dummy.client);
        let token_secret = found.token_secret.unwrap_or(&self.dummy.token_secret);
        let mut keys = Keys::new(&client_key, &client.secret);
        if let Some(token) = &token {
            keys = keys.with_token(token, token_secret);
        }
        // Nobody knows the dummy's private key: no signature fits it.
        #[cfg(feature = "rsa")]
        if let Some(key) = client
            .rsa_key
            .as_ref()
            .or(self.dummy.client.rsa_key.as_ref())
        {
            keys = keys.with_rsa_public_key(key);
        }
        let is_allowed =
            |names: &Vec<String>| names.iter().any(|name| name == unverified.method_name());
        let may_use_method =
            client.methods.as_ref().is_none_or(is_allowed) && !proves_nothing(client, &unverified);
        let method_problem = (!may_use_method).then_some(Problem::SignatureMethodRejected);
        match found.problem.clone().or(method_problem) {
            None => unverified.check_signature(&keys),
            Some(problem) => {
                std::hint::black_box(unverified.signature_matches(&keys));
                Err(if self.has_uniform_refusals {
                    Problem::SignatureInvalid
                } else {
                    problem
                })
            }
        }
    }

    async fn use_nonce<'a>(
        &self,
        authentic: Authentic<'a>,
    ) -> Result<Verified<'a>, Rejection<S::Error>> {
        let is_new = match authentic.nonce_use() {
            Some(nonce) => self
                .store
                .use_nonce(nonce)
                .await
                .map_err(Rejection::Store)?,
            None => true,
        };
        Ok(authentic.conclude(is_new)?)
    }

    async fn check_verifier(
        &self,
        access: &TemporaryAccess,
        client_key: &str,
        token: &str,
        given: &Secret,
    ) -> Result<(), Rejection<S::Error>> {
        match access {
            TemporaryAccess::Found {
                state: TemporaryState::Authorised { verifier },
                ..
            } => {
                if self.store.verifier_matches(verifier, given) {
                    return Ok(());
                }
                self.store
                    .wrong_verifier(client_key, token)
                    .await
                    .map_err(Rejection::Store)?;
                Err(Problem::VerifierInvalid.into())
            }
            TemporaryAccess::Found {
                state: TemporaryState::Rejected(fault),
                ..
            }
            | TemporaryAccess::TokenRejected { fault, .. } => {
                Err(Problem::TokenRejected(*fault).into())
            }
            TemporaryAccess::ClientUnknown => Err(Problem::ConsumerKeyUnknown.into()),
        }
    }
}

impl<S: std::fmt::Debug> std::fmt::Debug for Provider<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("store", &self.store)
            .field("policy", &self.policy)
            .finish_non_exhaustive()
    }
}

/// What a look-up found: the keys to verify with, and what is wrong if anything is.
struct Found<'s> {
    client: Option<&'s Client>,
    token_secret: Option<&'s Secret>,
    problem: Option<Problem>,
}

impl<'s> Found<'s> {
    fn of_access<I>(access: &'s Access<I>) -> Self {
        match access {
            Access::ClientUnknown => Self::client_unknown(),
            Access::TokenRejected { client, fault } => Self::token_rejected(client, *fault),
            Access::Found {
                client,
                token_secret,
                ..
            } => Self {
                client: Some(client),
                token_secret: token_secret.as_ref(),
                problem: None,
            },
        }
    }

    fn of_temporary(access: &'s TemporaryAccess) -> Self {
        match access {
            TemporaryAccess::ClientUnknown => Self::client_unknown(),
            TemporaryAccess::TokenRejected { client, fault } => {
                Self::token_rejected(client, *fault)
            }
            TemporaryAccess::Found { client, secret, .. } => Self {
                client: Some(client),
                token_secret: Some(secret),
                problem: None,
            },
        }
    }

    fn client_unknown() -> Self {
        Self {
            client: None,
            token_secret: None,
            problem: Some(Problem::ConsumerKeyUnknown),
        }
    }

    fn token_rejected(client: &'s Client, fault: TokenFault) -> Self {
        Self {
            client: Some(client),
            token_secret: None,
            problem: Some(Problem::TokenRejected(fault)),
        }
    }
}

fn exchange_parameters(unverified: &Unverified<'_>) -> Result<(String, Secret), Problem> {
    let verifier = unverified
        .verifier()
        .filter(|verifier| !verifier.is_empty());
    match (unverified.token(), verifier) {
        (Some(token), Some(verifier)) => Ok((token.to_owned(), Secret::new(verifier.into_owned()))),
        (token, verifier) => {
            let absent = [
                (token.is_none(), "oauth_token"),
                (verifier.is_none(), "oauth_verifier"),
            ];
            Err(Problem::ParameterAbsent(
                absent
                    .into_iter()
                    .filter(|(is_absent, _)| *is_absent)
                    .map(|(_, name)| name)
                    .collect(),
            ))
        }
    }
}

fn check_permissions(
    client: Option<&Client>,
    callback: &Callback,
    realms: &[String],
) -> Result<(), Problem> {
    let Some(client) = client else {
        return Err(Problem::ConsumerKeyUnknown);
    };
    let callback = callback.to_string();
    if client
        .callbacks
        .as_ref()
        .is_some_and(|registered| !registered.contains(&callback))
    {
        return Err(Problem::CallbackInvalid);
    }
    let may_ask = |allowed: &Vec<String>| realms.iter().all(|realm| allowed.contains(realm));
    if client.realms.as_ref().is_none_or(may_ask) {
        Ok(())
    } else {
        Err(Problem::RealmRefused)
    }
}

/// Whether a client that registered a key and has no secret signs with the empty secret, as anybody could.
#[cfg(feature = "rsa")]
fn proves_nothing(client: &Client, unverified: &Unverified<'_>) -> bool {
    client.rsa_key.is_some()
        && client.secret.is_empty()
        && ["HMAC-SHA1", "HMAC-SHA256", "HMAC-SHA512", "PLAINTEXT"]
            .contains(&unverified.method_name())
}

#[cfg(not(feature = "rsa"))]
fn proves_nothing(_: &Client, _: &Unverified<'_>) -> bool {
    false
}
