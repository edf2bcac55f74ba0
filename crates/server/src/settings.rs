//! Settings of accounts and of mail that have parts of their own (pump.io protocol, section 12).

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// Who may make an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Registration {
    /// Everybody.
    #[default]
    Open,
    /// Nobody; pump.io's `disableRegistration`.
    Closed,
    /// Who has an invitation. [`crate::Server::invite`] makes one.
    Invitation {
        /// Whether every user can invite others, too.
        by_users: bool,
    },
}

/// The mail server that takes what is sent, with pump.io's defaults.
#[derive(Clone)]
pub struct Smtp {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) credentials: Option<(String, String)>,
    pub(crate) security: SmtpSecurity,
    pub(crate) timeout: Duration,
    pub(crate) from: Option<String>,
    pub(crate) authority: Option<PathBuf>,
}

/// How the connection to a mail server is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// Not at all: for a mail server on the same machine.
    None,
    /// By TLS (`STARTTLS`) if the mail server offers it; pump.io's `smtpusetls`, its default.
    #[default]
    Opportunistic,
    /// By TLS (`STARTTLS`), or nothing is sent.
    StartTls,
    /// By TLS from the first byte; pump.io's `smtpusessl`.
    Tls,
}

impl Smtp {
    /// The mail server of this name: port 25, TLS if it is offered, no log-in.
    pub fn new(host: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: 25,
            credentials: None,
            security: SmtpSecurity::default(),
            timeout: Duration::from_secs(30),
            from: None,
            authority: None,
        }
    }

    /// Its port.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// The user name and password to log in with.
    #[must_use]
    pub fn credentials(mut self, user: impl Into<String>, password: impl Into<String>) -> Self {
        self.credentials = Some((user.into(), password.into()));
        self
    }

    /// How the connection is protected.
    #[must_use]
    pub fn security(mut self, security: SmtpSecurity) -> Self {
        self.security = security;
        self
    }

    /// How long each step of the conversation may take. Default 30 seconds.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// A file with certificates in PEM form that are trusted besides those of the platform: that of
    /// a mail server which made its own, or of who signed it.
    #[must_use]
    pub fn authority(mut self, file: impl Into<PathBuf>) -> Self {
        self.authority = Some(file.into());
        self
    }

    /// The sender's address. Default `no-reply@HOST` with the server's public host name.
    #[must_use]
    pub fn from(mut self, address: impl Into<String>) -> Self {
        self.from = Some(address.into());
        self
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .finish_non_exhaustive()
    }
}

/// An application that is there from the start; pump.io's `clients`.
#[derive(Clone)]
pub struct PresetClient {
    /// Its id, the consumer key.
    pub id: String,
    /// Its secret.
    pub secret: String,
    /// Its name for people.
    pub title: Option<String>,
    /// What it is, for people.
    pub description: Option<String>,
    /// The host that it speaks for; nobody if there is none.
    pub host: Option<String>,
}

/// A user who is there from the start; pump.io's `users`.
#[derive(Clone)]
pub struct PresetUser {
    /// The name.
    pub nickname: String,
    /// The password of an account that is made now; without one nobody can log in by password.
    pub password: Option<String>,
    /// The e-mail address, taken as confirmed.
    pub email: Option<String>,
    /// Tokens that speak for the user.
    pub tokens: Vec<PresetToken>,
}

/// A token of a preset user.
#[derive(Clone)]
pub enum PresetToken {
    /// OAuth 1.0 token credentials.
    OAuth1 {
        /// The id of the client that they belong to.
        client_id: String,
        /// The token.
        token: String,
        /// Its secret.
        secret: String,
    },
    /// An OAuth 2.0 bearer token.
    Bearer {
        /// The id of the client that it belongs to.
        client_id: String,
        /// The token.
        token: String,
    },
}

/// Shows names, never secrets.
macro_rules! redacted {
    ($($kind:ident: $name:ident),*) => {$(
        impl fmt::Debug for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($kind))
                    .field(stringify!($name), &self.$name)
                    .finish_non_exhaustive()
            }
        }
    )*};
}

redacted!(PresetClient: id, PresetUser: nickname);

impl fmt::Debug for PresetToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::OAuth1 { client_id, .. } | Self::Bearer { client_id, .. }) = self;
        f.debug_struct("PresetToken")
            .field("client_id", client_id)
            .finish_non_exhaustive()
    }
}
