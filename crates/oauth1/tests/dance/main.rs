//! The whole dance: this crate's client against this crate's provider, and everything that must be refused on the way.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod client;
mod provider;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use pumphouse_oauth1::flow::{
    Answer, Authorised, Endpoints, Flow, FlowError, Pending, Post, ReturnError,
};
use pumphouse_oauth1::problem::TokenFault;
use pumphouse_oauth1::provider::{
    Access, Authenticated, Callback, CallbackRule, Client, Legs, MemoryStore, Provider, Rejection,
    Store, TemporaryAccess,
};
use pumphouse_oauth1::signature::{MethodError, SignatureMethod};
use pumphouse_oauth1::verify::TlsRule;
use pumphouse_oauth1::{
    ClientCredentials, Clock, HmacSha1, Keys, Placement, Plaintext, Policy, Problem, Request,
    Secret, Signer, TemporaryCredentials, TokenCredentials,
};

/// Runs a future that never waits.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the store in memory never waits"),
    }
}

/// A clock that the test sets.
#[derive(Clone, Debug)]
pub(crate) struct SetClock(Arc<AtomicU64>);

impl Clock for SetClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl SetClock {
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_500_000_000)))
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

pub(crate) const TEMPORARY: &str = "https://api.example.org/oauth/request_token";
pub(crate) const TOKEN: &str = "https://api.example.org/oauth/access_token";
pub(crate) const PHOTOS: &str = "https://api.example.org/photos?size=original";
pub(crate) const CALLBACK: &str = "https://app.example.net/back?session=7";

pub(crate) struct World {
    pub(crate) clock: SetClock,
    pub(crate) provider: Provider<MemoryStore<&'static str>>,
    pub(crate) flow: Flow,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Client::new("client secret"), |signer| signer)
    }

    pub(crate) fn with(client: Client, adjust: fn(Signer) -> Signer) -> Self {
        let clock = SetClock::new();
        let store = MemoryStore::new().with_clock(clock.clone());
        store.add_client("client", client, "the program");
        store.add_client("other", Client::new("other secret"), "another program");
        let provider = Provider::new(store)
            .unwrap()
            .with_clock(clock.clone())
            .with_policy(Policy::new().with_method(Plaintext));
        let signer = adjust(
            Signer::new(ClientCredentials::new("client", "client secret"))
                .with_clock(clock.clone()),
        );
        let endpoints = Endpoints::new(
            TEMPORARY,
            "https://api.example.org/oauth/authorize?lang=en",
            TOKEN,
        );
        Self {
            clock,
            provider,
            flow: Flow::with_signer(signer, endpoints),
        }
    }

    pub(crate) fn flow_of(&self, key: &str, secret: &str) -> Flow {
        let signer =
            Signer::new(ClientCredentials::new(key, secret)).with_clock(self.clock.clone());
        Flow::with_signer(
            signer,
            Endpoints::new(TEMPORARY, "https://api.example.org/oauth/authorize", TOKEN),
        )
    }

    /// The temporary-credentials endpoint.
    pub(crate) fn temporary(&self, post: &Post) -> Result<Vec<u8>, Problem> {
        problem(
            run(self.provider.temporary_credentials(&request(post)))
                .map(|answer| answer.body().as_bytes().to_vec()),
        )
    }

    /// The token-credentials endpoint.
    pub(crate) fn token(&self, post: &Post) -> Result<Vec<u8>, Problem> {
        problem(
            run(self.provider.token_credentials(&request(post)))
                .map(|answer| answer.body().as_bytes().to_vec()),
        )
    }

    pub(crate) fn begin(&self) -> Pending {
        let answer = self.temporary(&self.flow.begin(CALLBACK).unwrap()).unwrap();
        self.flow.pending(&Answer::new(200, &answer)).unwrap()
    }

    /// Somebody agrees, and the client reads where they come back to.
    pub(crate) fn agree(&self, pending: &Pending) -> Authorised {
        let shown = run(self.provider.pending(pending.token())).unwrap();
        assert_eq!(
            (
                shown.client_key.as_str(),
                shown.callback.to_string().as_str()
            ),
            ("client", CALLBACK)
        );
        let verifier = self.provider.new_verifier().unwrap();
        self.provider
            .store()
            .authorise(pending.token(), &verifier, "alice")
            .unwrap();
        pending
            .returned(&shown.callback.redirect(pending.token(), &verifier).unwrap())
            .unwrap()
    }

    pub(crate) fn log_in(&self) -> TokenCredentials {
        let answer = self
            .token(&self.flow.exchange(&self.agree(&self.begin())).unwrap())
            .unwrap();
        self.flow
            .granted(&Answer::new(200, &answer))
            .unwrap()
            .into_credentials()
    }

    pub(crate) fn signer(&self, token: TokenCredentials) -> Signer {
        Signer::new(ClientCredentials::new("client", "client secret"))
            .with_token(token)
            .with_clock(self.clock.clone())
    }

    pub(crate) fn ask(&self, header: &str, legs: Legs) -> Result<&'static str, Problem> {
        let request = Request::new("GET", PHOTOS).with_authorization(header);
        problem(run(self.provider.authenticate(&request, legs)).map(Authenticated::into_identity))
    }
}

pub(crate) fn problem<T>(
    result: Result<T, Rejection<std::convert::Infallible>>,
) -> Result<T, Problem> {
    result.map_err(|rejection| rejection.problem().unwrap().clone())
}

pub(crate) fn request(post: &Post) -> Request<'_> {
    let request = Request::new("POST", &post.url).with_body(&*post.body);
    let request = match &post.authorization {
        Some(value) => request.with_authorization(value),
        None => request,
    };
    match post.content_type {
        Some(value) => request.with_content_type(value),
        None => request,
    }
}
