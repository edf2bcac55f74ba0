//! What the check of a protected resource gives.

use crate::problem::Problem;
use crate::verify::Verified;

/// A verified request and whom it speaks for.
#[derive(Clone, Debug)]
pub struct Authenticated<'a, I> {
    pub(super) verified: Verified<'a>,
    pub(super) realms: Option<Vec<String>>,
    pub(super) identity: I,
}

impl<'a, I> Authenticated<'a, I> {
    /// Whom the request speaks for.
    pub fn identity(&self) -> &I {
        &self.identity
    }

    /// Whom the request speaks for, alone.
    pub fn into_identity(self) -> I {
        self.identity
    }

    /// Whom the request speaks for, and into which realms the token reaches.
    #[cfg(feature = "tower")]
    pub(crate) fn into_parts(self) -> (I, Option<Vec<String>>) {
        (self.identity, self.realms)
    }

    /// The client that signed.
    pub fn client_key(&self) -> &str {
        self.verified.client_key()
    }

    /// The token that signed with it.
    pub fn token(&self) -> Option<&str> {
        self.verified.token()
    }

    /// The request as it was signed.
    pub fn verified(&self) -> &Verified<'a> {
        &self.verified
    }

    /// Demands that the token reaches into a realm. Tokens that the store binds to no realm reach into all.
    ///
    /// # Errors
    /// [`Problem::RealmRefused`].
    pub fn require_realm(&self, realm: &str) -> Result<(), Problem> {
        let reaches = |realms: &Vec<String>| realms.iter().any(|own| own == realm);
        if self.realms.as_ref().is_none_or(reaches) {
            Ok(())
        } else {
            Err(Problem::RealmRefused)
        }
    }
}
