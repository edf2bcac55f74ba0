//! A store in memory: for tests, examples, and providers whose clients can do the dance again after a restart.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::callback::Callback;
use super::store::{
    Access, Client, Exchange, Issued, NewTemporary, Pending, PendingAccess, Store, TemporaryAccess,
    TemporaryState,
};
use crate::clock::{Clock, SystemClock};
use crate::credentials::TokenCredentials;
use crate::problem::TokenFault;
use crate::secret::Secret;
use crate::verify::NonceUse;

/// Keeps everything in memory. `I` is the identity of your application.
pub struct MemoryStore<I> {
    state: Mutex<State<I>>,
    clock: Box<dyn Clock>,
    verifier_attempts: u32,
}

/// How many wrong verifiers end temporary credentials, when nothing else is said.
const VERIFIER_ATTEMPTS: u32 = 5;

/// How long temporary credentials live, in seconds.
const TEMPORARY_LIFETIME: u64 = 600;

/// Timestamp, client, token and nonce.
type UsedNonce = (u64, String, Option<String>, String);

struct State<I> {
    clients: HashMap<String, (Client, I)>,
    temporary: HashMap<String, Temporary<I>>,
    tokens: HashMap<String, Token<I>>,
    /// By the second until which they are remembered, so that whole seconds are forgotten at once.
    nonces: BTreeMap<u64, HashSet<UsedNonce>>,
}

struct Temporary<I> {
    client_key: String,
    secret: Secret,
    callback: Callback,
    realms: Vec<String>,
    created: u64,
    wrong_verifiers: u32,
    progress: Progress<I>,
}

enum Progress<I> {
    Asked,
    Agreed { verifier: Secret, identity: I },
    Over(TokenFault),
}

struct Token<I> {
    client_key: String,
    secret: Secret,
    realms: Option<Vec<String>>,
    identity: I,
}

impl<I> Default for MemoryStore<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I> MemoryStore<I> {
    /// Empty.
    pub fn new() -> Self {
        let state = State {
            clients: HashMap::new(),
            temporary: HashMap::new(),
            tokens: HashMap::new(),
            nonces: BTreeMap::new(),
        };
        Self {
            state: Mutex::new(state),
            clock: Box::new(SystemClock),
            verifier_attempts: VERIFIER_ATTEMPTS,
        }
    }

    /// With the time from elsewhere.
    #[must_use]
    pub fn with_clock(mut self, clock: impl Clock + 'static) -> Self {
        self.clock = Box::new(clock);
        self
    }

    /// With another number of wrong verifiers after which temporary credentials are taken back; 5 by default.
    #[must_use]
    pub fn with_verifier_attempts(mut self, attempts: u32) -> Self {
        self.verifier_attempts = attempts;
        self
    }

    /// Registers a client, and whom it speaks for when it signs without a token.
    pub fn add_client(&self, key: impl Into<String>, client: Client, identity: I) {
        self.state().clients.insert(key.into(), (client, identity));
    }

    /// Gives a client token credentials without the dance.
    pub fn add_token(
        &self,
        client_key: impl Into<String>,
        credentials: &TokenCredentials,
        identity: I,
    ) {
        let token = Token {
            client_key: client_key.into(),
            secret: credentials.secret().clone(),
            realms: None,
            identity,
        };
        self.state()
            .tokens
            .insert(credentials.token().to_owned(), token);
    }

    /// Takes token credentials back.
    pub fn revoke(&self, token: &str) {
        self.state().tokens.remove(token);
    }

    /// Notes that somebody agreed, and the verifier that they were given.
    ///
    /// # Errors
    /// When the temporary token is unknown or past agreeing to.
    pub fn authorise(&self, token: &str, verifier: &Secret, identity: I) -> Result<(), TokenFault> {
        self.decide(
            token,
            Progress::Agreed {
                verifier: verifier.clone(),
                identity,
            },
        )
    }

    /// Notes that somebody said no.
    ///
    /// # Errors
    /// When the temporary token is unknown or past deciding on.
    pub fn deny(&self, token: &str) -> Result<(), TokenFault> {
        self.decide(token, Progress::Over(TokenFault::Denied))
    }

    fn decide(&self, token: &str, progress: Progress<I>) -> Result<(), TokenFault> {
        let now = self.clock.now();
        let mut state = self.state();
        let temporary = state.temporary.get_mut(token).ok_or(TokenFault::Unknown)?;
        match temporary.fault(now) {
            Some(TokenFault::NotAuthorised) => {
                temporary.progress = progress;
                Ok(())
            }
            Some(fault) => Err(fault),
            None => Err(TokenFault::Used),
        }
    }

    fn state(&self) -> MutexGuard<'_, State<I>> {
        // Every change below is one insertion or removal: what a panic leaves behind is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<I> Temporary<I> {
    /// Why it cannot be exchanged, if it cannot.
    fn fault(&self, now: u64) -> Option<TokenFault> {
        match &self.progress {
            Progress::Over(fault) => Some(*fault),
            _ if now.saturating_sub(self.created) > TEMPORARY_LIFETIME => Some(TokenFault::Expired),
            Progress::Asked => Some(TokenFault::NotAuthorised),
            Progress::Agreed { .. } => None,
        }
    }

    fn state(&self, now: u64) -> TemporaryState {
        match (&self.progress, self.fault(now)) {
            (Progress::Agreed { verifier, .. }, None) => TemporaryState::Authorised {
                verifier: verifier.clone(),
            },
            (_, fault) => TemporaryState::Rejected(fault.unwrap_or(TokenFault::NotAuthorised)),
        }
    }
}

impl<I: Clone + Send + Sync> Store for MemoryStore<I> {
    type Identity = I;
    type Error = Infallible;

    async fn find_access(
        &self,
        client_key: &str,
        token: Option<&str>,
    ) -> Result<Access<I>, Infallible> {
        let state = self.state();
        let Some((client, identity)) = state.clients.get(client_key) else {
            return Ok(Access::ClientUnknown);
        };
        let client = client.clone();
        let Some(token) = token else {
            return Ok(Access::Found {
                realms: client.realms.clone(),
                client,
                token_secret: None,
                identity: identity.clone(),
            });
        };
        Ok(
            match state
                .tokens
                .get(token)
                .filter(|token| token.client_key == client_key)
            {
                Some(token) => Access::Found {
                    client,
                    token_secret: Some(token.secret.clone()),
                    realms: token.realms.clone(),
                    identity: token.identity.clone(),
                },
                None => Access::TokenRejected {
                    client,
                    fault: TokenFault::Unknown,
                },
            },
        )
    }

    async fn find_temporary(
        &self,
        client_key: &str,
        token: &str,
    ) -> Result<TemporaryAccess, Infallible> {
        let now = self.clock.now();
        let state = self.state();
        let Some((client, _)) = state.clients.get(client_key) else {
            return Ok(TemporaryAccess::ClientUnknown);
        };
        let client = client.clone();
        Ok(
            match state
                .temporary
                .get(token)
                .filter(|temporary| temporary.client_key == client_key)
            {
                Some(temporary) => TemporaryAccess::Found {
                    client,
                    secret: temporary.secret.clone(),
                    state: temporary.state(now),
                },
                None => TemporaryAccess::TokenRejected {
                    client,
                    fault: TokenFault::Unknown,
                },
            },
        )
    }

    async fn find_pending(&self, token: &str) -> Result<PendingAccess, Infallible> {
        let now = self.clock.now();
        let state = self.state();
        let Some(temporary) = state.temporary.get(token) else {
            return Ok(PendingAccess::Rejected(TokenFault::Unknown));
        };
        Ok(match temporary.fault(now) {
            Some(TokenFault::NotAuthorised) => PendingAccess::Found(Pending {
                client_key: temporary.client_key.clone(),
                callback: temporary.callback.clone(),
                realms: temporary.realms.clone(),
            }),
            Some(fault) => PendingAccess::Rejected(fault),
            None => PendingAccess::Rejected(TokenFault::Used),
        })
    }

    async fn save_temporary(&self, new: NewTemporary) -> Result<(), Infallible> {
        let mut state = self.state();
        // What expired stays as long again, so that its client hears so, and goes then.
        state
            .temporary
            .retain(|_, old| new.created.saturating_sub(old.created) <= 2 * TEMPORARY_LIFETIME);
        let temporary = Temporary {
            client_key: new.client_key,
            secret: new.credentials.secret().clone(),
            callback: new.callback,
            realms: new.realms,
            created: new.created,
            wrong_verifiers: 0,
            progress: Progress::Asked,
        };
        state
            .temporary
            .insert(new.credentials.token().to_owned(), temporary);
        Ok(())
    }

    async fn exchange(&self, exchange: Exchange) -> Result<Option<Issued>, Infallible> {
        let mut state = self.state();
        let Some(temporary) = state.temporary.get_mut(&exchange.token) else {
            return Ok(None);
        };
        if temporary.fault(exchange.now).is_some() || temporary.client_key != exchange.client_key {
            return Ok(None);
        }
        let Progress::Agreed { identity, .. } =
            std::mem::replace(&mut temporary.progress, Progress::Over(TokenFault::Used))
        else {
            return Ok(None);
        };
        let realms = std::mem::take(&mut temporary.realms);
        let is_bound = !realms.is_empty()
            || state
                .clients
                .get(&exchange.client_key)
                .is_some_and(|(client, _)| client.realms.is_some());
        let token = Token {
            client_key: exchange.client_key,
            secret: exchange.fresh.secret().clone(),
            realms: is_bound.then(|| realms.clone()),
            identity,
        };
        state
            .tokens
            .insert(exchange.fresh.token().to_owned(), token);
        Ok(Some(Issued::new(exchange.fresh).with_realms(realms)))
    }

    async fn wrong_verifier(&self, client_key: &str, token: &str) -> Result<(), Infallible> {
        let mut state = self.state();
        let temporary = state.temporary.get_mut(token);
        if let Some(temporary) = temporary.filter(|own| own.client_key == client_key) {
            temporary.wrong_verifiers = temporary.wrong_verifiers.saturating_add(1);
            let is_open = matches!(temporary.progress, Progress::Agreed { .. });
            if is_open && temporary.wrong_verifiers >= self.verifier_attempts {
                temporary.progress = Progress::Over(TokenFault::Revoked);
            }
        }
        Ok(())
    }

    async fn use_nonce(&self, nonce: NonceUse<'_>) -> Result<bool, Infallible> {
        let now = self.clock.now();
        let mut state = self.state();
        state.nonces = state.nonces.split_off(&now);
        let key = (
            nonce.timestamp,
            nonce.client_key.to_owned(),
            nonce.token.map(str::to_owned),
            nonce.nonce.to_owned(),
        );
        Ok(state.nonces.entry(nonce.expires).or_default().insert(key))
    }
}

impl<I> std::fmt::Debug for MemoryStore<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore")
    }
}
