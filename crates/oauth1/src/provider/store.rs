//! What a provider must be able to look up and write: implement [`Store`] over your database.

use std::future::Future;

use super::callback::Callback;
use crate::credentials::{TemporaryCredentials, TokenCredentials};
use crate::problem::TokenFault;
use crate::secret::Secret;
#[cfg(feature = "rsa")]
use crate::signature::RsaPublicKey;
use crate::verify::NonceUse;

/// Where clients, temporary credentials, tokens and nonces are kept.
///
/// Identifiers must be compared exactly, letter case included. Each method is one step of one endpoint and should be one query.
pub trait Store: Send + Sync {
    /// Whom a request speaks for: a person, or with two legs a program. Whatever your application wants to know.
    type Identity: Send;

    /// How the store fails.
    type Error: Send;

    /// The keys of a client and, when there is a token, of that token, and whom the two speak for.
    ///
    /// `token` is `None` for requests without one, and at the endpoint for temporary credentials.
    fn find_access(
        &self,
        client_key: &str,
        token: Option<&str>,
    ) -> impl Future<Output = Result<Access<Self::Identity>, Self::Error>> + Send;

    /// The keys of a client and its temporary credentials, for the exchange.
    fn find_temporary(
        &self,
        client_key: &str,
        token: &str,
    ) -> impl Future<Output = Result<TemporaryAccess, Self::Error>> + Send;

    /// Temporary credentials by their token alone, for the page on which a person agrees.
    fn find_pending(
        &self,
        token: &str,
    ) -> impl Future<Output = Result<PendingAccess, Self::Error>> + Send;

    /// Keeps new temporary credentials. They should live for minutes only.
    fn save_temporary(
        &self,
        temporary: NewTemporary,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Consumes temporary credentials that are authorised, and gives the token credentials for them: those offered,
    /// or others that exist for this client and person. All in one atomic step: of two such calls one gets `None`.
    fn exchange(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Option<Issued>, Self::Error>> + Send;

    /// Remembers a nonce unless it is there already, in one atomic step; `true` when it was new.
    /// It must be kept for twice the timestamp window of the policy. Called only for requests whose signature is right.
    fn use_nonce(
        &self,
        nonce: NonceUse<'_>,
    ) -> impl Future<Output = Result<bool, Self::Error>> + Send;

    /// Whether a verifier is the one that was kept. Override it when you keep hashes; compare in constant time.
    fn verifier_matches(&self, kept: &Secret, given: &Secret) -> bool {
        kept == given
    }

    /// Hears that a client came with a wrong verifier. When people type verifiers, which are short then, count and take the
    /// temporary credentials back after a few, so that [`exchange`](Self::exchange) refuses them, too: whoever guesses may ask
    /// several times at once.
    fn wrong_verifier(
        &self,
        _client_key: &str,
        _token: &str,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        std::future::ready(Ok(()))
    }
}

/// A client as its keys and permissions.
#[derive(Clone, Debug)]
pub struct Client {
    pub(super) secret: Secret,
    #[cfg(feature = "rsa")]
    pub(super) rsa_key: Option<RsaPublicKey>,
    pub(super) methods: Option<Vec<String>>,
    pub(super) callbacks: Option<Vec<String>>,
    pub(super) realms: Option<Vec<String>>,
}

impl Client {
    /// A client that may use every method of the policy, every callback of the rule, and every realm.
    pub fn new(secret: impl Into<Secret>) -> Self {
        Self {
            secret: secret.into(),
            #[cfg(feature = "rsa")]
            rsa_key: None,
            methods: None,
            callbacks: None,
            realms: None,
        }
    }

    /// With the public key that it registered. Bind such a client to the RSA methods with [`with_methods`](Self::with_methods).
    #[cfg(feature = "rsa")]
    #[must_use]
    pub fn with_rsa_key(mut self, key: RsaPublicKey) -> Self {
        self.rsa_key = Some(key);
        self
    }

    /// Allows these signature methods only.
    #[must_use]
    pub fn with_methods(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.methods = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// Allows exactly these callbacks (`oob` among them when it is to be allowed).
    #[must_use]
    pub fn with_callbacks(
        mut self,
        callbacks: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        self.callbacks = Some(callbacks.into_iter().map(Into::into).collect());
        self
    }

    /// Allows asking for these realms only.
    #[must_use]
    pub fn with_realms(mut self, realms: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.realms = Some(realms.into_iter().map(Into::into).collect());
        self
    }
}

/// What the store knows of a client and a token.
#[derive(Clone, Debug)]
pub enum Access<I> {
    /// There is no such client.
    ClientUnknown,
    /// The client exists, and the token is not one that it may use.
    TokenRejected {
        /// The client.
        client: Client,
        /// What is wrong with the token.
        fault: TokenFault,
    },
    /// Both exist, or the client exists and no token was asked for.
    Found {
        /// The client.
        client: Client,
        /// The secret of the token, when one was asked for.
        token_secret: Option<Secret>,
        /// The realms into which the token reaches; `None` when it is not bound to any.
        realms: Option<Vec<String>>,
        /// Whom they speak for.
        identity: I,
    },
}

impl<I> Access<I> {
    /// [`Access::Found`] for those who have no use for realms.
    pub fn found(client: Client, token_secret: Option<Secret>, identity: I) -> Self {
        Self::Found {
            client,
            token_secret,
            realms: None,
            identity,
        }
    }
}

/// What the store knows of a client and temporary credentials.
#[derive(Clone, Debug)]
pub enum TemporaryAccess {
    /// There is no such client.
    ClientUnknown,
    /// The client exists, and the token does not, or belongs to another.
    TokenRejected {
        /// The client.
        client: Client,
        /// What is wrong with the token.
        fault: TokenFault,
    },
    /// Both exist.
    Found {
        /// The client.
        client: Client,
        /// The secret of the temporary credentials.
        secret: Secret,
        /// How far they have come.
        state: TemporaryState,
    },
}

/// How far temporary credentials have come.
#[derive(Clone, Debug)]
pub enum TemporaryState {
    /// A person agreed.
    Authorised {
        /// What the person was given to prove it (or a hash, see [`Store::verifier_matches`]).
        verifier: Secret,
    },
    /// They cannot be exchanged: nobody agreed yet, or they are used, expired or denied.
    /// The client is told only when its signature is right.
    Rejected(TokenFault),
}

/// What the store knows of a token that a person shall agree to.
#[derive(Clone, Debug)]
pub enum PendingAccess {
    /// It can be shown.
    Found(Pending),
    /// It cannot.
    Rejected(TokenFault),
}

/// Temporary credentials that wait for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// The client that asks. Show its name, and whether you know it to be true (RFC 5849, section 4.7).
    pub client_key: String,
    /// Where the person goes afterwards.
    pub callback: Callback,
    /// What the client asks for. Empty when you have no realms.
    pub realms: Vec<String>,
}

/// Temporary credentials to keep.
#[derive(Clone, Debug)]
pub struct NewTemporary {
    /// The client to which they belong.
    pub client_key: String,
    /// Token and secret.
    pub credentials: TemporaryCredentials,
    /// Where the person goes afterwards.
    pub callback: Callback,
    /// What the client asks for, read from the realm of its header. Empty when it named none.
    pub realms: Vec<String>,
    /// The time, in seconds since 1970.
    pub created: u64,
}

/// Temporary credentials to consume. Signature and verifier were checked.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The client.
    pub client_key: String,
    /// The temporary token.
    pub token: String,
    /// Token credentials to keep and give, unless this client and person have some already.
    pub fresh: TokenCredentials,
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// Token credentials to give to the client.
#[derive(Clone, Debug)]
pub struct Issued {
    pub(super) credentials: TokenCredentials,
    pub(super) realms: Vec<String>,
    pub(super) extra: Vec<(String, String)>,
}

impl Issued {
    /// Nothing but the credentials.
    pub fn new(credentials: TokenCredentials) -> Self {
        Self {
            credentials,
            realms: Vec::new(),
            extra: Vec::new(),
        }
    }

    /// Tells the client the realms that it was given, as `oauth_authorized_realms`.
    #[must_use]
    pub fn with_realms(mut self, realms: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.realms = realms.into_iter().map(Into::into).collect();
        self
    }

    /// Tells the client something else, for example the name of the person. It cannot replace the credentials.
    #[must_use]
    pub fn with_extra(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.extra.push((name.into(), value.into()));
        self
    }
}
