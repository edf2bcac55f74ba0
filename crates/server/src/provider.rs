//! The OAuth provider's view of the store.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pumphouse_oauth1::problem::TokenFault;
use pumphouse_oauth1::provider::{
    self, Access, Callback, CallbackRule, Client, Exchange, Issued, NewTemporary, Pending,
    PendingAccess, Provider, Rejection, TemporaryAccess, TemporaryState,
};
use pumphouse_oauth1::verify::{NonceUse, TlsRule};
use pumphouse_oauth1::{Origin, Plaintext, Policy, Secret, TokenCredentials};
use pumphouse_store::{self as store, Cache, Nonce, ObjectKey, Store, User, Weigh};
use sha2::{Digest, Sha256};

use crate::clock::Clock;
use crate::error::{Error, Result};

/// How far a client's clock may be off, in seconds (pump.io protocol, section 3.2).
const WINDOW: u64 = 300;

/// Whom a signed request speaks for.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    /// The client's name within the store.
    pub(crate) client: i64,
    /// How the client appears in activities.
    pub(crate) generator: ObjectKey,
    /// The user, if the request is three-legged.
    pub(crate) user: Option<User>,
}

/// Looks up and keeps what the provider asks for.
pub(crate) struct Keeper {
    store: Store,
    clock: Arc<dyn Clock>,
    /// The credentials with which requests came. What ends one of them ends it here, too.
    credentials: Cache<ClientAndToken, Arc<Found>>,
}

/// How much memory the credentials may take.
const CREDENTIALS: u64 = 4 << 20;

/// The key of a client, and a token or nothing.
#[derive(PartialEq, Eq, Hash)]
struct ClientAndToken(Box<str>, Box<str>);

/// What is known of them.
struct Found(Option<store::Credentials>);

impl Weigh for ClientAndToken {
    fn bytes(&self) -> usize {
        self.0.len() + self.1.len()
    }
}

impl Weigh for Found {
    fn bytes(&self) -> usize {
        self.0.as_ref().map_or(0, |known| {
            let token = known.token.as_ref();
            known.client_secret.len()
                + token.map_or(0, |(secret, user)| {
                    secret.len() + user.nickname.len() + user.properties.len()
                })
        })
    }
}

/// The provider for a public origin. PLAINTEXT is taken only where nobody can listen.
pub(crate) fn provider(
    store: Store,
    clock: Arc<dyn Clock>,
    origin: &Origin,
) -> Result<Provider<Keeper>> {
    let mut policy = Policy::new()
        .with_timestamp_window(WINDOW)
        .with_tls(TlsRule::Never);
    if origin.is_secure() || origin.is_loopback() {
        policy = policy.with_method(Plaintext);
    }
    let keeper = Keeper {
        store,
        clock: Arc::clone(&clock),
        credentials: Cache::new(CREDENTIALS, 512),
    };
    let provider =
        Provider::new(keeper).map_err(|error| Error::internal("OAuth provider", error))?;
    Ok(provider
        .with_policy(policy)
        .with_clock(Seconds(clock))
        .with_callback_rule(CallbackRule::WebOnly))
}

/// What is kept of a verifier.
pub(crate) fn verifier_digest(verifier: &str) -> [u8; 32] {
    Sha256::digest(verifier.as_bytes()).into()
}

/// The server's clock as OAuth reads it.
struct Seconds(Arc<dyn Clock>);

impl pumphouse_oauth1::Clock for Seconds {
    fn now(&self) -> u64 {
        u64::try_from(self.0.now() / 1_000_000).unwrap_or(0)
    }
}

impl provider::Store for Keeper {
    type Identity = Identity;
    type Error = Error;

    async fn find_access(&self, client_key: &str, token: Option<&str>) -> Result<Access<Identity>> {
        let given = token.unwrap_or_default();
        let key = ClientAndToken(client_key.into(), given.into());
        let found = self.store.read_kept(&self.credentials, key, |snapshot| {
            let found = snapshot.credentials(client_key, given)?;
            Ok::<_, Error>(Arc::new(Found(found)))
        })?;
        let Found(Some(found)) = &*found else {
            return Ok(Access::ClientUnknown);
        };
        let client = Client::new(&*found.client_secret);
        let mut identity = Identity {
            client: found.client,
            generator: found.generator,
            user: None,
        };
        Ok(match (token, &found.token) {
            (None, _) => Access::found(client, None, identity),
            (Some(_), Some((secret, user))) => {
                identity.user = Some(user.clone());
                Access::found(client, Some(Secret::new(&**secret)), identity)
            }
            (Some(_), None) => Access::TokenRejected {
                client,
                fault: TokenFault::Unknown,
            },
        })
    }

    async fn find_temporary(&self, client_key: &str, token: &str) -> Result<TemporaryAccess> {
        let now = self.clock.now();
        let (client, temporary) = self.store.read(|snapshot| {
            let client = snapshot.client(client_key)?;
            Ok::<_, store::Error>((client, snapshot.temporary_credentials(token, now)?))
        })?;
        let Some(client) = client else {
            return Ok(TemporaryAccess::ClientUnknown);
        };
        let known = Client::new(client.secret);
        let Some(temporary) = temporary.filter(|temporary| temporary.client == client.id) else {
            return Ok(TemporaryAccess::TokenRejected {
                client: known,
                fault: TokenFault::Unknown,
            });
        };
        let state = match temporary.verifier {
            _ if temporary.redeemed => TemporaryState::Rejected(TokenFault::Used),
            Some(digest) if temporary.authorized => TemporaryState::Authorised {
                verifier: Secret::new(URL_SAFE_NO_PAD.encode(digest)),
            },
            _ => TemporaryState::Rejected(TokenFault::NotAuthorised),
        };
        Ok(TemporaryAccess::Found {
            client: known,
            secret: Secret::new(temporary.secret),
            state,
        })
    }

    async fn find_pending(&self, token: &str) -> Result<PendingAccess> {
        let now = self.clock.now();
        let temporary = self
            .store
            .read(|snapshot| snapshot.temporary_credentials(token, now))?;
        let Some(temporary) = temporary else {
            return Ok(PendingAccess::Rejected(TokenFault::Unknown));
        };
        if temporary.redeemed {
            return Ok(PendingAccess::Rejected(TokenFault::Used));
        }
        let callback = Callback::parse(&temporary.callback, CallbackRule::WebOnly)
            .map_err(|problem| Error::internal("kept callback", problem.to_string()))?;
        Ok(PendingAccess::Found(Pending {
            client_key: temporary.client,
            callback,
            realms: Vec::new(),
        }))
    }

    async fn save_temporary(&self, temporary: NewTemporary) -> Result<()> {
        let now = self.clock.now();
        self.store
            .write(move |tx| {
                let credentials = store::TokenCredentials {
                    token: temporary.credentials.token().to_owned(),
                    secret: temporary.credentials.secret().expose().to_owned(),
                };
                let callback = temporary.callback.to_string();
                Ok(tx.insert_temporary_credentials(
                    &temporary.client_key,
                    &credentials,
                    &callback,
                    now,
                )?)
            })
            .await
    }

    async fn exchange(&self, exchange: Exchange) -> Result<Option<Issued>> {
        let now = self.clock.now();
        let outcome = self
            .store
            .write(move |tx| {
                let fresh = store::TokenCredentials {
                    token: exchange.fresh.token().to_owned(),
                    secret: exchange.fresh.secret().expose().to_owned(),
                };
                tx.exchange(&exchange.client_key, &exchange.token, &fresh, now)
            })
            .await?;
        Ok(match outcome {
            store::Exchange::Issued(issued) => Some(Issued::new(TokenCredentials::new(
                issued.token,
                issued.secret,
            ))),
            store::Exchange::Refused => None,
        })
    }

    async fn use_nonce(&self, nonce: NonceUse<'_>) -> Result<bool> {
        let nonce = Nonce {
            timestamp: i64::try_from(nonce.timestamp).unwrap_or(i64::MAX),
            client: nonce.client_key,
            token: nonce.token.unwrap_or_default(),
            nonce: nonce.nonce,
        };
        Ok(self.store.use_nonce(&nonce)?)
    }

    /// Only the digest of a verifier is kept.
    fn verifier_matches(&self, kept: &Secret, given: &Secret) -> bool {
        Secret::new(URL_SAFE_NO_PAD.encode(verifier_digest(given.expose()))) == *kept
    }
}

/// What a page says of a rejection.
pub(crate) fn page_failure(rejection: Rejection<Error>) -> Error {
    match rejection {
        Rejection::Problem(_) => Error::bad_request(
            "This request to connect a program is unknown, has expired or was used. Start again in the program.",
        ),
        Rejection::Store(error) => error,
        other => Error::internal("OAuth", other.to_string()),
    }
}
