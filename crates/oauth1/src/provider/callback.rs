//! Callbacks: where a person goes after agreeing (RFC 5849, sections 2.1 and 2.2).

use crate::flow::append_to_query;
use crate::problem::Problem;
use crate::secret::Secret;
use crate::url::{self, Authority};

/// Where a person goes after agreeing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Callback {
    /// Nowhere (`oob`): the verifier is shown, and the person types it into the client.
    OutOfBand,
    /// Back to the client.
    Url(String),
}

/// Which callbacks are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CallbackRule {
    /// `oob`, and absolute URLs without fragment whose scheme does not run or show content in the browser itself:
    /// also the private schemes of programs, such as `myapp://done`.
    #[default]
    AnyScheme,
    /// `oob`, and `http` and `https` URLs without fragment.
    WebOnly,
}

/// Schemes that a browser acts upon itself. A redirect there would run code, or show what the client wrote, in the provider's name.
const ACTIVE_SCHEMES: [&str; 8] = [
    "javascript",
    "data",
    "vbscript",
    "blob",
    "about",
    "file",
    "filesystem",
    "view-source",
];

impl Callback {
    /// Reads the value of `oauth_callback`.
    ///
    /// # Errors
    /// [`Problem::CallbackInvalid`].
    pub fn parse(text: &str, rule: CallbackRule) -> Result<Self, Problem> {
        if text == "oob" {
            return Ok(Self::OutOfBand);
        }
        // Text outside ASCII is taken: the client signed it so, and `redirect` encodes it.
        let encoded = encode_for_location(text);
        let (scheme, rest) = encoded.split_once(':').ok_or(Problem::CallbackInvalid)?;
        let scheme = scheme.to_ascii_lowercase();
        let is_acceptable = match (scheme.as_str(), rule) {
            ("http" | "https", _) => is_web_address(&encoded),
            (_, CallbackRule::WebOnly) => false,
            (private, CallbackRule::AnyScheme) => {
                url::check_scheme(private).is_ok()
                    && !ACTIVE_SCHEMES.contains(&private)
                    && !rest.is_empty()
            }
        };
        if is_acceptable && !text.contains('#') {
            Ok(Self::Url(text.to_owned()))
        } else {
            Err(Problem::CallbackInvalid)
        }
    }

    /// The address to send the person to after they agreed: the callback with `oauth_token` and `oauth_verifier` appended
    /// to its query, in ASCII, fit for a `Location` header. `None` when there is none, and the verifier must be shown.
    ///
    /// ```
    /// use pumphouse_oauth1::Secret;
    /// use pumphouse_oauth1::provider::Callback;
    ///
    /// let callback = Callback::Url("http://client.example.net/cb?x=1".to_owned());
    /// let location = callback.redirect("hdk48Djdsa", &Secret::new("473f82d3"));
    /// assert_eq!(location.unwrap(), "http://client.example.net/cb?x=1&oauth_token=hdk48Djdsa&oauth_verifier=473f82d3");
    /// ```
    pub fn redirect(&self, token: &str, verifier: &Secret) -> Option<String> {
        self.redirect_with(&[
            ("oauth_token", token),
            ("oauth_verifier", verifier.expose()),
        ])
    }

    /// The address to send the person to after they said no. `None` when there is none.
    pub fn denied(&self, token: &str) -> Option<String> {
        self.redirect_with(&[
            ("oauth_token", token),
            ("oauth_problem", "permission_denied"),
        ])
    }

    fn redirect_with(&self, parameters: &[(&str, &str)]) -> Option<String> {
        match self {
            Self::OutOfBand => None,
            Self::Url(url) => Some(append_to_query(&encode_for_location(url), parameters)),
        }
    }
}

/// The callback as the client sent it.
impl std::fmt::Display for Callback {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OutOfBand => f.write_str("oob"),
            Self::Url(url) => f.write_str(url),
        }
    }
}

/// Whether it names a host, and hides it behind no user name.
fn is_web_address(url: &str) -> bool {
    url::split(url).is_ok_and(|parts| {
        Authority::parse(parts.scheme, parts.authority).is_ok() && !parts.authority.contains('@')
    })
}

/// Percent-encodes white space, controls and everything outside ASCII, and leaves the rest as it stands.
fn encode_for_location(url: &str) -> String {
    let mut out = String::with_capacity(url.len());
    for character in url.chars() {
        if character.is_ascii_graphic() {
            out.push(character);
        } else {
            out.push_str(&crate::percent::encode(character.encode_utf8(&mut [0; 4])));
        }
    }
    out
}
