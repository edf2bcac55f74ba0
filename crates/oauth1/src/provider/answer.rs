//! What the two endpoints that give credentials answer.

use zeroize::Zeroizing;

use super::store::Issued;
use crate::credentials::TemporaryCredentials;
use crate::percent;
use crate::secret::Secret;

/// The answer of an endpoint: status 200 and a form that holds secrets. Send it with `Cache-Control: no-store`.
#[derive(Clone)]
pub struct Answer {
    body: Zeroizing<String>,
}

impl Answer {
    /// The content type of the body.
    pub const CONTENT_TYPE: &'static str = "application/x-www-form-urlencoded";

    /// Of new temporary credentials.
    pub(super) fn temporary(credentials: &TemporaryCredentials) -> Self {
        let mut answer = Self::credentials(credentials.token(), credentials.secret());
        answer.push("oauth_callback_confirmed", "true");
        answer
    }

    /// Of token credentials, for endpoints of one's own that give some in another way.
    pub fn token(issued: &Issued) -> Self {
        let mut answer = Self::credentials(issued.credentials.token(), issued.credentials.secret());
        if !issued.realms.is_empty() {
            answer.push("oauth_authorized_realms", &issued.realms.join(" "));
        }
        let extra = issued
            .extra
            .iter()
            .filter(|(name, _)| name != "oauth_token" && name != "oauth_token_secret");
        for (name, value) in extra {
            answer.push(name, value);
        }
        answer
    }

    fn credentials(token: &str, secret: &Secret) -> Self {
        // Room enough that pushing extras rarely moves the secret and leaves a copy behind.
        let mut answer = Self {
            body: Zeroizing::new(String::with_capacity(512)),
        };
        answer.push("oauth_token", token);
        answer.push("oauth_token_secret", secret.expose());
        answer
    }

    fn push(&mut self, name: &str, value: &str) {
        if !self.body.is_empty() {
            self.body.push('&');
        }
        self.body.push_str(&percent::encode(name));
        self.body.push('=');
        self.body.push_str(&Zeroizing::new(percent::encode(value)));
    }

    /// The body.
    pub fn body(&self) -> &str {
        &self.body
    }
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Answer(redacted)")
    }
}
