//! The one error type of this crate.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

/// A result with this crate's [`Error`].
///
/// ```no_run
/// use pumphouse_client::{Result, Session};
///
/// async fn greet(session: &Session) -> Result<()> {
///     session.note("Hello").send().await?;
///     Ok(())
/// }
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong between this program and a pump.io server.
///
/// Its text says what was tried and why it failed; [`hint`](Error::hint) says what to do next.
/// Programs decide by [`kind`](Error::kind). No secret ever stands in an error.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// if let Err(error) = session.note("Hello").send().await {
///     eprintln!("{error}");
///     if let Some(hint) = error.hint() {
///         eprintln!("{hint}");
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: String,
    status: Option<StatusCode>,
    server_text: Option<String>,
    retry_after: Option<Duration>,
    request_id: Option<String>,
    hint: Option<&'static str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The kinds of failure that a program may want to tell apart.
///
/// ```no_run
/// # async fn example(session: pumphouse_client::Session) -> pumphouse_client::Result<()> {
/// use pumphouse_client::ErrorKind;
///
/// match session.object("/api/note/1").await {
///     Ok(note) => println!("{:?}", note.content),
///     Err(error) if error.kind() == ErrorKind::Gone => println!("it was deleted"),
///     Err(error) => return Err(error),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument cannot be used: no address of the form `user@host`, no URL, no possible header.
    InvalidInput,
    /// The host name does not exist.
    UnknownHost,
    /// The host exists, but no connection to it could be made: nothing was sent.
    Unreachable,
    /// The connection broke before the answer came: what was asked may have been done.
    ConnectionLost,
    /// No encrypted connection could be made: the certificate is not valid for the host, or the
    /// host speaks plain http at this port.
    Tls,
    /// The server took longer than allowed.
    Timeout,
    /// The host answers, but it is no pump.io server.
    NotPumpIo,
    /// The next step would go over plain http to another machine, which was not asked for.
    PlainHttp,
    /// Credentials would have travelled to another origin than the one that they belong to.
    ForeignOrigin,
    /// The server redirects without end, or where a redirect makes no sense.
    Redirect,
    /// The answer is larger than allowed.
    TooLarge,
    /// The answer is not what the protocol says: no JSON, cut off, or without what must be in it.
    InvalidAnswer,
    /// Nobody is logged in with this address, in this program, on this machine.
    NotLoggedIn,
    /// There is no log-in to resume.
    NothingPending,
    /// The person refused to authorise this program.
    Denied,
    /// The temporary credentials have expired, were used before, or are not yet authorised.
    TemporaryCredentialsRefused,
    /// The verifier is not the one that the server gave out.
    VerifierRefused,
    /// The authorisation that came back belongs to another log-in than the one waiting for it.
    TokenMismatch,
    /// Somebody else than expected agreed: the token speaks for another account.
    OtherAccount,
    /// No authorisation came back in the time allowed.
    NoAuthorisation,
    /// The server does not, or no longer, accept the token.
    TokenRefused,
    /// The server does not, or no longer, know this client.
    ClientRefused,
    /// The server could not confirm the signature.
    SignatureRefused,
    /// The clocks of this machine and of the server differ too much.
    ClockSkew,
    /// The server refuses the request as wrong.
    Refused,
    /// The account may not do this.
    Forbidden,
    /// What was asked for does not exist.
    NotFound,
    /// What was asked for has been deleted.
    Gone,
    /// The server asks to be left alone for a while.
    TooManyRequests,
    /// The server failed.
    Server,
    /// Credentials could not be read or written.
    Store,
    /// A stored file of credentials is damaged; it has been put aside.
    StoreCorrupt,
    /// A file of this machine could not be read or written.
    File,
    /// No browser could be opened, or no answer of one be waited for.
    Browser,
    /// The program's own way to get the verifier failed.
    Verifier,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message: message.into(),
                status: None,
                server_text: None,
                retry_after: None,
                request_id: None,
                hint: None,
                source: None,
            }),
        }
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    /// Better advice than the kind can give.
    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.inner.hint = Some(hint);
        self
    }

    pub(crate) fn with_answer(mut self, status: StatusCode, server_text: Option<String>) -> Self {
        self.inner.status = Some(status);
        self.inner.server_text = server_text.filter(|text| !text.is_empty());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    pub(crate) fn with_request_id(mut self, id: Option<String>) -> Self {
        self.inner.request_id = id;
        self
    }

    /// Leaves out what the server said if this is in it.
    pub(crate) fn without(mut self, secret: &str) -> Self {
        let is_clean = |text: &String| !text.contains(secret);
        self.inner.server_text = self.inner.server_text.filter(is_clean);
        self
    }

    pub(crate) fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.inner.kind = kind;
        self
    }

    /// An error of a [`CredentialStore`](crate::CredentialStore) or of another part that the
    /// program brings itself.
    pub fn custom(
        kind: ErrorKind,
        message: impl Into<String>,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self::new(kind, message).with_source(source)
    }

    /// What kind of failure this is.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// The status of the server's answer, if the failure is an answer.
    pub fn status(&self) -> Option<StatusCode> {
        self.inner.status
    }

    /// What the server itself said, as plain text of limited length, without control characters.
    pub fn server_text(&self) -> Option<&str> {
        self.inner.server_text.as_deref()
    }

    /// How long the server asks to be left alone, if it says so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// What the server calls the request (`X-Request-Id`), if it says so: by this its operator finds
    /// it in the log.
    pub fn request_id(&self) -> Option<&str> {
        self.inner.request_id.as_deref()
    }

    /// What to do next, for a person; `None` where nothing general can be said.
    pub fn hint(&self) -> Option<&'static str> {
        self.inner.hint.or_else(|| self.inner.kind.hint())
    }
}

impl ErrorKind {
    fn hint(self) -> Option<&'static str> {
        Some(match self {
            Self::InvalidInput
            | Self::Refused
            | Self::NotFound
            | Self::Gone
            | Self::File
            | Self::Verifier => {
                return None;
            }
            Self::UnknownHost => "check the part of the address after the @, and the network",
            Self::Unreachable => {
                "check the network and the port; the server may be down, try again later"
            }
            Self::ConnectionLost => "see whether it was done all the same before you try it again",
            Self::Tls => {
                "check the port and this machine's clock; if the server has no https, plain http \
                 must be allowed"
            }
            Self::Timeout | Self::Server | Self::TooManyRequests => "try again later",
            Self::NotPumpIo => "check the address; it must be that of a pump.io account",
            Self::PlainHttp => {
                "use a server with https, or allow plain http if you trust the network in between"
            }
            Self::ForeignOrigin => "ask the account's own server, or ask without credentials",
            Self::Redirect | Self::InvalidAnswer => {
                "the server is misconfigured or something stands between; tell its operator"
            }
            Self::TooLarge => "ask for fewer items at once",
            Self::NotLoggedIn => "log in first",
            Self::NothingPending => "begin a new log-in",
            Self::Denied => "log in again and agree, if that was not intended",
            Self::TemporaryCredentialsRefused => {
                "agree on the server's page before going on; after ten minutes begin a new log-in"
            }
            Self::VerifierRefused => {
                "copy the verifier whole from the server's page, or log in again"
            }
            Self::TokenMismatch => "use the page that this log-in opened, or begin a new log-in",
            Self::OtherAccount => {
                "log out on the server's page, or log in with the address of that account"
            }
            Self::NoAuthorisation => "resume the log-in, or begin a new one",
            Self::TokenRefused | Self::ClientRefused => "log in again",
            Self::SignatureRefused => {
                "log in again; if that does not help, a proxy may be changing host or scheme"
            }
            Self::ClockSkew => "set this machine's clock",
            Self::Forbidden => "only those to whom it is addressed may do this",
            Self::Store => "check the directory of credentials: its rights, and the space left",
            Self::StoreCorrupt => "log in again, or repair the file and put it back",
            Self::Browser => "open the address by hand, and paste the verifier",
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)?;
        if let Some(status) = self.inner.status {
            write!(f, ": the server answered {}", status.as_u16())?;
            match &self.inner.server_text {
                Some(text) => write!(f, ", {text:?}")?,
                None => {
                    if let Some(reason) = status.canonical_reason() {
                        write!(f, " ({reason})")?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("message", &self.inner.message)
            .field("status", &self.inner.status)
            .field("server_text", &self.inner.server_text)
            .field("source", &self.inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<pumphouse_activity::InvalidAcct> for Error {
    fn from(error: pumphouse_activity::InvalidAcct) -> Self {
        Self::new(ErrorKind::InvalidInput, error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_the_server_said() {
        let error = Error::new(ErrorKind::Refused, "posting a note")
            .with_answer(StatusCode::BAD_REQUEST, Some("Bad nickname".to_owned()));
        assert_eq!(
            error.to_string(),
            r#"posting a note: the server answered 400, "Bad nickname""#
        );
        assert_eq!(error.server_text(), Some("Bad nickname"));

        let error =
            Error::new(ErrorKind::Server, "posting").with_answer(StatusCode::BAD_GATEWAY, None);
        assert_eq!(
            error.to_string(),
            "posting: the server answered 502 (Bad Gateway)"
        );
    }

    #[test]
    fn errors_travel_between_threads() {
        fn travels<T: Send + Sync + 'static>() {}
        travels::<Error>();
    }
}
