//! A look at the wire, for programs that show or log what they exchange.

use http::{Method, StatusCode};
use url::Url;

/// One request and its answer, without anything secret: signatures, tokens and bodies are left out.
///
/// ```
/// use pumphouse_client::Exchange;
///
/// fn line(exchange: &Exchange<'_>) -> String {
///     format!("{} {}: {:?}", exchange.method, exchange.url, exchange.status)
/// }
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Exchange<'a> {
    /// The method of the request.
    pub method: &'a Method,
    /// The address asked, query included.
    pub url: &'a Url,
    /// The status of the answer; `None` if none came.
    pub status: Option<StatusCode>,
    /// The size of the request's body, in bytes.
    pub bytes_sent: u64,
    /// The size of the answer's body, in bytes.
    pub bytes_received: u64,
    /// Whose credentials signed the request.
    pub signed_with: SignedWith,
}

/// Whose credentials sign a request (pump.io protocol, section 3.1).
///
/// ```
/// use pumphouse_client::{Exchange, SignedWith};
///
/// fn speaks_for_somebody(exchange: &Exchange<'_>) -> bool {
///     exchange.signed_with == SignedWith::Token
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedWith {
    /// Nobody's.
    Nothing,
    /// The client's alone ("2-legged").
    Client,
    /// The client's and temporary credentials, while an authorisation is under way.
    TemporaryCredentials,
    /// The client's and a person's token ("3-legged").
    Token,
}

/// Hears of every exchange, redirects and retries included.
///
/// Closures over [`Exchange`] are observers. They run between the answer and the program's next
/// step, so they should be quick.
///
/// ```
/// use pumphouse_client::{Client, Exchange};
///
/// let client = Client::builder("Test.io")
///     .observer(|exchange: &Exchange<'_>| eprintln!("{} {}", exchange.method, exchange.url))
///     .build()?;
/// # Ok::<(), pumphouse_client::Error>(())
/// ```
pub trait Observer: Send + Sync {
    /// Called once for each exchange, when its answer is read or has failed.
    fn on_exchange(&self, exchange: &Exchange<'_>);
}

impl<F: Fn(&Exchange<'_>) + Send + Sync> Observer for F {
    fn on_exchange(&self, exchange: &Exchange<'_>) {
        self(exchange);
    }
}
