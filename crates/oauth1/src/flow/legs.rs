//! What stands between the legs of the dance.

use crate::credentials::{TemporaryCredentials, TokenCredentials};
use crate::params::Params;
use crate::secret::{Secret, equal_in_constant_time};
use crate::url;

/// Temporary credentials in hand, the person's answer outstanding.
///
/// To resume in another process, save [`token`](Self::token) and [`secret`](Self::secret) where only this person's session can
/// find them, and build it again with [`from_parts`](Self::from_parts).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    credentials: TemporaryCredentials,
}

/// Why a return from the provider does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReturnError {
    /// There is no `oauth_token` in it.
    #[error("the address holds no oauth_token: copy it whole from the browser, or begin anew")]
    TokenMissing,
    /// It belongs to another attempt, maybe one that a stranger began.
    #[error("this answer belongs to another log-in than the one that is waiting: begin anew")]
    OtherToken,
    /// There is no `oauth_verifier` in it.
    #[error(
        "the address holds no oauth_verifier: the provider did not confirm that anybody agreed"
    )]
    VerifierMissing,
    /// One of them stands there more than once: somebody has put the address together.
    #[error("the address holds oauth_token or oauth_verifier more than once: begin anew")]
    Repeated,
    /// The person said no.
    #[error("the permission was refused")]
    Denied,
}

impl Pending {
    /// Resumes with parts that were saved.
    pub fn from_parts(token: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            credentials: TemporaryCredentials::new(token, secret),
        }
    }

    /// The temporary token.
    pub fn token(&self) -> &str {
        self.credentials.token()
    }

    /// Its secret.
    pub fn secret(&self) -> &Secret {
        self.credentials.secret()
    }

    /// Reads the address to which the provider sent the person back: a URL, a request target or just the query.
    ///
    /// The token in it must be the pending one, so that nobody can slip a log-in of their own under this person.
    ///
    /// # Errors
    /// See [`ReturnError`].
    pub fn returned(&self, address: &str) -> Result<Authorised, ReturnError> {
        let params = Params::from_form(query_of(address));
        let is_repeated = |name: &&str| {
            let same = params
                .iter()
                .filter(|param| *param.name() == *name.as_bytes());
            same.count() > 1
        };
        if ["oauth_token", "oauth_verifier"].iter().any(is_repeated) {
            return Err(ReturnError::Repeated);
        }
        let denied = params.get("denied");
        let refused = ["denied", "error", "oauth_problem"]
            .iter()
            .any(|name| params.get(name).is_some());
        // Some providers name the token by saying that it was denied.
        let token = params.get("oauth_token").or(denied);
        if token.is_none() && refused {
            return Err(ReturnError::Denied);
        }
        let token = token.ok_or(ReturnError::TokenMissing)?;
        if !equal_in_constant_time(token.as_bytes(), self.token().as_bytes()) {
            return Err(ReturnError::OtherToken);
        }
        match params
            .get("oauth_verifier")
            .filter(|verifier| !verifier.is_empty())
        {
            Some(verifier) => Ok(Authorised {
                credentials: self.credentials.clone(),
                verifier: Secret::new(verifier),
            }),
            None if refused => Err(ReturnError::Denied),
            None => Err(ReturnError::VerifierMissing),
        }
    }

    /// With the verifier that the person read off the screen. White space around it is dropped.
    pub fn with_verifier(&self, verifier: impl Into<Secret>) -> Authorised {
        let verifier = Secret::new(verifier.into().expose().trim());
        Authorised {
            credentials: self.credentials.clone(),
            verifier,
        }
    }
}

/// The query of a URL or a request target, or of what is nothing but a query, in which a question mark is a character like others.
fn query_of(address: &str) -> &str {
    let address = address.split('#').next().unwrap_or_default();
    let Some((before, query)) = address.split_once('?') else {
        return address;
    };
    let has_scheme = before
        .split_once(':')
        .is_some_and(|(scheme, _)| url::check_scheme(scheme).is_ok());
    let is_query_alone = before.contains('=') && !before.starts_with('/') && !has_scheme;
    if is_query_alone { address } else { query }
}

/// Temporary credentials and the verifier that says that the person agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorised {
    credentials: TemporaryCredentials,
    verifier: Secret,
}

impl Authorised {
    /// Resumes with parts that were saved.
    pub fn from_parts(credentials: TemporaryCredentials, verifier: impl Into<Secret>) -> Self {
        Self {
            credentials,
            verifier: verifier.into(),
        }
    }

    /// The temporary credentials.
    pub fn credentials(&self) -> &TemporaryCredentials {
        &self.credentials
    }

    /// The verifier.
    pub fn verifier(&self) -> &Secret {
        &self.verifier
    }
}

/// Token credentials, and whatever else the provider sent with them.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    credentials: TokenCredentials,
    others: Vec<(String, Secret)>,
}

impl Grant {
    pub(super) fn new(credentials: TokenCredentials, others: Vec<(String, Secret)>) -> Self {
        Self {
            credentials,
            others,
        }
    }

    /// The token credentials.
    pub fn credentials(&self) -> &TokenCredentials {
        &self.credentials
    }

    /// The token credentials alone.
    pub fn into_credentials(self) -> TokenCredentials {
        self.credentials
    }

    /// Another field of the answer, for example `user_id`, `screen_name` or `oauth_expires_in`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.others
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.expose())
    }

    /// The handle with which to [renew](super::Flow::renew) the token (the Session extension).
    pub fn session_handle(&self) -> Option<&Secret> {
        self.others
            .iter()
            .find(|(own, _)| own == "oauth_session_handle")
            .map(|(_, value)| value)
    }
}

impl std::fmt::Debug for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let others: Vec<_> = self.others.iter().map(|(name, _)| name).collect();
        f.debug_struct("Grant")
            .field("credentials", &self.credentials)
            .field("others", &others)
            .finish()
    }
}
