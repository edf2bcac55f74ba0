//! The three kinds of credentials of RFC 5849, section 1.1: an identifier and its shared secret.

use crate::secret::Secret;

/// Who the client program is: the consumer key and the consumer secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCredentials {
    key: String,
    secret: Secret,
}

impl ClientCredentials {
    /// From the two texts that registration with the provider gave. The secret may be empty, for clients that sign with RSA.
    pub fn new(key: impl Into<String>, secret: impl Into<Secret>) -> Self {
        Self {
            key: key.into(),
            secret: secret.into(),
        }
    }

    /// `oauth_consumer_key`.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The client shared-secret.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }
}

macro_rules! token_pair {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            token: String,
            secret: Secret,
        }

        impl $name {
            /// From the two texts that the provider gave.
            pub fn new(token: impl Into<String>, secret: impl Into<Secret>) -> Self {
                Self { token: token.into(), secret: secret.into() }
            }

            /// `oauth_token`.
            pub fn token(&self) -> &str {
                &self.token
            }

            /// The shared secret of the token.
            pub fn secret(&self) -> &Secret {
                &self.secret
            }
        }
    };
}

token_pair! {
    /// What stands for one attempt to be authorised, between asking and agreeing (the "request token").
    /// They sign one request only: the one that exchanges them for [`TokenCredentials`].
    TemporaryCredentials
}

token_pair! {
    /// What stands for a person's permission (the "access token").
    TokenCredentials
}
