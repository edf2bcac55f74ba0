//! The proof that the person agreed, and how it comes.

use pumphouse_oauth1::Secret;
use url::Url;

/// How the server hands over the verifier once the person has agreed.
///
/// ```
/// use pumphouse_client::{Callback, Url};
///
/// let back: Url = "https://app.example/callback".parse().expect("a URL");
/// assert_eq!(Callback::from(back.clone()), Callback::Url(back));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Callback {
    /// It shows it on its page, and the person copies it.
    #[default]
    OutOfBand,
    /// It sends the browser to this http or https address, with token and verifier in the query.
    Url(Url),
}

impl From<Url> for Callback {
    fn from(url: Url) -> Self {
        Self::Url(url)
    }
}

/// The proof that the person agreed, from the server's page or from its callback.
///
/// ```
/// use pumphouse_client::Verifier;
///
/// assert_eq!(Verifier::new(" 1234-5678\n"), Verifier::from("1234-5678"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier(Secret);

impl Verifier {
    /// The verifier as the server gave it; spaces around it, from copying, are taken off.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(Secret::new(text.as_ref().trim()))
    }

    pub(super) fn from_secret(secret: &Secret) -> Self {
        Self(secret.clone())
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.0
    }
}

impl From<&str> for Verifier {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Verifier {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}
