//! Offering OAuth 1.0 (RFC 5849, sections 2 and 3.2): the checks of the three endpoints and of protected resources.
//!
//! A [`Provider`] does no I/O of its own: it asks a [`Store`], which is yours, and says what to answer. What to do with a
//! person who must agree (log-in, page, buttons) is yours too; [`Provider::pending`], [`Provider::new_verifier`] and
//! [`Callback::redirect`] help with it.
//!
//! The order of the checks costs an attacker more than us: limits, form and time first; then one look-up; then the
//! signature, computed with dummy secrets when client or token are unknown, so that the time tells little; and the nonce
//! is written last, so that nobody without keys can fill the store.
//!
//! A whole dance, with this crate's own client on the other side:
//!
//! ```
//! use pumphouse_oauth1::flow::{self, Endpoints, Flow, Post};
//! use pumphouse_oauth1::provider::{Client, Legs, MemoryStore, Provider};
//! use pumphouse_oauth1::{ClientCredentials, Request, Signer};
//!
//! /// What arrives. A server builds it of its origin, the request line, the headers and the body.
//! fn arrived(post: &Post) -> Request<'_> {
//!     let request = Request::new("POST", &post.url);
//!     post.authorization.iter().fold(request, |request, value| request.with_authorization(value))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = MemoryStore::new();
//! store.add_client("printer", Client::new("printer's secret"), "the printer");
//! let provider = Provider::new(store)?;
//!
//! let client = ClientCredentials::new("printer", "printer's secret");
//! let [temporary, authorise, token] = ["initiate", "authorize", "token"].map(|path| format!("https://photos.example.net/{path}"));
//! let flow = Flow::new(client.clone(), Endpoints::new(temporary, authorise, token));
//!
//! // 1. The client asks for temporary credentials.
//! let answer = provider.temporary_credentials(&arrived(&flow.begin("https://printer.example.com/ready")?)).await?;
//! let pending = flow.pending(&flow::Answer::new(200, answer.body()))?;
//!
//! // 2. Jane comes to the provider's page with the token, logs in, sees who asks, and agrees.
//! let shown = provider.pending(pending.token()).await?;
//! assert_eq!(shown.client_key, "printer");
//! let verifier = provider.new_verifier()?;
//! provider.store().authorise(pending.token(), &verifier, "jane")?;
//! let location = shown.callback.redirect(pending.token(), &verifier).expect("the printer has an address");
//! let authorised = pending.returned(&location)?;
//!
//! // 3. The client exchanges what it has for token credentials.
//! let answer = provider.token_credentials(&arrived(&flow.exchange(&authorised)?)).await?;
//! let grant = flow.granted(&flow::Answer::new(200, answer.body()))?;
//!
//! // From now on it speaks for Jane.
//! let signer = Signer::new(client).with_token(grant.into_credentials());
//! let request = Request::new("GET", "https://photos.example.net/photos?size=original");
//! let header = signer.authorization(&request)?;
//! let access = provider.authenticate(&request.with_authorization(&header), Legs::Three).await?;
//! assert_eq!(*access.identity(), "jane");
//! # Ok(())
//! # }
//! ```

mod answer;
mod authenticated;
mod callback;
mod endpoints;
mod memory;
mod public_origin;
mod rejection;
mod store;
mod tokens;

pub use self::answer::Answer;
pub use self::authenticated::Authenticated;
pub use self::callback::{Callback, CallbackRule};
pub use self::endpoints::{Legs, Provider};
pub use self::memory::MemoryStore;
pub use self::public_origin::PublicOrigin;
pub use self::rejection::Rejection;
pub use self::store::{
    Access, Client, Exchange, Issued, NewTemporary, Pending, PendingAccess, Store, TemporaryAccess,
    TemporaryState,
};
pub use self::tokens::{TokenSource, UrlSafeTokens};
