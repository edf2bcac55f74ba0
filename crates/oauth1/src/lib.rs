//! OAuth 1.0 (RFC 5849), complete: sign requests, verify them, walk a client through the dance, and offer it as a provider.
//!
//! Without I/O and without a framework: you bring the HTTP client or server, this crate brings what is hard to get right,
//! namely exactly which bytes are signed. It works on requests *as they are sent*: no URL is parsed and written again (with the feature
//! `reqwest`, URLs are signed as that crate writes them), no parameter goes through a map, no text is decoded twice. Secrets do not
//! print, are wiped where they are kept (what you send, such as a header with PLAINTEXT, is yours), and are compared in constant time; no input makes it panic; clock, nonces and token generation can be replaced.
//!
//! # Signing
//!
//! ```
//! use pumphouse_oauth1::{ClientCredentials, Request, Signer, TokenCredentials};
//!
//! let signer = Signer::new(ClientCredentials::new("consumer key", "consumer secret"))
//!     .with_token(TokenCredentials::new("token", "token secret"));
//!
//! let request = Request::new("POST", "https://api.example.com/1.1/statuses/update.json?include_entities=true")
//!     .with_content_type("application/x-www-form-urlencoded")
//!     .with_body("status=Hello%20Ladies%20%2b%20Gentlemen");
//! let header = signer.authorization(&request)?;
//! // Send it with `Authorization: {header}`, the URL and the body exactly as they stand above.
//! # assert!(header.starts_with("OAuth "));
//! # Ok::<(), pumphouse_oauth1::SignError>(())
//! ```
//!
//! [`Signer`] has the options: [`HmacSha256`] and the other [methods](signature), [`Placement`] in query or body, realm, body hash.
//! A signature that is refused is taken apart by [`explain`].
//!
//! # Verifying
//!
//! ```
//! use pumphouse_oauth1::{Clock, Keys, Origin, Policy, Problem, Request, SystemClock, Unverified};
//! # use pumphouse_oauth1::{ClientCredentials, Secret, Signer};
//! # fn find_client_secret(_: &str) -> Option<Secret> { Some(Secret::new("secret")) }
//! # fn remember_nonce(_: &pumphouse_oauth1::verify::NonceUse<'_>) -> bool { true }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let signed = Signer::new(ClientCredentials::new("key", "secret"))
//! #     .authorization(&Request::new("GET", "https://photos.example.net/photos?size=original"))?;
//! # let headers = [("host", "10.0.0.7:8080"), ("authorization", signed.as_str())];
//! let origin = Origin::parse("https://photos.example.net")?; // as clients see you, whatever stands in front of you
//! let request = Request::at(&origin, "GET", "/photos?size=original").with_headers(headers);
//!
//! let unverified = Unverified::parse(&request, &Policy::default(), SystemClock.now())?;
//! let secret = find_client_secret(unverified.client_key()).ok_or(Problem::ConsumerKeyUnknown)?;
//! let client_key = unverified.client_key().to_owned();
//! let verified = unverified.verify(&Keys::new(&client_key, &secret), remember_nonce)?;
//! // Only now is it known who sent it. `verified.params()` are the parameters that were signed.
//! assert_eq!(verified.client_key(), "key");
//! # Ok(())
//! # }
//! ```
//!
//! Whoever gives out tokens, or does not want to think about dummy secrets for unknown clients, lets
//! [`Provider::authenticate`](provider::Provider::authenticate) do all of it.
//!
//! # The dance
//!
//! A client that it lets in, step by step; the provider's side of the same is in [`provider`].
//!
//! ```
//! use pumphouse_oauth1::flow::{Answer, Endpoints, Flow, Post};
//! use pumphouse_oauth1::{ClientCredentials, Request, Signer};
//! # fn send(post: Post) -> (u16, &'static str) {
//! #     let asks_for_token = post.url.ends_with("access_token");
//! #     (200, if asks_for_token { "oauth_token=nnch734d00sl2jdk&oauth_token_secret=pfkkdhi9sl3r4s00&user_id=7" }
//! #           else { "oauth_token=hh5s93j4hdidpola&oauth_token_secret=hdhd0244k9j7ao03&oauth_callback_confirmed=true" })
//! # }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let client = ClientCredentials::new("consumer key", "consumer secret");
//! let endpoints = Endpoints::new(
//!     "https://api.example.com/oauth/request_token",
//!     "https://api.example.com/oauth/authorize",
//!     "https://api.example.com/oauth/access_token",
//! );
//! let flow = Flow::new(client.clone(), endpoints);
//!
//! // 1. Temporary credentials. `send` is your HTTP client: it POSTs and gives status and body.
//! let (status, body) = send(flow.begin("https://app.example.net/back")?);
//! let pending = flow.pending(&Answer::new(status, body))?;
//!
//! // 2. Send the person to the provider. Save `pending.token()` and `pending.secret()` in their session, and nowhere else.
//! assert_eq!(flow.authorisation_url(&pending), "https://api.example.com/oauth/authorize?oauth_token=hh5s93j4hdidpola");
//! //    They come back; an answer to another log-in than theirs is refused.
//! let authorised = pending.returned("https://app.example.net/back?oauth_token=hh5s93j4hdidpola&oauth_verifier=hfdp7dh39dks9884")?;
//!
//! // 3. Token credentials.
//! let (status, body) = send(flow.exchange(&authorised)?);
//! let grant = flow.granted(&Answer::new(status, body))?;
//! assert_eq!(grant.get("user_id"), Some("7"));
//!
//! // From now on:
//! let signer = Signer::new(client).with_token(grant.into_credentials());
//! let header = signer.authorization(&Request::new("GET", "https://api.example.com/photos"))?;
//! # assert!(header.contains("nnch734d00sl2jdk"));
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! |---|---|
//! | `reqwest` | a client over reqwest that signs every attempt and every hop anew |
//! | `rsa` | RSA-SHA1, RSA-SHA256 and RSA-SHA512 with keys in PEM; a [`Policy`] takes those that it is told to take |
//! | `tower` | a layer for servers built on tower, such as axum: handlers get a verified identity |
//!
//! **RSA and timing.** Private keys are used through the pure-Rust crate `rsa`, release 0.10 or later: the first whose
//! private-key path runs in constant time, and it is blinded with the operating system's random numbers besides. That is
//! how the Marvin weakness of earlier releases (RUSTSEC-2023-0071) was closed. The attack itself recovers what a *decryption*
//! oracle betrays; OAuth only signs, and clients sign at their own pace. We chose it over binding a C library because it
//! builds everywhere and exposes the same guarantees; who wants the key elsewhere (an agent, a hardware module) signs
//! [`Prepared::base_string`](sign::Prepared::base_string) there. Keys below 2048 bits are refused.
//!
//! # What it costs
//!
//! `cargo xtask bench oauth1` compares, in one run, with the bare HMAC-SHA1 of the same base string (271 bytes, a GET with a token):
//! signing takes 1.5 times as long with a new nonce and the time of day, 1.3 times with both given; verifying 2.0 times, and
//! 1.5 times with [`BoundKeys`](signature::BoundKeys). The crate oauth1-request takes 2.5 times as long to sign.
//!
//! # What is deliberately absent
//!
//! * **OAuth 1.0 of 2007**, without verifier and callback confirmation: it lets strangers take over sessions (the 2009 advisory).
//! * **Guessing at content**: a body without the form content type is no form, however it looks; no content type is rewritten.
//! * **Unsigned repair**: dot segments, double slashes, IPv6 spellings and percent-encodings stay as they were sent, and
//!   internationalised host names are not converted but refused ([`UrlError::HostNotAscii`]): sign the URL that you send.
//! * **Trying variants**: one origin, one base string. A server does not accept a request because some other port or scheme would fit.
//! * **Format rules for keys and tokens** (lengths, alphabets) beyond limits on size: RFC 5849, section 2, forbids to assume any.
//! * **One place for unknown `oauth_` parameters**: RFC 5849, section 3.5, tells senders to put all such names into one place. The
//!   known ones must stand in one; others are signed wherever they stand, as other implementations do it, and each may stand there once.
//!   A server does not refuse them as unsupported (section 3.2 says SHOULD), since extensions send them.
//! * **Global registries of signature methods**: a method is a value, given to a [`Signer`] or a [`Policy`].
//! * **Logging**: the crate writes no log. Errors, problems and the observer of the tower layer say what happened.
//! * **Subclassing for odd providers**: options, [`Signer::with_parameter`] and [`Signer::prepare`] reach every step.
//! * **Client registration** and the making of consumer keys, which RFC 5849 leaves to each provider.
//! * **Blocking HTTP clients**: there is no middleware for them; sign by hand, as in the first example.
//! * **Debug switches that print secrets**: [`explain`] shows every step without them, and [`Keys::shared_key`] is there for who asks.
//! * **A database store**: how credentials are kept is the application's. [`provider::Store`] is one query per step,
//!   [`provider::MemoryStore`] serves tests and small things.
//! * **The page on which a person agrees**: log-in, CSRF protection, frame denial and consent belong to the application
//!   (RFC 5849, sections 4.7 and 4.13 to 4.15); [`provider::Provider::pending`] says what to show.
//! * **xAuth and session renewal on the provider's side**: check such a request with
//!   [`Provider::authenticate`](provider::Provider::authenticate) and answer with [`provider::Answer::token`]; whom to let in is yours to decide.
//! * **Method overrides** (`X-HTTP-Method-Override`): unsigned; the method of the request line is what counts.
//! * **Text encodings other than UTF-8** (`encoding=`, `decoding=`): names and values are bytes, and text is UTF-8.
//! * **A realm per call**: clone the [`Signer`], which is cheap, and give the clone another realm.
//! * **Demands that differ by client**, besides methods, callbacks and realms: use a [`Provider`](provider::Provider) with another policy.
//! * **Realms of the whole server, and granting fewer than were asked for**: the store decides what a token reaches. A client that
//!   names no realms asks for all that it may have.
//! * **Error pages** (`uri`, `in_uri`): a [`Problem`] has a code, a status and a text.
//! * **Legs with GET**: [`flow::Flow`] makes POST requests; for a provider that advertises another method sign the legs with a [`Signer`].
//! * **Retries and clock correction within the dance**: a leg is sent as it was signed. Begin or exchange again, with an
//!   [`AdjustedClock`](clock::AdjustedClock) that you teach.
//! * **Problem reports beyond code, advice and timestamps**: read the form, or [`Challenge::parameter`](header::Challenge::parameter).
//! * **Extra fields with temporary credentials, in the redirect, and a form as the answer to `oob`**: append them to
//!   [`provider::Answer::body`] and to what [`provider::Callback::redirect`] gives; the page that shows the verifier is yours.
//! * **Callbacks by pattern, and a default callback**: registered ones are compared exactly, and RFC 5849, section 2.1, requires that
//!   the client names one.
//! * **Disabled clients as a state of their own**: a store answers that it does not know them.
//! * **Short verifiers**: give a [`provider::TokenSource`]; [`provider::MemoryStore`] limits how often one may be guessed.
//! * **A collector over all three places**: [`base_string::collect_parameters`] reads query and form, [`header::Authorization`] the header.
//! * **Insisting on POST** at the endpoints for credentials: RFC 5849 lets a provider advertise another method; your router decides.
//! * **`Cache-Control`** on answers to requests signed in query or body (RFC 5849, section 4.4): the application knows what is private.
//! * **Writing forms and queries** for applications: the crate `form_urlencoded` does, and what it writes is signed as it is.
//! * **OAuth 2 and converting requests to JSON or XML** have nothing to do with signatures.

pub mod base_string;
pub mod body_hash;
pub mod clock;
pub mod credentials;
pub mod explain;
pub mod flow;
pub mod header;
pub mod nonce;
pub mod params;
pub mod percent;
pub mod problem;
mod protocol;
pub mod provider;
mod request;
#[cfg(feature = "reqwest")]
pub mod reqwest;
mod secret;
pub mod sign;
pub mod signature;
#[cfg(feature = "tower")]
pub mod tower;
mod url;
pub mod verify;
mod written;

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use body_hash::BodyHash;
pub use clock::{Clock, FixedClock, SystemClock};
pub use credentials::{ClientCredentials, TemporaryCredentials, TokenCredentials};
pub use params::{Param, Params};
pub use problem::Problem;
pub use request::Request;
pub use secret::Secret;
pub use sign::{Placement, SignError, Signed, Signer};
pub use signature::{HmacSha1, HmacSha256, HmacSha512, Keys, Plaintext, SignatureMethod};
#[cfg(feature = "rsa")]
pub use signature::{RsaPrivateKey, RsaPublicKey, RsaSha1, RsaSha256, RsaSha512};
pub use url::{Origin, UrlError};
pub use verify::{Policy, Unverified, Verified};
